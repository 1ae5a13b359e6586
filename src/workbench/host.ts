import { Destination } from '@segment/actions-core'
import type {
  AudienceDestinationDefinition,
  DecoratedResponse,
  DestinationDefinition,
  JSONObject
} from '@segment/actions-core'
import { type Exchange, exchangeOf } from './exchanges'
import { redactAll } from './redaction'
import { noteUnanswered, type UnansweredCall } from './unanswered'

/** The definition of a destination, whatever its settings. */
export type Definition = DestinationDefinition<JSONObject> &
  Partial<Pick<AudienceDestinationDefinition, 'audienceConfig' | 'audienceFields' | 'presets'>>

/** A destination, loaded as its host loads it, and what it says to its API. */
export interface Host {
  readonly destination: Destination<JSONObject>
  /** The calls that were answered since the destination was loaded, without secrets. */
  readonly exchanges: (secrets: readonly string[]) => Promise<Exchange[]>
  /** The calls of actions that were not, without secrets. */
  readonly unanswered: (secrets: readonly string[]) => UnansweredCall[]
}

/**
 * Loads a destination, one for each request: the calls of one never stand among those of another. The host's class
 * notes the calls of actions only, so the destination's own request options are extended instead.
 */
export function load(definition: Definition): Host {
  const responses: DecoratedResponse[] = []
  const note = (request: Request, options: DecoratedResponse['options'], response: DecoratedResponse) => {
    responses.push(Object.assign(response, { request, options }))
  }
  const calls = new Set<UnansweredCall>()
  const destination = new Destination({
    ...definition,
    actions: watched(definition.actions, calls),
    extendRequest: (data) => ({ ...definition.extendRequest?.(data), afterResponse: [note] })
  })
  return {
    destination,
    exchanges: (secrets) => Promise.all(responses.map((response) => exchangeOf(response, secrets))),
    unanswered: (secrets) => redactAll([...calls], secrets) as UnansweredCall[]
  }
}

/** Actions that do as the given ones, and tell of calls that get no answer. */
function watched(actions: Definition['actions'], calls: Set<UnansweredCall>): Definition['actions'] {
  const entries = Object.entries(actions).map(([slug, action]) => {
    const { perform, performBatch } = action
    const watchedAction: typeof action = {
      ...action,
      perform: (request, data) => perform(noteUnanswered(request, calls), data) as unknown,
      ...(performBatch && { performBatch: (request, data) => performBatch(noteUnanswered(request, calls), data) })
    }
    return [slug, watchedAction] as const
  })
  return Object.fromEntries(entries)
}

/** What the host hands to an action. */
export interface Delivery {
  readonly action: string
  /** One event, or a batch. */
  readonly payload: JSONObject | JSONObject[]
  readonly mapping: JSONObject
  readonly settings: JSONObject
  readonly auth?: JSONObject | undefined
  readonly features?: Record<string, boolean> | undefined
  readonly subscriptionMetadata?: JSONObject | undefined
}

/** What the host says of one event of a batch. */
export type BatchResult = Awaited<ReturnType<Destination['executeBatch']>>[number]

/**
 * Executes an action as the host does: a single event through `perform`, a list through `performBatch`.
 * @returns what `perform` gave, or an entry for each event of the list
 * @throws what the host throws: for a single event that fails, and for a mapping that can't be used
 */
export async function deliver(destination: Destination<JSONObject>, delivery: Delivery): Promise<unknown> {
  const { payload, settings, mapping } = delivery
  const action = destination.actions[delivery.action]
  if (!action) throw new Error(`There is no action ${delivery.action}.`)
  const bundle = {
    settings,
    mapping,
    audienceSettings: audienceSettingsOf(Array.isArray(payload) ? payload[0] : payload),
    auth: (delivery.auth ?? {}) as never,
    features: delivery.features ?? {},
    subscriptionMetadata: delivery.subscriptionMetadata ?? {}
  }
  if (Array.isArray(payload)) return action.executeBatch({ ...bundle, data: payload })
  const results = await action.execute({ ...bundle, data: payload })
  return results.at(-1)?.data
}

/** The audience settings that Engage sends along with each event. */
function audienceSettingsOf(event: JSONObject = {}): JSONObject {
  const { context } = event as { context?: { personas?: { audience_settings?: JSONObject } } }
  return context?.personas?.audience_settings ?? {}
}

/** @returns what is wrong with which field, when the host's check of a schema failed. */
export function fieldErrors(thrown: unknown): Record<string, string> | undefined {
  if ((thrown as Error).name !== 'AggregateAjvError') return undefined
  const problems = [...(thrown as Iterable<{ path: string; message: string }>)]
  return Object.fromEntries(problems.map(({ path, message }) => [path.replace('$.', ''), message]))
}
