import type { ActionDefinition } from '@segment/actions-core'
import { DEFAULT_BATCH_SIZE, MAX_BATCH_SIZE } from '../constants'
import { batchFields, whoFields } from '../fields'

/** The fields of Sync Traits. */
export const fields: ActionDefinition<unknown>['fields'] = {
  ...whoFields,
  traits: {
    label: 'Traits',
    description:
      'The traits to keep on the profile, each under the name that it has there: loyalty_tier from traits.loyalty_tier, for instance, makes the segment loyalty_tier__gold. A list gives one segment for each member; null or an empty list removes the trait; a trait that the event does not hold stays as it is. At most 20 traits, with 20 values each. Choose traits by which search can be ranked, and no personal data: e-mail addresses and telephone numbers are refused.',
    type: 'object',
    required: false,
    defaultObjectUI: 'keyvalue'
  },
  ...batchFields({
    size: DEFAULT_BATCH_SIZE,
    largest: MAX_BATCH_SIZE,
    cost: 'A user with several events in a batch costs no more calls than one with a single event, so leave this on unless events are rare.'
  })
}
