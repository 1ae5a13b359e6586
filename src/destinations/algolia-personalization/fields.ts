import type { ActionDefinition } from '@segment/actions-core'
import { USER_TOKEN } from './constants'

type Fields = ActionDefinition<unknown>['fields']
type Field = Fields[string]

/**
 * The first of these paths at which an event holds something: neither nothing, nor null, an empty text, 0 or false. The
 * directive's `blank` works (what isn't blank goes on to `then`), but the host's type doesn't know it: hence `object`.
 */
export function firstOf(...paths: string[]): Field['default'] {
  return paths.reduceRight<object | undefined>((otherwise, path) => {
    const here = { '@path': path }
    return { '@if': { blank: here, then: here, ...(otherwise && { else: otherwise }) } }
  }, undefined)
}

/** Whom an event is about: the fields of all actions that write profiles. */
export const whoFields: Fields = {
  userToken: {
    label: 'User Token',
    description: `The ID under which Algolia knows the shopper: the same that your website or app sends to Algolia as userToken, with searches and events alike. A segment on a profile that no search names has no effect. By default the trait or property algolia_user_id, else Segment's anonymous ID, else the user ID; for a Reverse ETL row, the model's unique identifier. It must be ${USER_TOKEN.rule}; any other ID is refused.`,
    type: 'string',
    required: true,
    default: firstOf(
      '$.traits.algolia_user_id',
      '$.context.traits.algolia_user_id',
      '$.properties.algolia_user_id',
      '$.anonymousId',
      '$.userId',
      '$.__segment_id'
    )
  },
  otherUserTokens: {
    label: 'Other User Tokens',
    description:
      'More user tokens of the same person, such as those of other devices, or of the login beside the anonymous one. The change goes to each distinct token, at most 20 an event. Each costs Algolia calls of its own: two where something changes, else one.',
    type: 'string',
    multiple: true,
    required: false
  },
  externalIds: {
    label: 'External IDs',
    description:
      "The person's external IDs in Segment, as JSON. Those of type algolia_user_token are other user tokens, as above; all others are ignored. Clear this field to use none of them.",
    type: 'string',
    required: false,
    default: { '@json': { mode: 'encode', value: { '@path': '$.context.externalIds' } } }
  },
  createProfiles: {
    label: 'Create Profiles',
    description:
      'Whether a user whom Algolia does not know yet gets a profile. If off, such a user is left alone, and the event counts as delivered.',
    type: 'boolean',
    required: false,
    default: true
  },
  timestamp: {
    label: 'Timestamp',
    description: 'When the event happened. Of two events about the same thing, the later one counts.',
    type: 'string',
    required: false,
    unsafe_hidden: true,
    default: { '@path': '$.timestamp' }
  }
}

/** How events come in batches, within an action's own bounds. */
export function batchFields({ size, largest, cost }: { size: number; largest: number; cost: string }): Fields {
  return {
    enable_batching: {
      label: 'Batch Events',
      description: `Send events to Algolia in batches. ${cost}`,
      type: 'boolean',
      required: false,
      default: true
    },
    batch_size: {
      label: 'Batch Size',
      description: `The largest number of events in a batch, at most ${largest}.`,
      type: 'number',
      required: false,
      minimum: 1,
      maximum: largest,
      default: size
    }
  }
}
