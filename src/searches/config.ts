import { z } from 'zod'
import { configError } from '../errors'
import { DAY_PATTERN } from '../input/day-pattern'
import { durationSchema } from '../input/values'
import { segmentShape } from '../segment/settings'
import { configSchema as sourceConfigSchema } from '../sources/algolia-search-analytics/config'
import { listed } from '../report/words'
import { type Alert, parseAlert, UnreadableAlert } from './alerts/condition'
import { PERIODS } from './periods'

const ONE_DAY = 86_400_000

/** Searches of a report, at most: more don't fit into a call to Segment, nor are they read. */
const LONGEST_REPORT = 100

const alertSchema = z.string().transform((text, context): Alert => {
  try {
    return parseAlert(text)
  } catch (thrown) {
    if (!(thrown instanceof UnreadableAlert)) throw thrown
    context.addIssue({ code: 'custom', message: `"${text}" can't be read: ${thrown.message}` })
    return z.NEVER
  }
})

/** What the command has to be told: whose analytics, Segment's side, and what to send. */
export const searchesConfigSchema = sourceConfigSchema
  .pick({ appId: true, apiKey: true, region: true, indices: true, callsPerMinute: true })
  .extend({
    ...segmentShape,
    zeroResults: z.boolean().default(false),
    minSearches: z.int().min(1).default(10),
    report: z.enum(PERIODS).optional(),
    /** How many searches a report names. */
    top: z.int().min(1).max(LONGEST_REPORT).default(10),
    alert: z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(alertSchema)).default([]),
    /** A secret: whoever has it can write to the channel. */
    webhookUrl: z
      .string()
      .refine(isWebAddress, 'must be an address that begins with http:// or https://, without a user name')
      .optional(),
    anonymousId: z.string().min(1).optional(),
    /** How long a day's figures change once it is over, in milliseconds. */
    settle: durationSchema.default(ONE_DAY),
    since: z
      .string()
      .regex(new RegExp(`^${DAY_PATTERN}$`), 'must be a day such as 2026-01-31')
      .optional()
  })
  .strict()

/** A valid configuration, defaults filled in. */
export type SearchesConfig = z.output<typeof searchesConfigSchema>

/**
 * Checks what settings say together.
 * @throws PackageError (`config`)
 */
export function checkTogether({ zeroResults, report, alert, indices }: SearchesConfig): void {
  if (!zeroResults && report === undefined && alert.length === 0) {
    throw configError('There is nothing to do: give --zero-results, --report or --alert, or several of them.')
  }
  const unknown = alert.flatMap(({ index }) => (index === undefined || indices.includes(index) ? [] : [index]))
  if (unknown.length > 0) {
    throw configError(
      `The configuration is invalid: alert: ${listed([...new Set(unknown)], 'and')} stands after "on" and is not among the indices. Correct it, or add it to the indices.`
    )
  }
}

/** @returns whom the events are about: one made-up user for all of them */
export function anonymousIdOf({ appId, anonymousId }: Pick<SearchesConfig, 'appId' | 'anonymousId'>): string {
  return anonymousId ?? `algolia-search-analytics-${appId}`
}

function isWebAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}
