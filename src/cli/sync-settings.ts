import { z } from 'zod'
import { type SettingsTable } from '../input/settings'
import { list, number, yesOrNo } from '../input/values'
import { syncConfigSchema } from '../sync/config'
import { ALGOLIA_SETTINGS, LOG_SETTINGS, RUN_SETTINGS, runShape, SEGMENT_SETTINGS } from './settings'

/** All settings of `sync`: what a configuration holds, and how to run. */
export const SYNC_SETTINGS: SettingsTable = {
  prefix: 'SYNC',
  settings: {
    ...ALGOLIA_SETTINGS,
    ...SEGMENT_SETTINGS,
    identity: {
      argument: '<rule>',
      description: 'what user tokens are in Segment: userId, anonymousId, or auto, the default, which tells them apart'
    },
    userIdPattern: {
      argument: '<regex>',
      description: 'with identity auto: a regular expression that user ids match and anonymous ids do not'
    },
    minScore: { argument: '<score>', read: number, description: 'leave out affinities with a lower score, 1-20' },
    firstSeenEvent: {
      read: yesOrNo,
      description: 'also raise "Algolia Profile Created" for profiles that were never seen before'
    },
    startDate: { argument: '<date>', description: 'only profiles that were updated on or after this date' },
    indices: { argument: '<names>', read: list, description: 'only profiles with affinities in all of these' },
    affinities: {
      argument: '<names>',
      read: list,
      description: 'only profiles with all of these, each a name or name:value'
    },
    pageSize: { argument: '<count>', read: number, description: 'profiles for each call: 1000 by default' },
    concurrency: {
      argument: '<count>',
      read: number,
      description: 'windows read at the same time, at most: 8 by default'
    },
    state: {
      argument: '<file>',
      description: 'where the state is kept, in this file and in FILE.seen: algolia-profiles.state.json by default'
    },
    ...RUN_SETTINGS,
    ...LOG_SETTINGS
  }
}

export const syncSettingsSchema = syncConfigSchema.extend({
  state: z.string().min(1).default('algolia-profiles.state.json'),
  ...runShape
})

export type SyncSettings = z.output<typeof syncSettingsSchema>
