import type { ActionDefinition } from '@segment/actions-core'
import { deliverBatch, deliverOne } from '../delivery/deliver'
import type { AudienceSettings, Settings } from '../generated-types'
import { fields } from '../links/fields'
import { linkProfilesAction } from '../links/link-profiles'
import type { Payload } from './generated-types'

const action: ActionDefinition<Settings, Payload, AudienceSettings> = {
  title: 'Link Profiles',
  description:
    'When a shopper logs in, add what is known of the login to the user token of the browser, so that it counts at once. It adds and never removes. For shops whose audiences are written to the user ID and whose exits reach all user tokens of a person: an exit that does not reach the from-token comes back at the next login.',
  defaultSubscription: 'type = "identify" or type = "alias"',
  fields,
  perform: (request, data) => deliverOne(linkProfilesAction, request, data),
  performBatch: (request, data) => deliverBatch(linkProfilesAction, request, data)
}

export default action
