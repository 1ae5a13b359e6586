import { MAX_PROFILE_SEGMENT_ID_LENGTH, USER_TOKEN } from '../constants'
import type { Failure, Outcome } from '../delivery/outcomes'

/** What an action is for: `enter` adds users to the audience, `exit` removes them, `sync` does whichever the event says. */
export type Purpose = 'enter' | 'exit' | 'sync'

/** The part of the actions' payloads that says what to do. */
export interface AudiencePayload {
  userToken: string
  /** Missing where neither the field nor the mapping's hook gives one. */
  segmentId?: string
  eventName?: string
}

/** One event and what the host makes of its membership: `undefined` when the host can't tell. */
export interface AudienceEvent {
  payload: AudiencePayload
  audienceMembership: boolean | undefined
}

/** What the event at `index` asks for: that the user has, or hasn't, this managed segment. */
export interface Change {
  index: number
  profileSegmentId: string
  member: boolean
}

/** What a batch comes down to. */
export interface Plan {
  /** By index of the event: outcomes that are known without a call. */
  outcomes: (Outcome | undefined)[]
  /** All other events, for each user token in the order in which they came. */
  changesByUser: Map<string, Change[]>
}

/** Sorts the events of a batch into those that need no call and the changes to make for each user. */
export function planChanges(events: AudienceEvent[], purpose: Purpose): Plan {
  const plan: Plan = { outcomes: [], changesByUser: new Map() }
  events.forEach((event, index) => {
    const { userToken, segmentId } = event.payload
    const member = membershipOf(event, purpose)
    if (member === undefined) {
      plan.outcomes[index] = UNKNOWN_MEMBERSHIP
    } else if (purpose !== 'sync' && member !== (purpose === 'enter')) {
      plan.outcomes[index] = { status: 200, result: 'not for this action' }
    } else if (!isUserToken(userToken)) {
      plan.outcomes[index] = refusal(`the user token must be ${USER_TOKEN.rule}, but is ${excerpt(userToken)}.`)
    } else if (segmentId === undefined) {
      plan.outcomes[index] = refusal(
        'it has no segment ID. Map the field Algolia Segment ID, or choose the audience in the mapping.'
      )
    } else if (!isProfileSegmentId(segmentId)) {
      plan.outcomes[index] = refusal(`the segment ID must be ${PROFILE_SEGMENT_ID_RULE}, but is ${excerpt(segmentId)}.`)
    } else {
      const changes = plan.changesByUser.get(userToken) ?? []
      changes.push({ index, profileSegmentId: segmentId, member })
      plan.changesByUser.set(userToken, changes)
    }
  })
  return plan
}

// Half a surrogate pair (Cs) is no character: JSON carries it, but not every reader keeps it.
const PROFILE_SEGMENT_ID = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${MAX_PROFILE_SEGMENT_ID_LENGTH}}$`, 'u')

/** What the id of a profile segment must be, for messages. */
export const PROFILE_SEGMENT_ID_RULE = `1-${MAX_PROFILE_SEGMENT_ID_LENGTH} characters, none of them a control character`

/** Whether Algolia accepts this as the id of a user. */
export function isUserToken(value: unknown): value is string {
  return typeof value === 'string' && USER_TOKEN.pattern.test(value)
}

/** Whether an id of a profile segment is one that is sent. */
export function isProfileSegmentId(value: unknown): value is string {
  return typeof value === 'string' && PROFILE_SEGMENT_ID.test(value)
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
function membershipOf({ audienceMembership, payload }: AudienceEvent, purpose: Purpose): boolean | undefined {
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

function refusal(reason: string): Failure {
  return { status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED', message: `Event refused: ${reason}` }
}

/** The beginning of a refused value, on one line. */
function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text
}
