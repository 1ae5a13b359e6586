import type { SegmentEvent } from '@segment/actions-core'

/** A row of the source's `profiles` stream, as far as an audience is made from it. */
export interface ProfileRow {
  readonly algolia_user_id: string
  readonly algolia_affinities_value_score: Readonly<Record<string, number>>
}

/** A row of the source's `segments` stream. */
export interface ProfileSegmentRow {
  readonly algolia_user_id: string
  readonly algolia_segment_id: string
  readonly algolia_segment_source: string
}

/** An audience as a marketer would form it: everybody who likes something strongly. */
export interface Audience {
  readonly key: string
  readonly members: readonly string[]
}

/** @returns the audience of all who have one of `values` with at least `score`. */
export function formAudience(
  key: string,
  rows: Iterable<ProfileRow>,
  values: readonly string[],
  score: number
): Audience {
  const members = [...rows]
    .filter(({ algolia_affinities_value_score: scores }) => values.some((value) => (scores[value] ?? 0) >= score))
    .map(({ algolia_user_id }) => algolia_user_id)
  return { key, members }
}

/** A user enters an audience, or exits it. */
export interface AudienceChange {
  readonly audienceKey: string
  readonly userToken: string
  readonly entered: boolean
}

/** @returns the event that an Engage audience sends of a change. */
export function audienceEvent({ audienceKey, userToken, entered }: AudienceChange): SegmentEvent {
  return {
    type: 'track',
    event: entered ? 'Audience Entered' : 'Audience Exited',
    messageId: `${audienceKey}-${userToken}-${entered ? 'entered' : 'exited'}`,
    timestamp: new Date().toISOString(),
    userId: userToken,
    properties: { audience_key: audienceKey, [audienceKey]: entered },
    context: {
      personas: {
        computation_class: 'audience',
        computation_key: audienceKey,
        computation_id: `aud_${audienceKey}`,
        namespace: 'spa_demo',
        space_id: 'spa_demo'
      }
    }
  }
}

/** The profile segments of users: for each user token a set of `source:id`. */
export type Memberships = Map<string, Set<string>>

/** @returns the profile segments that rows tell of. */
export function membershipsOf(rows: Iterable<ProfileSegmentRow>): Memberships {
  const memberships: Memberships = new Map()
  for (const { algolia_user_id: userToken, algolia_segment_id: id, algolia_segment_source: source } of rows) {
    memberships.set(userToken, (memberships.get(userToken) ?? new Set()).add(`${source}:${id}`))
  }
  return memberships
}

/** @returns the memberships as they have to be after changes, which only managed segments may differ in. */
export function membershipsAfter(before: Memberships, changes: readonly AudienceChange[]): Memberships {
  const after: Memberships = new Map([...before].map(([userToken, entries]) => [userToken, new Set(entries)]))
  for (const { audienceKey, userToken, entered } of changes) {
    const entries = after.get(userToken) ?? new Set()
    const entry = `segment:${audienceKey}`
    if (entered) entries.add(entry)
    else entries.delete(entry)
    after.set(userToken, entries)
  }
  return after
}

/** @returns the user tokens whose memberships differ. */
export function differences(one: Memberships, other: Memberships): string[] {
  const list = (memberships: Memberships, userToken: string): string =>
    [...(memberships.get(userToken) ?? [])].sort().join('\n')
  return [...new Set([...one.keys(), ...other.keys()])].filter(
    (userToken) => list(one, userToken) !== list(other, userToken)
  )
}
