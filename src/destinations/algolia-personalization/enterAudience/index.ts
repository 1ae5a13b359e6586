import type { ActionDefinition } from '@segment/actions-core'
import { deliverBatch, deliverOne } from '../delivery/deliver'
import { fields } from '../audience/fields'
import { hooks, withChosenAudience } from '../audience/mapping-hook'
import type { AudienceSettings, Settings } from '../generated-types'
import type { Payload } from './generated-types'

const action: ActionDefinition<Settings, Payload, AudienceSettings> = {
  title: 'Enter Audience',
  description:
    'Add the user to the audience on the Algolia profile. Events of users who left the audience are passed over. For both directions use Sync Audience.',
  defaultSubscription: 'type = "track" and event = "Audience Entered"',
  hooks,
  fields,
  perform: (request, data) => deliverOne('enter', request, withChosenAudience(data)),
  performBatch: (request, data) => deliverBatch('enter', request, withChosenAudience(data))
}

export default action
