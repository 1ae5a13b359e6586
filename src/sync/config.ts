import { z } from 'zod'
import { configSchema as sourceConfigSchema } from '../sources/algolia-profiles/config'
import { configError } from '../errors'
import { withoutNulls } from '../input/json-file'
import { issuesOf } from '../input/schema-issues'
import { segmentShape } from '../segment/settings'

/** How a user token becomes Segment's id of a user; `auto` tells the two kinds apart by the token. */
export const IDENTITIES = ['auto', 'userId', 'anonymousId'] as const

/** What a sync has to be told: the source's configuration, and Segment's side. Unknown keys are refused. */
export const syncConfigSchema = sourceConfigSchema
  .extend({
    ...segmentShape,
    identity: z.enum(IDENTITIES).default('auto'),
    /** With `auto`: user ids match it, and anonymous ids don't. */
    userIdPattern: z.string().min(1).refine(isRegularExpression, 'must be a regular expression').optional(),
    /** Affinities with a lower score are left out. */
    minScore: z.number().min(0).max(20).default(0),
    /** Whether a profile that was never seen before also raises a `track` event. */
    firstSeenEvent: z.boolean().default(false)
  })
  .strict()

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}

/** A configuration as it is written down. */
export type SyncConfigInput = z.input<typeof syncConfigSchema>

/** A valid configuration, defaults filled in. */
export type SyncConfig = z.output<typeof syncConfigSchema>

/**
 * Checks a configuration.
 * @throws PackageError (`config`) that names each bad key and what it must be; values are never repeated.
 */
export function parseSyncConfig(input: unknown): SyncConfig {
  const config = withoutNulls(input)
  const result = syncConfigSchema.safeParse(config)
  if (result.success) {
    const { identity, userIdPattern } = result.data
    if (identity === 'auto' || userIdPattern === undefined) return result.data
    throw configError(
      `The configuration is invalid: userIdPattern tells user ids apart where identity is auto; with ${identity} it says nothing. Leave out one of the two.`
    )
  }
  throw configError(`The configuration is invalid: ${issuesOf(result.error, config)}.`)
}
