import type { ReadProfile } from '../algolia/profiles/profile'
import { digest } from '../segment/message-id'
import type { SyncConfig } from './config'
import { identityOf, type Side, sideOf } from './identity'
import { traitsOf } from './meaning'
import type { Known } from './seen-store'

/**
 * The state as the sync first kept it: a mark stood for a profile as of an update, and the target also for the rule of
 * identities, which took every token but `anonymous-…` for a user id unless told otherwise.
 */

const RULES = ['auto', 'userId', 'anonymousId'] as const

/** @returns the targets that such a state may name for these settings, each with the rule of identities in it. */
export function formerTargetsOf({
  appId,
  segmentWriteKey
}: Pick<SyncConfig, 'appId' | 'segmentWriteKey'>): ReadonlyMap<string, (typeof RULES)[number]> {
  return new Map(RULES.map((identity) => [digest([appId, segmentWriteKey, identity]), identity]))
}

/** @returns what a token was sent as under such a rule. */
export function formerSideOf(userToken: string, identity: (typeof RULES)[number]): Side {
  return sideOf({ identity, userIdPattern: undefined })(userToken) ?? 'userId'
}

/** @returns whether something that is kept says, in the former way, that Segment has a profile as of this update. */
export function isFormerMark({ mark, side }: Known, profile: ReadProfile, targets: readonly string[]): boolean {
  if (side !== undefined) return false
  const { userToken, lastUpdatedAt } = profile
  const sides = ['userId', 'anonymousId'] as const
  return targets.some((target) =>
    sides.some((each) => {
      const version = digest([target, identityOf(userToken, each), lastUpdatedAt ?? traitsOf(profile)])
      return version.slice(0, 16) === mark
    })
  )
}
