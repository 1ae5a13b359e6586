import { isFailure } from '../delivery/outcomes'
import type { Failure, Outcome } from '../delivery/outcomes'
import { refusal, timeOf } from '../delivery/plan'
import type { Action, Change, Event, PlanContext } from '../delivery/plan'
import { userTokensOf } from '../delivery/user-tokens'
import { isProfileSegmentId, PROFILE_SEGMENT_ID_RULE, withMembership } from './profile-segments'

/** What an action is for: `enter` adds users to the audience, `exit` removes them, `sync` does whichever the event says. */
export type Purpose = 'enter' | 'exit' | 'sync'

/** The part of the actions' payloads that says what to do. */
export interface AudiencePayload {
  userToken: string
  otherUserTokens?: string[]
  externalIds?: string
  /** Missing where neither the field nor the mapping's hook gives one. */
  segmentId?: string
  eventName?: string
  createProfiles?: boolean
  timestamp?: string
}

/** That the user has, or hasn't, this managed segment. */
export interface AudienceChange extends Change {
  profileSegmentId: string
  member: boolean
}

/** The action of a purpose: which audiences a user has, after these events. */
export function membershipAction(purpose: Purpose): Action<AudiencePayload, AudienceChange> {
  return {
    plan(events, context) {
      const outcomes: (Outcome | undefined)[] = []
      const changes: AudienceChange[] = []
      events.forEach((event, index) => {
        const planned = changesOf(event, index, purpose, context)
        outcomes[index] = planned.outcome
        changes.push(...(planned.changes ?? []))
      })
      return { outcomes, changes }
    },
    apply: (current, { profileSegmentId, member }) => withMembership(current, profileSegmentId, member)
  }
}

/** How the changes of an audience are told from all others of a user. */
export function audienceKey(profileSegmentId: string): string {
  return `audience ${profileSegmentId}`
}

function changesOf(
  event: Event<AudiencePayload>,
  index: number,
  purpose: Purpose,
  { now }: PlanContext
): { outcome?: Outcome; changes?: AudienceChange[] } {
  const { payload } = event
  const member = membershipOf(event, purpose)
  if (member === undefined) return { outcome: UNKNOWN_MEMBERSHIP }
  if (purpose !== 'sync' && member !== (purpose === 'enter'))
    return { outcome: { status: 200, result: 'not for this action' } }
  const who = userTokensOf(payload)
  if (isFailure(who)) return { outcome: who }
  const { segmentId: profileSegmentId } = payload
  if (profileSegmentId === undefined) {
    return {
      outcome: refusal('it has no segment ID. Map the field Algolia Segment ID, or choose the audience in the mapping.')
    }
  }
  if (!isProfileSegmentId(profileSegmentId)) {
    return {
      outcome: refusal(`the segment ID must be ${PROFILE_SEGMENT_ID_RULE}, but is ${excerpt(profileSegmentId)}.`)
    }
  }
  const common = {
    index,
    key: audienceKey(profileSegmentId),
    time: timeOf(payload.timestamp, now),
    createProfile: payload.createProfiles !== false,
    profileSegmentId,
    member
  }
  return { outcome: who.refusal, changes: who.tokens.map((token) => ({ ...common, ...token })) }
}

const MEMBERSHIP_BY_EVENT_NAME = new Map([
  ['Audience Entered', true],
  ['Audience Exited', false]
])

/** What Reverse ETL names the events of rows that have left the model. */
const DELETED_ROW = 'deleted'

/**
 * The host knows best, then the event's name tells, then what the action is for. Of a deleted row the host knows
 * something only with a sync mode, which Enter Audience and Exit Audience don't have.
 */
function membershipOf({ audienceMembership, payload }: Event<AudiencePayload>, purpose: Purpose): boolean | undefined {
  if (typeof audienceMembership === 'boolean') return audienceMembership
  if (purpose !== 'sync' && payload.eventName === DELETED_ROW) return false
  const named = payload.eventName === undefined ? undefined : MEMBERSHIP_BY_EVENT_NAME.get(payload.eventName)
  return named ?? (purpose === 'sync' ? undefined : purpose === 'enter')
}

const UNKNOWN_MEMBERSHIP: Failure = {
  status: 400,
  errortype: 'INVALID_AUDIENCE_MEMBERSHIP',
  message:
    'Event refused: it does not say whether the user entered or exited the audience. Send events of an Engage audience, Reverse ETL rows with a sync mode, or events named Audience Entered or Audience Exited; send those that only ever mean one thing, such as Journeys Step Entered, to Enter Audience or Exit Audience.'
}

/** The beginning of a refused value, on one line. */
function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text
}
