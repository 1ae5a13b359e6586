import { z } from 'zod'
import { PERSONALIZATION } from '../../algolia/api/apis'
import { configError } from '../../errors'
import { parseConfiguration, unknownKeysOf } from '../../airbyte/configuration'
import { DAY_PATTERN } from '../../input/day-pattern'
import { accountShape } from '../account'

/** `GET /2/users` returns at most this many profiles a page (Algolia's API description: `limit`, 1-1000). */
export const LARGEST_PAGE = 1000

/** More page chains than this never help: at 500 calls a minute, eight keep the limit used up to a second of latency. */
const MOST_CHAINS = 16

/** `indices` and `affinity` travel as comma-separated lists, so a comma can't be part of an entry. */
const listEntry = z
  .string()
  .min(1)
  .regex(/^[^,]*$/, 'must not contain a comma: give each entry of its own')

/** A day that there is, or an RFC 3339 time on one; or nothing, as forms send it. A pattern, so that `spec` can tell it too. */
const START_DATE = (() => {
  const hours = '(?:[01][0-9]|2[0-3]):[0-5][0-9]'
  const time = `[Tt]${hours}:[0-5][0-9](?:[.][0-9]+)?(?:[Zz]|[+-]${hours})`
  return new RegExp(`^(?:${DAY_PATTERN}(?:${time})?)?$`)
})()

/**
 * The source's configuration, as a host passes it in. The JSON schema of `spec` is derived from it. What else a host passes
 * in is warned of, see `unknownKeysOf`.
 */
export const configSchema = z.object({
  ...accountShape(PERSONALIZATION),
  startDate: z
    .string()
    .regex(START_DATE, 'must be a date such as 2026-01-31 or 2026-01-31T08:00:00Z')
    .meta({
      title: 'Start date',
      description:
        'Read only profiles that were updated on or after this date (in UTC) or time. Leave empty to read all profiles.',
      examples: ['2026-01-31', '2026-01-31T08:00:00Z'],
      pattern_descriptor: 'YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ',
      order: 3
    })
    // Forms send an empty text for what was left empty.
    .transform((text) => (text === '' ? undefined : text))
    .optional(),
  indices: z
    .array(listEntry)
    .meta({
      title: 'Indices',
      description: 'Read only profiles that have affinities in all of these indices.',
      examples: [['products_en']],
      order: 4
    })
    .optional(),
  affinities: z
    .array(listEntry)
    .meta({
      title: 'Affinities',
      description: 'Read only profiles that have all of these affinities, each a name or name:value.',
      examples: [['category:camping']],
      order: 5
    })
    .optional(),
  pageSize: z.int().min(1).max(LARGEST_PAGE).default(LARGEST_PAGE).meta({
    title: 'Page size',
    description: 'Profiles for each call. Fewer cost more of the 500 calls a minute that Algolia allows.',
    order: 6
  }),
  concurrency: z.int().min(1).max(MOST_CHAINS).default(8).meta({
    title: 'Concurrency',
    description:
      'How many time windows may be read at the same time, at most. Only as many as it takes to use the calls that Algolia allows are opened.',
    order: 7
  })
})

/** A valid configuration, defaults filled in. */
export type Config = z.output<typeof configSchema>

/**
 * Checks the options of a caller in code, who can mend a misspelled key at once: it is refused.
 * @throws PackageError (`config`) that names each bad key and what it must be; values are never repeated.
 */
export function parseOptions(input: unknown): Config {
  const config = parseConfiguration(configSchema, input)
  const unknown = unknownKeysOf(configSchema, input)
  if (unknown.length === 0) return config
  throw configError(`The options are invalid: unknown ${unknown.length > 1 ? 'keys' : 'key'} ${unknown.join(', ')}`)
}

/**
 * @param all what is read without filters, such as "all profiles"
 * @returns the same with the filters on indices and affinities in words
 */
export function inWords(
  { indices = [], affinities = [] }: Pick<Config, 'indices' | 'affinities'>,
  all: string
): string {
  const filters = [
    ...(indices.length > 0 ? [`affinities in ${indices.join(' and ')}`] : []),
    ...(affinities.length > 0 ? [`the affinities ${affinities.join(' and ')}`] : [])
  ]
  return filters.length === 0 ? all : `${all} with ${filters.join(', and ')}`
}

/** @returns what to think of when a read of everything finds nothing, where filters can be the cause */
export function whyNone(config: Pick<Config, 'indices' | 'affinities'>): string | undefined {
  if ((config.indices ?? []).length + (config.affinities ?? []).length === 0) return undefined
  return `${inWords(config, 'No profile')} was found. Check how the indices and affinities are spelt.`
}
