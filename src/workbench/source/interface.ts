/** What goes between the page and the workbench about sources, as types alone. */

type Json = Record<string, unknown>

/** An option of a source. */
export interface OptionView {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly type: string
  readonly isRequired: boolean
  readonly example: string
  /** What the form is filled in with. */
  readonly value: string
}

export interface SourceView {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly options: readonly OptionView[]
  readonly streams: readonly string[]
}

/** Rows of each stream. */
export type StreamRows = Readonly<Record<string, readonly Json[]>>

/** What is wrong with options, by option. */
export interface Invalid {
  readonly invalid: Readonly<Record<string, string>>
}

export interface RunStart {
  readonly source: string
  readonly options: Json
  readonly streams: readonly string[]
  readonly syncMode: string
  /** The run that is gone on with: its state, and what it came to. */
  readonly from?: RunBefore
}

export interface RunBefore {
  readonly state: readonly unknown[]
  readonly rows: Readonly<Record<string, number>>
  readonly pages: number
  readonly calls: number
  readonly seconds: number
  readonly legs: number
}

/** How a run is getting on. What is counted is counted over all its legs: from its start through every stop and resume. */
export interface RunProgress extends RunBefore {
  /** The same as long as it is the same leg. */
  readonly id: string
  readonly source: string
  readonly streams: readonly string[]
  readonly syncMode: string
  readonly options: Json
  readonly status: 'running' | 'stopped' | 'finished' | 'failed'
  /** Why it failed. */
  readonly problem?: string
  readonly callsLeft?: number
  /** How many rows of each stream are kept to be looked at. */
  readonly kept: Readonly<Record<string, number>>
  /** The lines of the log from the number that was asked for, and the number of the next one. */
  readonly log: readonly LogLine[]
  readonly nextLine: number
}

export interface LogLine {
  /** Unix milliseconds. */
  readonly at: number
  readonly level: string
  readonly message: string
}

/** What a platform is given, as JSON; the key is left out. */
export interface PlatformFiles {
  readonly configuration: Json
  readonly catalog: Json
}
