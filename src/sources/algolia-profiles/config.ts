import { z } from 'zod'
import { configError } from '../../errors'
import { toUnixSeconds } from '../../algolia/instants'
import { withoutNulls } from '../../input/json-file'
import { issuesOf } from '../../input/schema-issues'

/** Regions of Algolia's Advanced Personalization API: `https://ai-personalization.{region}.algolia.com`. */
export const REGIONS = ['us', 'eu'] as const

/** `GET /2/users` returns at most this many profiles a page (Algolia's API description: `limit`, 1-1000). */
export const LARGEST_PAGE = 1000

/** More page chains than this never help: at 500 calls a minute, eight keep the limit used up to a second of latency. */
const MOST_CHAINS = 16

/** `indices` and `affinity` travel as comma-separated lists, so a comma can't be part of an entry. */
const listEntry = z
  .string()
  .min(1)
  .regex(/^[^,]*$/, 'must not contain a comma: give each entry of its own')

/**
 * The source's configuration, as a host passes it in. The JSON schema of `spec` is derived from it.
 * Unknown keys are refused, so that a misspelled filter never reads everything without a word.
 */
export const configSchema = z.strictObject({
  appId: z
    .string()
    .regex(/^[A-Za-z0-9]+$/, 'must be letters and digits')
    .meta({
      title: 'Application ID',
      description: 'The ID of your Algolia application: in the Algolia dashboard under Settings > API Keys.',
      examples: ['YOURAPPID1'],
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
    .refine(
      (text) => text === '' || toUnixSeconds(text) !== undefined,
      'must be a date such as 2026-01-31 or 2026-01-31T08:00:00Z'
    )
    .meta({
      title: 'Start date',
      description:
        'Read only profiles that were updated on or after this date (in UTC) or time. Leave empty to read all profiles.',
      examples: ['2026-01-31', '2026-01-31T08:00:00Z'],
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
 * Checks a configuration.
 * @throws PackageError (`config`) that names each bad key and what it must be; values are never repeated.
 */
export function parseConfig(input: unknown): Config {
  const config = withoutNulls(input)
  const result = configSchema.safeParse(config)
  if (result.success) return result.data
  throw configError(`The configuration is invalid: ${issuesOf(result.error, config)}`)
}
