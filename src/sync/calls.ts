import type { ReadProfile } from '../algolia/profiles/profile'
import type { IdentifyCall, SegmentCall } from '../segment/calls'
import { sizeOf } from '../segment/envelope'
import { CALL_BYTES } from '../segment/limits'
import { digest, messageIdOf } from '../segment/message-id'
import type { SyncConfig } from './config'
import { identityOf, type Side } from './identity'
import { meaningful, meaningOf, strongest, traitsOf } from './meaning'
import { isFormerMark } from './former-state'
import type { Known } from './seen-store'

/** What a profile comes to: calls that go out together, and what to keep once Segment has them. */
export interface Delivery {
  readonly userToken: string
  /** Stands for what the profile means, and for the Segment source that it is sent to: 16 hexadecimal digits. */
  readonly mark: string
  readonly side: Side
  /** Empty when Segment has all of it, and only what is kept has to be written anew. */
  readonly calls: readonly SegmentCall[]
  /** The size of the calls in a batch. */
  readonly bytes: number
  /** How many affinities had to be left out, as the call would have been too large. */
  readonly affinitiesLeftOut: number
  readonly isFirstSeen: boolean
}

export interface DeliveryRules extends Pick<SyncConfig, 'firstSeenEvent' | 'minScore'> {
  /** See `targetOf`. */
  readonly target: string
  /** The targets that an earlier version may have made its marks with. */
  readonly formerTargets: readonly string[]
}

/** The event of a profile that has never been seen before. */
export const FIRST_SEEN_EVENT = 'Algolia Profile Created'

/** How many affinities it carries: what an onboarding by interest begins with. */
const FIRST_SEEN_AFFINITIES = 3

/**
 * Keeps these calls from the destination of this package, which would write them back to Algolia. In `integrations`, a
 * destination goes by its name, and case matters (Segment's documentation, "Filtering with the Integrations Object").
 */
const INTEGRATIONS = { All: true, 'Algolia Personalization (Actions)': false }

/**
 * Makes the calls for a profile.
 * @param known what is kept for the user token; absent for one that has never been seen
 * @returns undefined when Segment has all that the profile means
 * @throws TooLarge when the profile can't be made to fit
 */
export function deliveryOf(
  profile: ReadProfile,
  side: Side,
  known: Known | undefined,
  rules: DeliveryRules
): Delivery | undefined {
  const { userToken, lastUpdatedAt } = profile
  const who = identityOf(userToken, side)
  const meant = meaningful(profile, rules.minScore)
  const version = digest([rules.target, who, meaningOf(traitsOf(meant))])
  const mark = version.slice(0, 16)
  if (mark === known?.mark) return undefined
  const unsent = { userToken, mark, side, affinitiesLeftOut: 0, isFirstSeen: known === undefined || known.isUnsent }
  if (known !== undefined && isFormerMark(known, profile, rules.formerTargets))
    return { ...unsent, calls: [], bytes: 0 }

  const common = { timestamp: toTimestamp(lastUpdatedAt), integrations: INTEGRATIONS }
  // Of this update: a profile that means again what it meant an hour ago must not be taken for a repeat.
  const messageId = messageIdOf([version, lastUpdatedAt ?? known?.mark])
  const { call, affinitiesLeftOut } = shortened(meant, (part) => {
    return { type: 'identify', ...who, messageId, ...common, traits: traitsOf(part) }
  })
  const calls: SegmentCall[] = [call]
  if (unsent.isFirstSeen && rules.firstSeenEvent) {
    const { algolia_user_id, algolia_user_type, algolia_last_updated } = call.traits
    const affinities = strongest(meant.affinities, FIRST_SEEN_AFFINITIES)
    calls.push({
      type: 'track',
      ...who,
      event: FIRST_SEEN_EVENT,
      // Not of this update alone: after a crash, the profile may have been updated before it is sent again.
      messageId: messageIdOf([rules.target, who, FIRST_SEEN_EVENT]),
      ...common,
      properties: {
        algolia_user_id,
        algolia_user_type,
        algolia_last_updated,
        algolia_strongest_affinities: affinities.map(({ name, value, score }) => ({ name, value, score }))
      }
    })
  }
  return { ...unsent, calls, bytes: calls.reduce((sum, each) => sum + sizeOf(each), 0), affinitiesLeftOut }
}

/** A profile that Segment would refuse even without its affinities. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/** @returns the call of a profile without as many of its weakest affinities as it takes to fit. */
function shortened(
  profile: ReadProfile,
  callOf: (part: ReadProfile) => IdentifyCall
): { call: IdentifyCall; affinitiesLeftOut: number } {
  const whole = callOf(profile)
  if (sizeOf(whole) <= CALL_BYTES) return { call: whole, affinitiesLeftOut: 0 }
  const strongestFirst = strongest(profile.affinities, Infinity)
  const callWith = (count: number): IdentifyCall => callOf({ ...profile, affinities: strongestFirst.slice(0, count) })
  let [fits, tooMany] = [0, strongestFirst.length]
  let call = callWith(fits)
  if (sizeOf(call) > CALL_BYTES) throw new TooLarge(`it takes ${sizeOf(call)} bytes without its affinities`)
  while (tooMany - fits > 1) {
    const count = Math.floor((fits + tooMany) / 2)
    const attempt = callWith(count)
    if (sizeOf(attempt) > CALL_BYTES) tooMany = count
    else [fits, call] = [count, attempt]
  }
  return { call, affinitiesLeftOut: strongestFirst.length - fits }
}

/** Milliseconds are what Segment documents; Algolia gives any number of digits. */
function toTimestamp(lastUpdatedAt: string | undefined): string | undefined {
  const milliseconds = Date.parse(lastUpdatedAt ?? '')
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString()
}
