import type { ActionDefinition } from '@segment/actions-core'
import { deliverBatch, deliverOne } from '../delivery/deliver'
import { fields } from '../audience/fields'
import { hooks, withChosenAudience } from '../audience/mapping-hook'
import { membershipAction } from '../audience/membership'
import { AUDIENCE_EVENTS } from '../audience/subscription'
import type { AudienceSettings, Settings } from '../generated-types'
import type { Payload } from './generated-types'

const membership = membershipAction('sync')

const action: ActionDefinition<Settings, Payload, AudienceSettings> = {
  title: 'Sync Audience',
  description:
    'Add the user to the audience on the Algolia profile or remove the user from it, whichever the event says. The one to use for both directions: its events keep their order.',
  defaultSubscription: AUDIENCE_EVENTS,
  syncMode: {
    label: 'Sync Mode',
    description:
      'What a row of a Reverse ETL model does to the audience. Events of Engage audiences say it themselves.',
    default: 'mirror',
    choices: [
      { value: 'mirror', label: 'Mirror: new and updated rows enter the audience, deleted rows exit it' },
      { value: 'upsert', label: 'Upsert: new and updated rows enter the audience' },
      { value: 'add', label: 'Add: new rows enter the audience' },
      { value: 'delete', label: 'Delete: deleted rows exit the audience' }
    ]
  },
  hooks,
  fields,
  perform: (request, data) => deliverOne(membership, request, withChosenAudience(data)),
  performBatch: (request, data) => deliverBatch(membership, request, withChosenAudience(data))
}

export default action
