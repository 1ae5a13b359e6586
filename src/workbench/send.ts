import type { JSONObject } from '@segment/actions-core'
import { isUserToken } from '../destinations/algolia-personalization/membership'
import type { Exchange } from './exchanges'
import { type BatchResult, type Definition, type Delivery, deliver, load } from './host'
import { mapEvents } from './preview'
import { type FoundProfile, readProfiles } from './profiles'

/** What became of an event. */
export interface SentEvent {
  readonly status: number
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
  const { destination, exchanges } = load(definition)
  const events = await deliver(destination, delivery).then(
    (results) => (Array.isArray(results) ? (results as BatchResult[]).map(ofBatch) : [ofSingle(results)]),
    (thrown: unknown) => [failed(thrown)]
  )
  const after = await readProfiles(delivery.settings, userTokens, secrets)
  return {
    events,
    exchanges: await exchanges(secrets),
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

function ofSingle(outcome: unknown): SentEvent {
  const { status = 200, result } = (outcome ?? {}) as { status?: number; result?: string }
  return { status, ...(result !== undefined && { result }) }
}

function ofBatch(entry: BatchResult): SentEvent {
  if ('errormessage' in entry) return { status: entry.status, code: entry.errortype, problem: entry.errormessage }
  const { result } = (entry.body ?? {}) as JSONObject
  return { status: entry.status, ...(typeof result === 'string' && { result }) }
}

function failed(thrown: unknown): SentEvent {
  const { status, code, message, name } = thrown as Error & { status?: number; code?: string }
  const isInvalid = name === 'AggregateAjvError' || name === 'ValidationError'
  return {
    status: status ?? (isInvalid ? 400 : 500),
    code: code ?? (isInvalid ? 'PAYLOAD_VALIDATION_FAILED' : name),
    problem: message
  }
}
