import type { JSONObject } from '@segment/actions-core'
import { isRetried } from '../destinations/algolia-personalization/delivery/outcomes'
import { isUserToken, userTokensOf } from '../destinations/algolia-personalization/delivery/user-tokens'
import { CAPS } from './caps'
import { deliveriesOf } from './deliveries'
import { withHookOutputs } from './hook'
import { actionIn, type BatchResult, type Definition, deliver, type Host, load } from './host'
import { Refusal } from './http/call'
import type { Delivery, Json, Sent, SentEvent } from './interface'
import { type Operation, operationIn } from './operations'
import { preview } from './preview'
import { readProfiles } from './profiles'

/** Delivers an event or a list as Segment would, and reads the profiles that it names before and after. */
export async function send(
  definition: Definition,
  delivery: Delivery,
  settings: JSONObject,
  secrets: readonly string[]
): Promise<Sent> {
  const operation = operationIn(definition, delivery.action)
  const { events } = await preview(definition, delivery, settings)
  const payloads = events.flatMap(({ payload = {} }) => payload)
  const named = new Set(
    payloads.flatMap((payload) => (operation ?? anAction).userTokensIn(payload as Json)).filter(isUserToken)
  )
  const userTokens = [...named].slice(0, CAPS.profiles)

  const before = await readProfiles(settings, userTokens, secrets)
  const host = load(definition)
  const results = operation
    ? [await operated(operation, host, delivery, settings)]
    : await delivered(definition, host, delivery, settings)
  const after = await readProfiles(settings, userTokens, secrets)
  const exchanges = await host.exchanges(secrets)
  return {
    events: results.flatMap(({ events }) => events).map((event) => ({ ...event, outcome: outcomeOf(event.status) })),
    deliveries: results.map(({ events }) => events.length),
    exchanges: exchanges.slice(0, CAPS.calls),
    calls: exchanges.length,
    unanswered: host.unanswered(secrets),
    profiles: before.map((found, index) => ({
      userToken: found.userToken,
      before: found,
      after: after[index] ?? found
    })),
    named: named.size
  }
}

/** What the host says of an event. */
type Result = Omit<SentEvent, 'outcome'>
interface Delivered {
  readonly events: readonly Result[]
}

async function delivered(
  definition: Definition,
  { destination }: Host,
  delivery: Delivery,
  settings: JSONObject
): Promise<Delivered[]> {
  const action = actionIn(definition, delivery.action)
  if (!action) throw new Refusal(400, `There is no action ${delivery.action}.`)
  const mapping = await withHookOutputs(action, delivery)
  const done: Delivered[] = []
  // One after the other, so that the order of the events is kept.
  for (const { events, length } of deliveriesOf(delivery, action)) {
    const results = await deliver(destination, { action: delivery.action, payload: events, mapping, settings }).then(
      (results) => (Array.isArray(events) ? (results as BatchResult[]).map(ofBatch) : [ofSingle(results)]),
      (thrown: unknown) => Array.from({ length }, () => failed(thrown))
    )
    done.push({ events: results })
  }
  return done
}

async function operated(
  operation: Operation,
  { destination }: Host,
  { payload }: Delivery,
  settings: JSONObject
): Promise<Delivered> {
  try {
    if (Array.isArray(payload)) throw new Refusal(400, 'It takes one object, not a list.')
    return { events: [{ status: 200, result: await operation.run(destination, payload, settings) }] }
  } catch (thrown) {
    return { events: [failed(thrown)] }
  }
}

/** Fields that hold user tokens are named so. */
const HOLDS_TOKENS = /userTokens?$/i

const anAction = {
  /** The user tokens of a mapped event: those of its fields, and those that its external ids bring. */
  userTokensIn(payload: Json): unknown[] {
    const mapped = Object.entries(payload).filter(([name]) => HOLDS_TOKENS.test(name))
    const who = 'userToken' in payload ? userTokensOf(payload) : undefined
    const others = who && 'tokens' in who ? who.tokens.map(({ userToken }) => userToken) : []
    return [...mapped.flatMap(([, value]) => value), ...others]
  }
}

function outcomeOf(status: number): SentEvent['outcome'] {
  if (status < 400) return 'delivered'
  return isRetried(status) ? 'retried' : 'refused'
}

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
