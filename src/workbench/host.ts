import { Destination } from '@segment/actions-core'
import type {
  AudienceDestinationDefinition,
  DecoratedResponse,
  DestinationDefinition,
  JSONObject
} from '@segment/actions-core'
import { exchangeOf } from './exchanges'
import type { Exchange, UnansweredCall } from './interface'
import { redactValues } from './redaction'
import { noteUnanswered } from './unanswered'

/** The definition of a destination, whatever its settings. */
export type Definition = DestinationDefinition<JSONObject> &
  Partial<Pick<AudienceDestinationDefinition, 'audienceConfig' | 'audienceFields' | 'presets'>>

type Actions = Definition['actions']
type Action = Actions[string]

/** A destination, loaded as its host loads it, and what it says to its API. */
export interface Host {
  readonly destination: Destination<JSONObject>
  /** The calls that were answered since the destination was loaded, without secrets. */
  readonly exchanges: (secrets: readonly string[]) => Promise<Exchange[]>
  /** The calls of actions that were not, without secrets. */
  readonly unanswered: (secrets: readonly string[]) => UnansweredCall[]
}

/** @returns an action by its name, if the definition has it; the names of an object's own machinery are none. */
export function actionIn({ actions }: Definition, slug: string): Action | undefined {
  return Object.hasOwn(actions, slug) ? actions[slug] : undefined
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
  const watched = (action: Action): Action => {
    const { perform, performBatch } = action
    return {
      ...action,
      perform: (request, data) => perform(noteUnanswered(request, calls), data) as unknown,
      ...(performBatch && { performBatch: (request, data) => performBatch(noteUnanswered(request, calls), data) })
    }
  }
  const destination = new Destination({
    ...definition,
    ...withPlainNames(definition, watched),
    extendRequest: (data) => ({ ...definition.extendRequest?.(data), afterResponse: [note] })
  })
  return {
    destination,
    exchanges: (secrets) => Promise.all(responses.map((response) => exchangeOf(response, secrets))),
    unanswered: (secrets) => redactValues([...calls], secrets) as UnansweredCall[]
  }
}

/**
 * The name and the actions under names without spaces. The host keeps the schemas under them, and takes them for
 * addresses: with `fast-uri` from 3.1.6 on, a space in one fails every event. So the workbench runs without that pin.
 * @param change what is made of each action
 */
export function withPlainNames(
  { name, actions }: Definition,
  change: (action: Action) => Action
): Pick<Definition, 'name' | 'actions'> {
  const plain = (text: string): string => text.replace(/[^A-Za-z0-9]+/g, '-')
  const renamed = Object.entries(actions).map(([slug, action]) => {
    return [slug, { ...change(action), title: plain(action.title) }] as const
  })
  return { name: plain(name), actions: Object.fromEntries(renamed) }
}

/** What the host hands to an action. */
export interface HostDelivery {
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
export async function deliver(destination: Destination<JSONObject>, delivery: HostDelivery): Promise<unknown> {
  const { payload, settings, mapping } = delivery
  const action = Object.hasOwn(destination.actions, delivery.action) && destination.actions[delivery.action]
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
