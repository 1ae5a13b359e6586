import type { JSONObject } from '@segment/actions-core'
import { isUserToken } from '../destinations/algolia-personalization/delivery/user-tokens'
import { isRetried } from '../destinations/algolia-personalization/delivery/outcomes'
import type { Exchange } from './exchanges'
import { type BatchResult, type Definition, type Delivery, deliver, load } from './host'
import { mapEvents } from './preview'
import { type FoundProfile, readProfiles } from './profiles'
import type { UnansweredCall } from './unanswered'

/** What became of an event. */
export interface SentEvent {
  readonly status: number
  /** Whether it was done, or failed in a way that the host tries again, or failed for good. */
  readonly outcome: 'delivered' | 'retried' | 'refused'
  /** What the action says of a success. */
  readonly result?: string
  /** The failure's class and its cause. */
  readonly code?: string
  readonly problem?: string
}

/** What sending events came to. */
export interface Sent {
  readonly events: readonly SentEvent[]
  readonly exchanges: readonly Exchange[]
  readonly unanswered: readonly UnansweredCall[]
  /** The profiles that the events name, at most as many as `MOST_PROFILES`; the calls to read them aren't in the list. */
  readonly profiles: readonly { userToken: string; before: FoundProfile; after: FoundProfile }[]
}

/** So many profiles are shown before and after: a large batch would cost too many calls, and too much room. */
const MOST_PROFILES = 20

/** Delivers an event or a batch, and reads the profiles that it names before and after. */
export async function send(definition: Definition, delivery: Delivery, secrets: readonly string[]): Promise<Sent> {
  const mapped = await mapEvents(definition, delivery)
  const named = mapped.map(({ payload }) => payload?.userToken).filter(isUsable)
  const userTokens = [...new Set(named)].slice(0, MOST_PROFILES)

  const before = await readProfiles(delivery.settings, userTokens, secrets)
  const { destination, exchanges, unanswered } = load(definition)
  const results = await deliver(destination, delivery).then(
    (results) => (Array.isArray(results) ? (results as BatchResult[]).map(ofBatch) : [ofSingle(results)]),
    (thrown: unknown) => [failed(thrown)]
  )
  const after = await readProfiles(delivery.settings, userTokens, secrets)
  return {
    events: results.map(({ status, ...result }) => ({ status, outcome: outcomeOf(status), ...result })),
    exchanges: await exchanges(secrets),
    unanswered: unanswered(secrets),
    profiles: before.map((found, index) => ({
      userToken: found.userToken,
      before: found,
      after: after[index] ?? found
    }))
  }
}

/** Whether a user token of a mapped event can be looked up: what Algolia can't know has no profile to show. */
function isUsable(userToken: unknown): userToken is string {
  return typeof userToken === 'string' && isUserToken(userToken)
}

function outcomeOf(status: number): SentEvent['outcome'] {
  if (status < 400) return 'delivered'
  return isRetried(status) ? 'retried' : 'refused'
}

/** What the host says of an event. */
type Result = Omit<SentEvent, 'outcome'>

function ofSingle(outcome: unknown): Result {
  const { status = 200, result } = (outcome ?? {}) as { status?: number; result?: string }
  return { status, ...(result !== undefined && { result }) }
}

function ofBatch(entry: BatchResult): Result {
  if ('errormessage' in entry) return { status: entry.status, code: entry.errortype, problem: entry.errormessage }
  const { result } = (entry.body ?? {}) as JSONObject
  return { status: entry.status, ...(typeof result === 'string' && { result }) }
}

function failed(thrown: unknown): Result {
  const { status, code, message, name } = thrown as Error & { status?: number; code?: string }
  const isInvalid = name === 'AggregateAjvError' || name === 'ValidationError'
  return {
    status: status ?? (isInvalid ? 400 : 500),
    code: code ?? (isInvalid ? 'PAYLOAD_VALIDATION_FAILED' : name),
    problem: message
  }
}
