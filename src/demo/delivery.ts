import { defaultValues, Destination, type JSONObject, type SegmentEvent } from '@segment/actions-core'
import algoliaPersonalization from '../destinations/algolia-personalization'
import { DEFAULT_BATCH_SIZE } from '../destinations/algolia-personalization/constants'

/** Told of each batch: how many events have been sent, and why one wasn't delivered. */
export type OnBatch = (sent: number, failure: string | undefined) => void

/**
 * Sends events through the host's own class, as Segment does, to an action that a customer has enabled.
 * @param mapping in place of the action's defaults
 * @returns how many were delivered
 */
export async function deliver(
  action: 'syncAudience' | 'syncTraits',
  events: readonly SegmentEvent[],
  settings: JSONObject,
  { mapping = {}, onBatch }: { mapping?: JSONObject; onBatch?: OnBatch } = {}
): Promise<number> {
  const destination = new Destination(algoliaPersonalization)
  const { fields = {} } = algoliaPersonalization.actions[action] ?? {}
  const subscription = {
    partnerAction: action,
    subscribe: action === 'syncTraits' ? 'type = "identify"' : 'type = "track"',
    mapping: { ...defaultValues(fields), ...mapping }
  }
  let delivered = 0
  for (let start = 0; start < events.length; start += DEFAULT_BATCH_SIZE) {
    const batch = events.slice(start, start + DEFAULT_BATCH_SIZE)
    const results = await destination.onBatch(batch, { ...settings, subscription })
    const outcomes = results.flatMap(({ multistatus }) => multistatus ?? [])
    delivered += outcomes.filter(({ status }) => status === 200).length
    const failure = outcomes.find((outcome) => 'errormessage' in outcome)
    onBatch?.(start + batch.length, failure && 'errormessage' in failure ? failure.errormessage : undefined)
  }
  return delivered
}
