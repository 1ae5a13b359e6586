import type { Json, Sample } from './interface'

/** Where the user token stands that is chosen on the page. */
const SHOPPER = '{shopper}'

/** Where a second one stands: another example, or, with a real application, the same. */
const OTHER = '{other}'

/** What Engage tells of an audience in each event; Journeys does the same of a step. */
function personas(key: string, computationClass = 'audience'): Json {
  return { computation_class: computationClass, computation_key: key, computation_id: 'aud_2kQv7', space_id: 'spa_x3T' }
}

function track(userId: string, key: string, entered: boolean): Json {
  return {
    type: 'track',
    event: entered ? 'Audience Entered' : 'Audience Exited',
    userId,
    properties: { audience_key: key, [key]: entered },
    context: { personas: personas(key) }
  }
}

/** A row of a model: Reverse ETL tells by the event's name what has become of it. Of a deleted one only its identifier is left. */
function row(id: string, event: 'new' | 'updated' | 'deleted'): Json {
  const columns = { user_token: id, lifetime_value: 1240 }
  const none = { user_token: null, lifetime_value: null }
  return { type: 'track', event, __segment_id: id, properties: event === 'deleted' ? none : columns }
}

function shop(event: string, properties: Json): Json {
  return { type: 'track', event, anonymousId: SHOPPER, properties: { search_index: 'products', ...properties } }
}

const journeyStep = 'j_o_winter_campaign__first_purchase_dje83h'
const ENGAGE = 'Audiences, as Engage sends them'
const TRAITS = 'Traits and logins'
const SHOP = 'E-commerce events'
const ROWS = 'Reverse ETL'
const OTHER_CALLS = 'What Segment asks beside events'

/** The sync modes of a Reverse ETL mapping, and what each is for. */
const SYNC_MODES = {
  mirror: 'New and updated rows enter the audience, deleted rows exit it.',
  upsert: 'New and updated rows enter the audience; deleted rows are passed over.',
  add: 'New rows enter the audience; all others are passed over.',
  delete: 'Deleted rows exit the audience; all others are passed over.'
}

/** The samples that the page offers, each for the action that it is meant for. */
export const SAMPLES: readonly Sample[] = [
  {
    name: 'Audience entered',
    description: 'The track event that an Engage audience sends when somebody comes to be in it.',
    group: ENGAGE,
    action: 'enterAudience',
    payload: track(SHOPPER, 'winter_hikers', true)
  },
  {
    name: 'Audience exited',
    description: 'The track event that an Engage audience sends when somebody is no longer in it.',
    group: ENGAGE,
    action: 'exitAudience',
    payload: track(SHOPPER, 'cart_abandoners', false)
  },
  {
    name: 'Identify with a trait',
    description: 'An audience can also be set to send identify events: a trait says whether the user is in it.',
    group: ENGAGE,
    action: 'syncAudience',
    payload: {
      type: 'identify',
      userId: SHOPPER,
      traits: { email: 'noor@example.com', high_value: true },
      context: { personas: personas('high_value') }
    }
  },
  {
    name: 'Journey step',
    description: 'What a step “Send to destinations” of a journey sends when a user comes to it.',
    group: ENGAGE,
    action: 'enterAudience',
    payload: {
      type: 'track',
      event: 'Audience Entered',
      anonymousId: SHOPPER,
      properties: { audience_key: journeyStep, [journeyStep]: true },
      context: { personas: personas(journeyStep, 'journey_step') }
    }
  },
  {
    name: 'List with mixed outcomes',
    description: 'Two changes of one user, one of another, and three that are refused, each for its own reason.',
    group: ENGAGE,
    action: 'syncAudience',
    payload: [
      track(SHOPPER, 'early_access', true),
      track(SHOPPER, 'cart_abandoners', false),
      track(OTHER, 'newsletter_readers', true),
      track('maya@example.com', 'early_access', true),
      { type: 'track', event: 'Audience Entered', userId: SHOPPER, properties: {} },
      { type: 'track', event: 'Order Completed', userId: SHOPPER, properties: { audience_key: 'early_access' } }
    ]
  },
  {
    name: 'Traits of a user',
    description:
      'An identify call. The mapping chooses two of its traits; each value becomes a segment, and so a rule context.',
    group: TRAITS,
    action: 'syncTraits',
    payload: {
      type: 'identify',
      userId: SHOPPER,
      traits: { loyalty_tier: 'gold', sizes: ['M', 'L'], email: 'maya@example.com' }
    },
    mapping: { traits: { loyalty_tier: { '@path': '$.traits.loyalty_tier' }, size: { '@path': '$.traits.sizes' } } }
  },
  {
    name: 'Login in another browser',
    description: 'An identify call with both IDs: the browser gets the segments that are on the login’s profile.',
    group: TRAITS,
    action: 'linkProfiles',
    payload: { type: 'identify', userId: SHOPPER, anonymousId: OTHER, traits: {} }
  },
  {
    name: 'Product Viewed',
    description: 'A view, for the Insights API.',
    group: SHOP,
    action: 'sendEvents',
    preset: 'Send Product Viewed',
    payload: shop('Product Viewed', { product_id: 'product-3', name: 'Ridge tent', price: 249 })
  },
  {
    name: 'Product Clicked',
    description: 'A click after a search: the query ID joins the two.',
    group: SHOP,
    action: 'sendEvents',
    preset: 'Send Product Clicked',
    payload: shop('Product Clicked', {
      product_id: 'product-3',
      position: 2,
      query_id: '43b15df305339e827f0ac0bdc5ebcaa7'
    })
  },
  {
    name: 'Order Completed',
    description: 'A purchase of two products.',
    group: SHOP,
    action: 'sendEvents',
    preset: 'Send Order Completed',
    payload: shop('Order Completed', {
      order_id: '50314b8e',
      revenue: 318,
      currency: 'EUR',
      products: [
        { product_id: 'product-3', price: 249, quantity: 1 },
        { product_id: 'product-7', price: 34.5, quantity: 2 }
      ]
    })
  },
  ...Object.entries(SYNC_MODES).map(([syncMode, description]) => ({
    name: `Rows of a model: ${syncMode}`,
    description: `${description} The audience is chosen once, when the mapping is saved.`,
    group: ROWS,
    action: 'syncAudience',
    payload: [row(SHOPPER, 'new'), row(SHOPPER, 'updated'), row(OTHER, 'deleted')],
    mapping: { __segment_internal_sync_mode: syncMode },
    hookInputs: { audience: 'High value customers' }
  })),
  {
    name: 'Delete a user',
    description: 'A deletion request: the profile goes, and the events too, as far as the API key may.',
    group: OTHER_CALLS,
    action: 'onDelete',
    payload: { userId: SHOPPER }
  },
  {
    name: 'Create an audience',
    description: 'Asked when an Engage audience is connected. The ID is usable as a rule context, whatever its name.',
    group: OTHER_CALLS,
    action: 'createAudience',
    payload: { audienceName: 'Winter hikers (2026)', audienceSettings: {} }
  }
]
