import { Destination } from '@segment/actions-core'
import type { JSONObject, SegmentEvent } from '@segment/actions-core'
import { warningAbout } from '../destinations/algolia-personalization/audience/ids'
import { deliveriesOf } from './deliveries'
import { dryRun, type Fate } from './dry-run'
import { RETL_HOOK, withHookOutputs } from './hook'
import { actionIn, type Definition, deliver, withPlainNames } from './host'
import { Refusal } from './http/call'
import type { Delivery, Json, Preview, PreviewedEvent } from './interface'
import { operationIn } from './operations'

/**
 * Shows what the host makes of events before it calls an action, and calls nothing. The host's own code is used: the
 * action is replaced by one that gives back what it was given, and what it would have done without a call.
 */
export async function preview(definition: Definition, delivery: Delivery, settings: JSONObject): Promise<Preview> {
  const { action: slug, payload } = delivery
  const events = [payload].flat() as JSONObject[]
  const operation = operationIn(definition, slug)
  if (operation) {
    const problem = Array.isArray(payload) ? 'It takes one object, not a list.' : operation.problemWith(payload)
    const fate = problem === undefined ? ({ fate: 'calls' } as const) : ({ fate: 'refused', reason: problem } as const)
    return {
      events: [{ payload: events[0], triggers: true, warnings: [], ...fate }],
      deliveries: [1],
      mappingWarnings: []
    }
  }
  const action = actionIn(definition, slug)
  if (!action) throw new Refusal(400, `There is no action ${slug}.`)
  const mapping = await withHookOutputs(action, delivery)
  const mapper = new Destination({
    mode: 'cloud',
    ...withPlainNames({ ...definition, actions: { [slug]: action } }, ({ title, description, fields, ...rest }) => ({
      title,
      description,
      fields,
      ...(rest.syncMode && { syncMode: rest.syncMode }),
      ...(rest.hooks && { hooks: rest.hooks }),
      perform: async (_, data) => {
        const { payload, audienceMembership } = data as { payload: Json; audienceMembership?: boolean }
        return {
          payload,
          audienceMembership,
          ...(await dryRun(action, data))
        }
      }
    }))
  })
  const { outputs } = (mapping[RETL_HOOK] ?? {}) as { outputs?: Json }
  // An application of its own: what the process knows of users that it has written lately is left alone.
  const apart = { ...settings, appId: 'PREVIEW' }
  const triggers = triggerOf(delivery.trigger ?? action.defaultSubscription)
  const one = async (event: JSONObject): Promise<PreviewedEvent> => {
    const isTriggered = { triggers: await triggers(event) }
    try {
      const mapped = (await deliver(mapper, { action: slug, payload: event, mapping, settings: apart })) as Mapped
      return { ...mapped, ...isTriggered, warnings: warningsOf(mapped.payload) }
    } catch (thrown) {
      return { fate: 'refused', reason: (thrown as Error).message, ...isTriggered, warnings: [] }
    }
  }
  return {
    events: await Promise.all(events.map(one)),
    deliveries: deliveriesOf(delivery, action).map(({ length }) => length),
    mappingWarnings: literalPaths(delivery.mapping),
    ...(outputs && { hookOutputs: outputs })
  }
}

type Mapped = Pick<PreviewedEvent, 'audienceMembership'> & { payload: Json } & Fate

/** @returns whether an event is let through by a trigger, as the host decides it. */
function triggerOf(trigger: string | undefined): (event: JSONObject) => Promise<boolean> {
  if (trigger === undefined) return () => Promise.resolve(true)
  const action = { title: 'gate', description: '', fields: {}, perform: () => 1 }
  const gate = new Destination({ name: 'gate', mode: 'cloud', actions: { gate: action } })
  const subscription = { partnerAction: 'gate', subscribe: trigger, mapping: {} }
  return async (event) => {
    const [result] = await gate.onEvent(event as unknown as SegmentEvent, { subscription })
    return result?.output !== 'not subscribed'
  }
}

function warningsOf({ segmentId }: Json): string[] {
  const warning = typeof segmentId === 'string' ? warningAbout(segmentId) : undefined
  return warning === undefined ? [] : [warning]
}

/** Like a path, but without the `$.` at its beginning: it would be sent as it stands. */
const LIKE_A_PATH =
  /^(\$\S*|(properties|traits|context|integrations)\.\S+|userId|anonymousId|messageId|timestamp|event)$/

/** @returns the literals of a mapping that look as if a path had been meant. */
function literalPaths(mapping: Json): Preview['mappingWarnings'] {
  return Object.entries(mapping).flatMap(([field, value]) => {
    if (typeof value !== 'string' || !LIKE_A_PATH.test(value)) return []
    const path = `$.${value.replace(/^\$?\.?/, '')}`
    return [
      { field, warning: `${JSON.stringify(value)} is sent as it stands. If you mean the event's value, write ${path}.` }
    ]
  })
}
