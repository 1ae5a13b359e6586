import type { Command } from 'commander'
import type { SettingsTable } from '../input/settings'
import type { Session } from './session'

/** What the file of a command exports as `define`: adds its options and its action to the command. */
export type Define = (command: Command, session: Session) => void

export interface CommandEntry {
  readonly name: string
  /** A sentence for the list of commands. */
  readonly summary: string
  /**
   * The file is loaded when the command is called, so that the others don't cost it any time. Its settings are listed in
   * the documents.
   */
  readonly load: () => Promise<{ readonly define: Define; readonly settings?: SettingsTable }>
}

/** All commands: a new one is a file beside this one and a line here. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'sync', summary: 'Takes Algolia profiles into Segment.', load: () => import('./sync') },
  {
    name: 'searches',
    summary: 'Takes search analytics into Segment: searches without results, reports, alerts.',
    load: () => import('./searches')
  },
  {
    name: 'audiences',
    summary: 'Brings profiles in line with lists of members: plan, apply, audit.',
    load: () => import('./audiences')
  },
  {
    name: 'doctor',
    summary: 'Says why nothing happens, and what to do.',
    load: () => import('./doctor')
  },
  {
    name: 'host',
    summary: 'Says whether the destination can run on the Segment core that is installed.',
    load: () => import('./host')
  },
  {
    name: 'local-algolia',
    summary: 'Starts a stand-in for Algolia, with made-up profiles.',
    load: () => import('./local-algolia')
  },
  {
    name: 'local-segment',
    summary: "Starts a stand-in for Segment's tracking API.",
    load: () => import('./local-segment')
  },
  {
    name: 'workbench',
    summary: 'Opens the destination and the sources in a browser, to try them on your own events.',
    load: () => import('./workbench')
  }
]
