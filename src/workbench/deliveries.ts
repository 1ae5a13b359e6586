import type { ActionDefinition, JSONObject } from '@segment/actions-core'
import type { Delivery } from './interface'

/**
 * How Segment splits events: with Batch Events on, into batches of at most Batch Size, else one by one.
 * @returns the events of each delivery; a delivery of one that isn't in a batch is the event itself
 */
export function deliveriesOf(
  { payload, mapping }: Pick<Delivery, 'payload' | 'mapping'>,
  { performBatch, fields }: Pick<ActionDefinition<JSONObject>, 'performBatch' | 'fields'>
): readonly { readonly events: JSONObject | JSONObject[]; readonly length: number }[] {
  if (!Array.isArray(payload)) return [{ events: payload as JSONObject, length: 1 }]
  const events = payload as JSONObject[]
  if (!performBatch || mapping.enable_batching !== true) return events.map((event) => ({ events: event, length: 1 }))
  const { minimum = 1, maximum = Infinity } = fields.batch_size ?? {}
  const asked = typeof mapping.batch_size === 'number' ? Math.floor(mapping.batch_size) : events.length
  const size = Math.min(Math.max(asked, minimum), maximum)
  const batches = Array.from({ length: Math.ceil(events.length / size) }, (_, index) =>
    events.slice(index * size, (index + 1) * size)
  )
  return batches.map((batch) => ({ events: batch, length: batch.length }))
}
