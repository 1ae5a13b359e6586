import type { ActionDefinition, JSONObject } from '@segment/actions-core'
import type { Delivery } from './interface'

/** The hook that Segment has filled in once, when the mapping of a Reverse ETL model is saved. */
export const RETL_HOOK = 'retlOnMappingSave'

type Action = ActionDefinition<JSONObject>

/**
 * @returns the mapping as Segment keeps it once the hook has been filled in: with what the hook made of that. Where
 * nothing was filled in, or the hook can't use it, the mapping stays as it is.
 */
export async function withHookOutputs({ hooks }: Action, { mapping, hookInputs }: Delivery): Promise<JSONObject> {
  const hook = hooks?.[RETL_HOOK]
  if (!hook || !hookInputs || Object.values(hookInputs).every((value) => value === '')) return mapping as JSONObject
  const data = { hookInputs, payload: {}, settings: {} } as unknown as Parameters<typeof hook.performHook>[1]
  const noCalls = () => Promise.reject(new Error('This hook makes no calls here.'))
  const { savedData } = (await hook.performHook(noCalls, data)) as { savedData?: JSONObject }
  return { ...mapping, ...(savedData && { [RETL_HOOK]: { inputs: hookInputs, outputs: savedData } }) } as JSONObject
}
