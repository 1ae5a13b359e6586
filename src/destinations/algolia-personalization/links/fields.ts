import type { ActionDefinition } from '@segment/actions-core'
import { DEFAULT_BATCH_SIZE, MAX_BATCH_SIZE, USER_TOKEN } from '../constants'
import { batchFields, firstOf, whoFields } from '../fields'

const { createProfiles, timestamp } = whoFields

/** The fields of Link Profiles. */
export const fields: ActionDefinition<unknown>['fields'] = {
  fromUserToken: {
    label: 'From User Token',
    description: `The user token whose segments are handed on: that of the login, to which your audiences are written. ${USER_TOKEN.rule}.`,
    type: 'string',
    required: false,
    default: { '@path': '$.userId' }
  },
  toUserToken: {
    label: 'To User Token',
    description: `The user token that gets them: that of the browser or app in which the shopper has just logged in, which its searches send. ${USER_TOKEN.rule}.`,
    type: 'string',
    required: false,
    default: firstOf(
      '$.traits.algolia_user_id',
      '$.context.traits.algolia_user_id',
      '$.properties.algolia_user_id',
      '$.anonymousId',
      '$.previousId'
    )
  },
  ...(createProfiles && { createProfiles }),
  ...(timestamp && { timestamp }),
  ...batchFields({
    size: DEFAULT_BATCH_SIZE,
    largest: MAX_BATCH_SIZE,
    cost: 'In a batch each user token is read once, so leave this on.'
  })
}
