import { isManaged, managedSegment } from '../audience/profile-segments'
import type { ProfileSegment } from '../audience/profile-segments'
import { audienceKey } from '../audience/membership'
import { USER_TOKEN } from '../constants'
import type { Outcome } from '../delivery/outcomes'
import { refusal, timeOf } from '../delivery/plan'
import type { Action, ApplyContext, Change, PlanContext } from '../delivery/plan'
import { excerpt, isUserToken } from '../delivery/user-tokens'
import { traitKey } from '../traits/sync-traits'
import { prefixOf } from '../traits/trait-segments'

/** The part of the payload that says what to do. */
export interface LinkPayload {
  fromUserToken?: string
  toUserToken?: string
  createProfiles?: boolean
  timestamp?: string
}

/** That the one user token of a person gets what the other one has. */
export interface Link extends Change {
  from: string
}

/** Adds the managed segments of one user token to another one of the same person, and removes none. */
export const linkProfilesAction: Action<LinkPayload, Link> = {
  plan(events, context) {
    const outcomes: (Outcome | undefined)[] = []
    const changes: Link[] = []
    events.forEach(({ payload }, index) => {
      const planned = linkOf(payload, index, context)
      if ('status' in planned) outcomes[index] = planned
      else changes.push(planned)
    })
    return { outcomes, changes }
  },
  apply: withLinked
}

function linkOf(payload: LinkPayload, index: number, { now }: PlanContext): Link | Outcome {
  const { fromUserToken: from, toUserToken: userToken, createProfiles, timestamp } = payload
  if (!from || !userToken || from === userToken) return { status: 200, result: 'nothing to link' }
  for (const [name, token] of Object.entries({ 'from-token': from, 'to-token': userToken })) {
    if (!isUserToken(token)) return refusal(`the ${name} must be ${USER_TOKEN.rule}, but is ${excerpt(token)}.`)
  }
  return {
    index,
    userToken,
    from,
    key: `link ${from}`,
    time: timeOf(timestamp, now),
    createProfile: createProfiles !== false
  }
}

/**
 * The list with what the other profile has and this one lacks. Left out is a value of a trait that has another one here,
 * and whatever an event of a later time than the login has changed here: it may have been removed.
 */
function withLinked(
  current: readonly ProfileSegment[],
  _link: Link,
  { from, isNewer }: ApplyContext
): ProfileSegment[] | undefined {
  const present = new Set<string>()
  const traits = new Set<string>()
  for (const id of managedIds(current)) {
    present.add(id)
    const prefix = prefixOf(id)
    if (prefix) traits.add(prefix)
  }
  const missing = new Set(
    managedIds(from).filter((id) => {
      const prefix = prefixOf(id)
      if (present.has(id) || isNewer(audienceKey(id))) return false
      return !prefix || !(traits.has(prefix) || isNewer(traitKey(prefix)))
    })
  )
  return missing.size === 0 ? undefined : [...current, ...[...missing].map(managedSegment)]
}

function managedIds(segments: readonly ProfileSegment[]): string[] {
  return segments.filter(isManaged).flatMap(({ id }) => (typeof id === 'string' && id !== '' ? [id] : []))
}
