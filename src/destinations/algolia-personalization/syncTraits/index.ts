import type { ActionDefinition } from '@segment/actions-core'
import { deliverBatch, deliverOne } from '../delivery/deliver'
import type { AudienceSettings, Settings } from '../generated-types'
import { fields } from '../traits/fields'
import { syncTraitsAction } from '../traits/sync-traits'
import type { Payload } from './generated-types'

const action: ActionDefinition<Settings, Payload, AudienceSettings> = {
  title: 'Sync Traits',
  description:
    'Keep chosen traits on the Algolia profile, each value as a segment such as loyalty_tier__gold, which a rule can use as a context. What the trait said before goes. Nothing is written when nothing changes, but each user of a batch costs a read: choose traits that matter to search.',
  defaultSubscription: 'type = "identify"',
  fields,
  perform: (request, data) => deliverOne(syncTraitsAction, request, data),
  performBatch: (request, data) => deliverBatch(syncTraitsAction, request, data)
}

export default action
