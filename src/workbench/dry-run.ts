import type { ActionDefinition, JSONObject, RequestClient } from '@segment/actions-core'

/** What is known of an event without a call. */
export type Fate =
  | { readonly fate: 'calls' }
  /** Why it is refused, or what the action says of it. */
  | { readonly fate: 'nothing' | 'refused'; readonly reason: string }

type Action = ActionDefinition<JSONObject>
type Data = Parameters<Action['perform']>[1]

/**
 * Has an action work on an event without a line to Algolia: what it says before its first call is certain. An action that
 * calls is answered with a failed connection, and so writes nothing.
 */
export async function dryRun(action: Action, data: Data): Promise<Fate> {
  let hasCalled = false
  const request: RequestClient = () => {
    hasCalled = true
    return Promise.reject(Object.assign(new Error('A preview makes no calls.'), { code: 'PREVIEW' }))
  }
  try {
    const outcome: unknown = await action.perform(request, data)
    const { result } = (outcome ?? {}) as { result?: string }
    return hasCalled ? { fate: 'calls' } : { fate: 'nothing', reason: result ?? 'Nothing has to be done.' }
  } catch (thrown) {
    return hasCalled ? { fate: 'calls' } : { fate: 'refused', reason: (thrown as Error).message }
  }
}
