/** The personalization config: whether profiles are made, and from which events. */
import type { Application } from '../application'
import { affinityNames, shopIndices } from '../shop/assortment'

/** What can be wrong with it, switched on and off. */
export interface PersonalizationSettings {
  /** `active` makes profiles. */
  status: 'active' | 'paused' | 'pending'
  /** What Algolia says is wrong, such as 'no_events_last_30_days'. */
  errors: string[]
  /** Whether events are configured to make profiles from. */
  eventsConfigured: boolean
  /** Whether indices are. */
  indicesConfigured: boolean
}

export const healthySettings: PersonalizationSettings = {
  status: 'active',
  errors: [],
  eventsConfigured: true,
  indicesConfigured: true
}

const events = {
  viewDetails: [{ type: 'view', name: 'Product Viewed' }],
  viewListing: [
    { type: 'view', name: 'Product List Viewed' },
    { type: 'view', name: 'Product List Filtered' }
  ],
  addToCart: [{ type: 'conversion', name: 'Product Added', subtype: 'addToCart' }],
  purchase: [{ type: 'conversion', name: 'Order Completed', subtype: 'purchase' }]
}
const noEvents = { viewDetails: [], viewListing: [], addToCart: [], purchase: [] }

/** Whether events change profiles. */
export function isActive({ planIncludesFeature, personalization }: Application): boolean {
  return planIncludesFeature && personalization.status === 'active'
}

/** The views of an index that profiles are made from. */
export function configuredEvents(
  { personalization: { eventsConfigured, indicesConfigured } }: Application,
  index: string
): readonly { type: string; name: string }[] {
  return eventsConfigured && indicesConfigured && shopIndices.includes(index) ? Object.values(events).flat() : []
}

/** What `GET /2/config` answers. */
export function configuration({ personalization }: Application, now: string): unknown {
  const { status, errors, eventsConfigured, indicesConfigured } = personalization
  return {
    indices: (indicesConfigured ? shopIndices : []).map((index) => ({
      index,
      affinities: affinityNames,
      source: { type: 'insights', events: eventsConfigured ? events : noEvents },
      errors: [],
      warnings: [],
      lastUpdatedAt: now
    })),
    personalizationReRanking: 'medium',
    profileType: 'basic',
    status: { type: status, errors, lastUpdatedAt: now },
    features: { realtime: { enabled: false } }
  }
}
