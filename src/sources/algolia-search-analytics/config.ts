import { z } from 'zod'
import { ANALYTICS } from '../../algolia/api/apis'
import { FIRST_DAYS } from '../../algolia/analytics/state'
import { DAY_PATTERN } from '../../input/day-pattern'
import { accountShape } from '../account'

const MOST_INDICES = 100

/** Rows of a list for a day and index: beyond that the rarest tell little, and cost a call for each thousand. */
const LONGEST_LIST = 10_000

/** A call a day and index each: more would use up the calls of all the others. */
const MOST_FILTER_ATTRIBUTES = 50

/** Days change for a while after they end; what is older than this stays as it is. */
const LONGEST_LOOKBACK = 30

/** Calls that are left to whatever else reads the analytics. */
const LEFT_TO_OTHERS = 10

const distinctTexts = (most: number) =>
  z
    .array(z.string().min(1))
    .max(most)
    .refine((texts) => new Set(texts).size === texts.length, 'must not name anything twice')

/**
 * The source's configuration, as a host passes it in. The JSON schema of `spec` is derived from it.
 */
export const configSchema = z.object({
  ...accountShape(ANALYTICS),
  indices: distinctTexts(MOST_INDICES)
    .min(1)
    .meta({
      title: 'Indices',
      description: 'The indices whose search analytics are read.',
      examples: [['products']],
      uniqueItems: true,
      order: 3
    }),
  startDate: z
    .string()
    .regex(new RegExp(`^(?:${DAY_PATTERN})?$`), 'must be a date such as 2026-01-31')
    .meta({
      title: 'Start date',
      description: `Read days from this one on (in UTC). Leave empty to read the last ${FIRST_DAYS} days first.`,
      examples: ['2026-01-31'],
      pattern_descriptor: 'YYYY-MM-DD',
      order: 4
    })
    // Forms send an empty text for what was left empty.
    .transform((text) => (text === '' ? undefined : text))
    .optional(),
  lookbackDays: z.int().min(0).max(LONGEST_LOOKBACK).default(3).meta({
    title: 'Look-back',
    description: 'Days that are read again, up to the last one read: they still change for a while after they end.',
    order: 5
  }),
  tags: z
    .string()
    .meta({
      title: 'Tags',
      description: 'Only searches with these analytics tags, combined with AND and OR.',
      examples: ['device:mobile', 'device:mobile AND visitor:new'],
      order: 6
    })
    .transform((text) => (text === '' ? undefined : text))
    .optional(),
  limit: z.int().min(1).max(LONGEST_LIST).default(1000).meta({
    title: 'Length of lists',
    description:
      'Rows of a list, such as the top searches, for each day and index. Most lists end at 1,000; the others cost a call for each 1,000 rows.',
    order: 7
  }),
  filterAttributes: distinctTexts(MOST_FILTER_ATTRIBUTES)
    .meta({
      title: 'Filter attributes',
      description:
        'The attributes whose most used filters are read, each for a call a day and index. Leave empty for the ten most used ones of each day.',
      examples: [['brand']],
      uniqueItems: true,
      order: 8
    })
    .optional(),
  callsPerMinute: z
    .int()
    .min(1)
    .max(ANALYTICS.callsPerMinute)
    .default(ANALYTICS.callsPerMinute - LEFT_TO_OTHERS)
    .meta({
      title: 'Calls a minute',
      description: `How many of the ${ANALYTICS.callsPerMinute} calls a minute that Algolia allows may be used.`,
      order: 9
    })
})

/** A valid configuration, defaults filled in. */
export type Config = z.output<typeof configSchema>
