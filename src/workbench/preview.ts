import type { JSONObject, SegmentEvent } from '@segment/actions-core'
import { Destination } from '@segment/actions-core'
import { BadRequest } from './bodies'
import { type Definition, deliver, fieldErrors } from './host'

/** What the host makes of an event before the action sees it. */
export interface MappedEvent {
  /** The action's payload; absent when the event does not get that far. */
  readonly payload?: JSONObject
  /** Whether the host takes the event for an entry (`true`) or an exit; absent when it can't tell. */
  readonly audienceMembership?: boolean
  /** Why the host refuses the event, and the same by field. */
  readonly problem?: string
  readonly fields?: Record<string, string>
  /** Whether the action's default trigger lets the event through. */
  readonly triggers: boolean
}

/**
 * Maps events as the host does before it calls an action, and calls nothing. The host's own code is used: the action is
 * replaced by one that gives back what it was given.
 */
export async function mapEvents(
  definition: Definition,
  { action, payload, mapping }: { action: string; payload: JSONObject | JSONObject[]; mapping: JSONObject }
): Promise<MappedEvent[]> {
  const original = definition.actions[action]
  if (!original) throw new BadRequest(`There is no action ${action}.`)
  const { title, description, fields, syncMode, defaultSubscription: trigger } = original
  const base = { name: definition.name, mode: 'cloud' } as const
  const mapper = new Destination({
    ...base,
    actions: {
      [action]: {
        title,
        description,
        fields,
        ...(syncMode && { syncMode }),
        perform: (_, { payload, audienceMembership }) => ({ payload: payload as JSONObject, audienceMembership })
      }
    }
  })
  const gate = new Destination({ ...base, actions: { [action]: { title, description, fields: {}, perform: () => 1 } } })
  const triggers = async (event: JSONObject): Promise<boolean> => {
    if (trigger === undefined) return true
    const subscription = { partnerAction: action, subscribe: trigger, mapping: {} }
    const [result] = await gate.onEvent(event as unknown as SegmentEvent, { subscription })
    return result?.output !== 'not subscribed'
  }
  return Promise.all(
    [payload].flat().map(async (event) => {
      const triggered = { triggers: await triggers(event) }
      try {
        const mapped = await deliver(mapper, { action, payload: event, mapping, settings: {} })
        return { ...(mapped as Omit<MappedEvent, 'triggers'>), ...triggered }
      } catch (thrown) {
        const fields = fieldErrors(thrown)
        return { problem: (thrown as Error).message, ...(fields && { fields }), ...triggered }
      }
    })
  )
}
