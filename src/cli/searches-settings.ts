import { z } from 'zod'
import type { SettingsTable } from '../input/settings'
import { list, number, separated, yesOrNo } from '../input/values'
import { searchesConfigSchema } from '../searches/config'
import { ALGOLIA_SETTINGS, LOG_SETTINGS, RUN_SETTINGS, runShape, SEGMENT_SETTINGS } from './settings'

/** All settings of `searches`: what a configuration holds, and how to run. */
export const SEARCHES_SETTINGS: SettingsTable = {
  prefix: 'SEARCHES',
  settings: {
    ...ALGOLIA_SETTINGS,
    ...SEGMENT_SETTINGS,
    indices: { argument: '<names>', read: list, description: 'the indices whose searches it is about', required: true },
    zeroResults: { read: yesOrNo, description: 'send an event for each search that found nothing, a day and index' },
    minSearches: {
      argument: '<count>',
      read: number,
      description: 'leave out those that were searched less often on the day: 10 by default'
    },
    report: { argument: '<period>', description: 'report the top searches, weekly or daily' },
    top: {
      argument: '<count>',
      read: number,
      description: 'how many searches a report names: 10 by default, at most 100'
    },
    alert: {
      argument: '<condition>',
      read: separated,
      repeats: true,
      description:
        "alert when a metric is off, such as 'no_result_rate > 0.15 for 2 days'; several in a variable with ; between"
    },
    webhookUrl: {
      secret: true,
      description: 'an incoming webhook, as Slack has them, that reports and alerts also go to'
    },
    anonymousId: {
      argument: '<id>',
      description: 'whom the events are about: algolia-search-analytics-APPID by default'
    },
    settle: {
      argument: '<duration>',
      description: 'how long the figures of a day change once it is over: 1d by default'
    },
    since: { argument: '<day>', description: 'begin with this day; by default with the newest that has settled' },
    callsPerMinute: {
      argument: '<count>',
      read: number,
      description: "how many of Algolia's 100 calls a minute may be used: 90 by default"
    },
    state: { argument: '<file>', description: 'where the state is kept: algolia-searches.state.json by default' },
    ...RUN_SETTINGS,
    ...LOG_SETTINGS
  }
}

export const searchesSettingsSchema = searchesConfigSchema.extend({
  state: z.string().min(1).default('algolia-searches.state.json'),
  ...runShape
})

export type SearchesSettings = z.output<typeof searchesSettingsSchema>
