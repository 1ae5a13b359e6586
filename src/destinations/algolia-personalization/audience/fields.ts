import type { ActionDefinition } from '@segment/actions-core'
import { DEFAULT_BATCH_SIZE, MAX_BATCH_SIZE } from '../constants'
import { batchFields, firstOf, whoFields } from '../fields'

/** The fields of the actions that write audiences. */
export const fields: ActionDefinition<unknown>['fields'] = {
  ...whoFields,
  segmentId: {
    label: 'Algolia Segment ID',
    description:
      'The ID under which the audience appears on Algolia profiles, and by which rules and recommendations refer to it. To be used as a rule context it must be letters, digits, - and _ only. For Reverse ETL choose the audience when the mapping is saved, instead: that choice wins over this field, and deleted rows have it, too.',
    type: 'string',
    // Not required: an audience that the mapping's hook gives isn't known yet when the host looks at the fields.
    required: false,
    default: firstOf(
      '$.context.personas.external_audience_id',
      '$.context.personas.computation_key',
      '$.properties.audience_key'
    )
  },
  eventName: {
    label: 'Event Name',
    description: 'The name of the event: Audience Entered and Audience Exited say what happened to the user.',
    type: 'string',
    unsafe_hidden: true,
    default: { '@path': '$.event' }
  },
  ...batchFields({
    size: DEFAULT_BATCH_SIZE,
    largest: MAX_BATCH_SIZE,
    cost: 'A user with several events in a batch costs no more calls than one with a single event, so leave this on, and batches large.'
  })
}
