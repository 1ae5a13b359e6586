import type { ActionDefinition } from '@segment/actions-core'
import { deliverBatch, deliverOne } from '../delivery/deliver'
import { fields } from '../audience/fields'
import { hooks, withChosenAudience } from '../audience/mapping-hook'
import { membershipAction } from '../audience/membership'
import type { AudienceSettings, Settings } from '../generated-types'
import type { Payload } from './generated-types'

const membership = membershipAction('enter')

const action: ActionDefinition<Settings, Payload, AudienceSettings> = {
  title: 'Enter Audience',
  description:
    'Add the user to the audience on the Algolia profile. Events of users who left the audience are passed over. For both directions use Sync Audience.',
  defaultSubscription: 'type = "track" and event = "Audience Entered"',
  hooks,
  fields,
  perform: (request, data) => deliverOne(membership, request, withChosenAudience(data)),
  performBatch: (request, data) => deliverBatch(membership, request, withChosenAudience(data))
}

export default action
