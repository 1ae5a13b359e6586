import type { ActionDefinition } from '@segment/actions-core'
import { deliverBatch, deliverOne } from '../delivery/deliver'
import { fields } from '../audience/fields'
import type { AudienceSettings, Settings } from '../generated-types'
import type { Payload } from './generated-types'

const action: ActionDefinition<Settings, Payload, AudienceSettings> = {
  title: 'Enter Audience',
  description:
    'Add the user to the audience on the Algolia profile. Events of users who left the audience are passed over. For both directions use Sync Audience.',
  defaultSubscription: 'type = "track" and event = "Audience Entered"',
  fields,
  perform: (request, data) => deliverOne('enter', request, data),
  performBatch: (request, data) => deliverBatch('enter', request, data)
}

export default action
