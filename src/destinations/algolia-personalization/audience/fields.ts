import type { ActionDefinition } from '@segment/actions-core'
import { CALLS_PER_MINUTE, DEFAULT_BATCH_SIZE, MAX_BATCH_SIZE, USER_TOKEN } from '../constants'

/** The first of these paths at which an event holds something. */
function firstOf(path: string, ...others: string[]): object {
  const [next, ...rest] = others
  const here = { '@path': path }
  return next === undefined ? here : { '@if': { exists: here, then: here, else: firstOf(next, ...rest) } }
}

/** The fields of all three actions. */
export const fields: ActionDefinition<unknown>['fields'] = {
  userToken: {
    label: 'User Token',
    description: `The ID that identifies the user to Algolia, the same that your website or app sends as userToken with its Algolia events: ${USER_TOKEN.rule}. Users with any other ID are rejected.`,
    type: 'string',
    required: true,
    default: firstOf(
      '$.traits.algolia_user_id',
      '$.context.traits.algolia_user_id',
      '$.properties.algolia_user_id',
      '$.userId',
      '$.anonymousId'
    )
  },
  segmentId: {
    label: 'Algolia Segment ID',
    description:
      'The ID under which the audience appears on Algolia profiles, and by which search rules and recommendations refer to it.',
    type: 'string',
    required: true,
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
  enable_batching: {
    label: 'Batch Events',
    description:
      'Send events to Algolia in batches. A user with several events in a batch costs no more calls than one with a single event, so leave this on unless events are rare.',
    type: 'boolean',
    default: true
  },
  batch_size: {
    label: 'Batch Size',
    description: `The largest number of events in a batch, at most ${MAX_BATCH_SIZE}. Algolia allows ${CALLS_PER_MINUTE} calls a minute for an application and a user whose audiences change costs two, so a smaller batch leaves more calls to others who use the application.`,
    type: 'number',
    minimum: 1,
    maximum: MAX_BATCH_SIZE,
    default: DEFAULT_BATCH_SIZE
  }
}
