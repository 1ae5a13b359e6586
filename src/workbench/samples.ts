import type { JSONObject } from '@segment/actions-core'
import type { Profile } from '../local/algolia'

/** An event to try, and the action that it is meant for. */
export interface Sample {
  readonly name: string
  readonly description: string
  readonly action: string
  /** One event, or a batch. */
  readonly payload: JSONObject | JSONObject[]
}

const SHOPPER = 'loyalty+card=maya/2291'
const NEWCOMER = 'customer_100482'
const MEMBER = 'anonymous-3f7c1d52-90ab-4e6b-8a55-2d1f0c9be713'

/** What Engage tells of an audience in each event; Journeys does the same of a step. */
function personas(key: string, computationClass = 'audience'): JSONObject {
  return { computation_class: computationClass, computation_key: key, computation_id: 'aud_2kQv7', space_id: 'spa_x3T' }
}

function track(userId: string, key: string, entered: boolean): JSONObject {
  return {
    type: 'track',
    event: entered ? 'Audience Entered' : 'Audience Exited',
    userId,
    properties: { audience_key: key, [key]: entered },
    context: { personas: personas(key) }
  }
}

const journeyStep = 'j_o_winter_campaign__first_purchase_dje83h'

/** The events that the page offers: as Segment's Engage sends them, of the users below. */
export const SAMPLES: readonly Sample[] = [
  {
    name: 'Audience entered',
    description: 'The track event that an Engage audience sends when somebody comes to be in it.',
    action: 'enterAudience',
    payload: track(SHOPPER, 'winter_hikers', true)
  },
  {
    name: 'Audience exited',
    description: 'The track event that an Engage audience sends when somebody is no longer in it.',
    action: 'exitAudience',
    payload: track(SHOPPER, 'cart_abandoners', false)
  },
  {
    name: 'Identify with a trait',
    description: 'An audience can also be set to send identify events: a trait says whether the user is in it.',
    action: 'syncAudience',
    payload: {
      type: 'identify',
      userId: NEWCOMER,
      traits: { email: 'noor@example.com', high_value: true },
      context: { personas: personas('high_value') }
    }
  },
  {
    name: 'Journey step',
    description: 'What a step “Send to destinations” of a journey sends when a user comes to it.',
    action: 'enterAudience',
    payload: {
      type: 'track',
      event: 'Audience Entered',
      anonymousId: MEMBER,
      properties: { audience_key: journeyStep, [journeyStep]: true },
      context: { personas: personas(journeyStep, 'journey_step') }
    }
  },
  {
    name: 'Batch with mixed outcomes',
    description:
      'Two changes of one user, one that changes nothing, and three that are refused, each for its own reason.',
    action: 'syncAudience',
    payload: [
      track(SHOPPER, 'early_access', true),
      track(SHOPPER, 'cart_abandoners', false),
      track(MEMBER, 'newsletter_readers', true),
      track('maya@example.com', 'early_access', true),
      { type: 'track', event: 'Audience Entered', userId: NEWCOMER, properties: {} },
      { type: 'track', event: 'Order Completed', userId: NEWCOMER, properties: { audience_key: 'early_access' } }
    ]
  }
]

/** The users of the events: profiles for the local Algolia, with profile segments of several sources. */
export function sampleProfiles(now: Date): Profile[] {
  const lastUpdatedAt = now.toISOString()
  const affinity = (name: string, value: string, score: number, ...indices: string[]) => {
    return { name, value, score, indices, lastUpdatedAt }
  }
  return [
    {
      userID: SHOPPER,
      type: 'predictive',
      affinities: [
        affinity('category', 'Hiking boots', 19, 'products', 'products_price_asc'),
        affinity('category', 'Tents', 14, 'products'),
        affinity('category', 'Sleeping bags', 8, 'products'),
        affinity('category', 'Camping', 5, 'blog'),
        affinity('brand', 'Fjällräven', 17, 'products', 'products_price_asc'),
        affinity('brand', 'Salomon', 11, 'products'),
        affinity('brand', 'Vaude', 4, 'products'),
        affinity('color', 'forest green', 16, 'products'),
        affinity('color', 'navy', 6, 'products')
      ],
      segments: [
        { id: 'cart_abandoners', source: 'segment' },
        { id: 'high_momentum', source: 'lytics' },
        { id: 'Outdoor lovers', source: 'dashboard' }
      ],
      lastUpdatedAt
    },
    {
      userID: MEMBER,
      type: 'basic',
      affinities: [affinity('category', 'Trail shoes', 12, 'products'), affinity('brand', 'Hoka', 9, 'products')],
      segments: [
        { id: 'newsletter_readers', source: 'segment' },
        { id: 'd2f0c6a1-3f61-4b1e-9a7e-5c1b7a6d9e21', source: 'adobe' }
      ],
      lastUpdatedAt
    },
    {
      userID: NEWCOMER,
      type: 'basic',
      affinities: [],
      lastUpdatedAt
    }
  ]
}
