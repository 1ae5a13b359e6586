import { z } from 'zod'
import { REGIONS } from '../../algolia/api/apis'
import { configError } from '../../errors'
import { parseConfiguration, unknownKeysOf } from '../../airbyte/configuration'

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
  const leapYear = '(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)'
  const days =
    '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])'
  const hours = '(?:[01][0-9]|2[0-3]):[0-5][0-9]'
  const time = `[Tt]${hours}:[0-5][0-9](?:[.][0-9]+)?(?:[Zz]|[+-]${hours})`
  return new RegExp(`^(?:(?:[1-9][0-9]{3}-(?:${days})|${leapYear}-02-29)(?:${time})?)?$`)
})()

/**
 * The source's configuration, as a host passes it in. The JSON schema of `spec` is derived from it. What else a host passes
 * in is warned of, see `unknownKeysOf`.
 */
export const configSchema = z.object({
  appId: z
    .string()
    .regex(/^[A-Za-z0-9]+$/, 'must be letters and digits')
    .meta({
      title: 'Application ID',
      description: 'The ID of your Algolia application: in the Algolia dashboard under Settings > API Keys.',
      examples: ['YOURAPPID1'],
      // It is none, but Airbyte's acceptance tests take every property of this name for one.
      airbyte_secret: true,
      order: 0
    }),
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces')
    .meta({
      title: 'API key',
      description: 'An Algolia API key with the ACLs search, browse and recommendation.',
      airbyte_secret: true,
      order: 1
    }),
  region: z.enum(REGIONS).meta({
    title: 'Region',
    description: 'The analytics region of your Algolia application: Settings > Infrastructure > Analytics.',
    examples: ['us'],
    order: 2
  }),
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
