import type { ProfileSegment } from '../audience/profile-segments'
import type { Failure, Outcome } from './outcomes'

/** One event, and what the host makes of its membership: `undefined` when the host can't tell. */
export interface Event<P> {
  payload: P
  audienceMembership: boolean | undefined
}

/** What else an action may go by when it plans. */
export interface PlanContext {
  /** When the events arrived, Unix milliseconds. */
  now: number
}

/** One thing that an event asks for on the profile of one user. */
export interface Change {
  /** The event's place in the batch. */
  index: number
  userToken: string
  /** Which of the event's user tokens this is, for messages; only where it has several. */
  place?: string
  /** What it is about, such as an audience or a trait: of changes of one user and key the newest counts. */
  key: string
  /** Unix milliseconds; of equal times the later arrival is the newer. */
  time: number
  /** Whether a user without a profile gets one. */
  createProfile: boolean
  /** Another user token, whose profile is read first; without one there is nothing to do. */
  from?: string
}

/** What a batch comes down to. An event can have both: a refused part, and changes for the rest of it. */
export interface Plan<C extends Change> {
  /** By index of the event: what is known without a call. */
  outcomes: (Outcome | undefined)[]
  /** In the order of the events. */
  changes: C[]
}

/** What a change can go by when it is applied. */
export interface ApplyContext {
  /** The segments of the profile of `change.from`, as they are after the changes that come earlier in the batch. */
  from: readonly ProfileSegment[]
  /** Whether this process has made a change of a later time to the same user and this key. */
  isNewer: (key: string) => boolean
}

/** What an action does, without a call: two pure functions. */
export interface Action<P, C extends Change = Change> {
  plan(events: Event<P>[], context: PlanContext): Plan<C>
  /**
   * The list after the change, or `undefined` when it leaves it as it is. Applied to its own result it changes nothing: so
   * a look at the profile tells whether the change is there.
   */
  apply(current: readonly ProfileSegment[], change: C, context: ApplyContext): ProfileSegment[] | undefined
}

let latest = 0

/** The time of arrival, Unix milliseconds: never before that of what came earlier, though the clock be set back. */
export function arrivalTime(): number {
  latest = Math.max(latest, Date.now())
  return latest
}

/** The time of an event, Unix milliseconds: that of its arrival where it says none, or one to come. */
export function timeOf(timestamp: unknown, now: number): number {
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN
  return Number.isNaN(time) ? now : Math.min(time, now)
}

/** An event that is refused for good. */
export function refusal(reason: string): Failure {
  return { status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED', message: `Event refused: ${reason}` }
}
