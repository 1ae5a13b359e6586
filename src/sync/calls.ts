import { createHash } from 'node:crypto'
import type { ReadProfile } from '../algolia/profiles/profile'
import { STREAMS } from '../sources/algolia-profiles/streams'
import type { SyncConfig } from './config'
import type { IdentifyCall, Identity, SegmentCall } from '../segment/calls'
import { sizeOf } from '../segment/envelope'
import { CALL_BYTES } from '../segment/limits'

/** What a profile comes to: calls that go out together, and the mark to keep once Segment has them. */
export interface Delivery {
  readonly userToken: string
  /** Stands for the profile as of this update, sent to this Segment source: 16 hexadecimal digits. */
  readonly mark: string
  readonly calls: readonly SegmentCall[]
  /** The size of the calls in a batch. */
  readonly bytes: number
  /** How many affinities had to be left out, as the call would have been too large. */
  readonly affinitiesLeftOut: number
  readonly isFirstSeen: boolean
}

export interface DeliveryRules extends Pick<SyncConfig, 'identity' | 'firstSeenEvent'> {
  /** See `targetOf`. */
  readonly target: string
}

/** The event of a profile that has never been seen before. */
export const FIRST_SEEN_EVENT = 'Algolia Profile Created'

/**
 * Keeps these calls from the destination of this package, which would write them back to Algolia. In `integrations`, a
 * destination goes by its name, and case matters (Segment's documentation, "Filtering with the Integrations Object").
 */
const INTEGRATIONS = { All: true, 'Algolia Personalization (Actions)': false }

/** User tokens that Algolia's libraries make up for users without one. */
const ANONYMOUS_TOKEN = /^anonymous-/

const rowsOfProfiles = STREAMS.find(({ name }) => name === 'profiles')!.rowsOf

/**
 * @returns a text that stands for where profiles come from, where they go, and as whom. Segment drops calls with a
 * `messageId` that it has seen from anywhere, another source included, so the ids of two syncs must differ.
 */
export function targetOf({
  appId,
  segmentWriteKey,
  identity
}: Pick<SyncConfig, 'appId' | 'segmentWriteKey' | 'identity'>): string {
  return digest([appId, segmentWriteKey, identity])
}

/**
 * Makes the calls for a profile.
 * @param knownMark the mark that is kept for the user token; absent for one that has never been seen
 * @returns undefined when Segment has the profile as of this update
 * @throws TooLarge when the profile can't be made to fit
 */
export function deliveryOf(
  profile: ReadProfile,
  knownMark: string | undefined,
  rules: DeliveryRules
): Delivery | undefined {
  const { userToken, lastUpdatedAt } = profile
  const who = identityOf(userToken, rules.identity)
  // A profile that doesn't tell its update is told apart by what it holds.
  const version = digest([rules.target, who, lastUpdatedAt ?? traitsOf(profile)])
  const mark = version.slice(0, 16)
  if (mark === knownMark) return undefined

  const common = { timestamp: toTimestamp(lastUpdatedAt), integrations: INTEGRATIONS }
  const { call, affinitiesLeftOut } = shortened(profile, (part) => {
    return { type: 'identify', ...who, messageId: messageIdOf(version), ...common, traits: traitsOf(part) }
  })
  const isFirstSeen = knownMark === undefined
  const calls: SegmentCall[] = [call]
  if (isFirstSeen && rules.firstSeenEvent) {
    const { algolia_user_id, algolia_user_type, algolia_last_updated } = call.traits
    calls.push({
      type: 'track',
      ...who,
      event: FIRST_SEEN_EVENT,
      // Not of this update alone: after a crash, the profile may have been updated before it is sent again.
      messageId: messageIdOf(digest([rules.target, who, FIRST_SEEN_EVENT])),
      ...common,
      properties: { algolia_user_id, algolia_user_type, algolia_last_updated }
    })
  }
  const bytes = calls.reduce((sum, each) => sum + sizeOf(each), 0)
  return { userToken, mark, calls, bytes, affinitiesLeftOut, isFirstSeen }
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
  const strongestFirst = [...profile.affinities].sort((one, other) => (other.score ?? 0) - (one.score ?? 0))
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

function identityOf(userToken: string, identity: SyncConfig['identity']): Identity {
  const isAnonymous = identity === 'anonymousId' || (identity === 'auto' && ANONYMOUS_TOKEN.test(userToken))
  return isAnonymous ? { anonymousId: userToken } : { userId: userToken }
}

/** The fields of the source's stream `profiles`. */
function traitsOf(profile: ReadProfile): Record<string, unknown> {
  return rowsOfProfiles(profile)[0]!.data
}

/** Milliseconds are what Segment documents; Algolia gives any number of digits. */
function toTimestamp(lastUpdatedAt: string | undefined): string | undefined {
  const milliseconds = Date.parse(lastUpdatedAt ?? '')
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString()
}

function messageIdOf(version: string): string {
  return `algolia-${version.slice(0, 32)}`
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
