import type { ActionDefinition } from '@segment/actions-core'
import { deliverBatch, deliverOne } from '../delivery/deliver'
import { fields } from '../audience/fields'
import { hooks, withChosenAudience } from '../audience/mapping-hook'
import { membershipAction } from '../audience/membership'
import type { AudienceSettings, Settings } from '../generated-types'
import type { Payload } from './generated-types'

const membership = membershipAction('exit')

const action: ActionDefinition<Settings, Payload, AudienceSettings> = {
  title: 'Exit Audience',
  description:
    'Remove the user from the audience on the Algolia profile. Events of users who entered the audience are passed over. For both directions use Sync Audience.',
  defaultSubscription: 'type = "track" and event = "Audience Exited"',
  hooks,
  fields,
  perform: (request, data) => deliverOne(membership, request, withChosenAudience(data)),
  performBatch: (request, data) => deliverBatch(membership, request, withChosenAudience(data))
}

export default action
