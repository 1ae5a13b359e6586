/** What an event says of a user's likings, and what it makes of a profile. */
import type { Affinity } from '../personalization/profile'
import { affinityNames } from '../shop/assortment'
import { catalogue, recordOf } from '../shop/catalogue'
import type { InsightsEvent } from './events'

/** A kind of event that profiles are made from. */
export interface ProfileEvent {
  readonly type: string
  readonly name: string
  readonly subtype?: string
}

/** What an event adds to the scores of what it is about; Algolia's own weights aren't known. */
const weights = { view: 1, click: 2, addToCart: 4, purchase: 6 }
const highestScore = 20

/** By how much an event raises scores: 0 for one that profiles aren't made from. */
export function weightOf(event: InsightsEvent, configured: readonly ProfileEvent[]): number {
  const { eventType, eventSubtype, eventName } = event
  if (eventType === 'click') return weights.click
  if (eventType === 'conversion') return eventSubtype ? weights[eventSubtype] : 0
  return configured.some(({ type, name }) => type === eventType && name === eventName) ? weights.view : 0
}

/** What an event is about, as names and values of affinities. Objects and values that the index doesn't have are none. */
export function likingsIn({ index, objectIDs = [], filters = [] }: InsightsEvent): { name: string; value: string }[] {
  const ofObjects = objectIDs.flatMap((objectID) => {
    const record = recordOf(index, objectID)
    return record ? affinityNames.map((name) => ({ name, value: record[name] })) : []
  })
  const ofFilters = filters.flatMap((filter) => {
    const colon = filter.indexOf(':')
    const name = affinityNames.find((attribute) => attribute === filter.slice(0, colon))
    const value = decode(filter.slice(colon + 1))
    return name && catalogue.get(index)?.some((record) => record[name] === value) ? [{ name, value }] : []
  })
  return [...ofObjects, ...ofFilters]
}

/** The affinities after an event: what is liked already is liked more, up to the highest score. */
export function withLikings(
  affinities: readonly Affinity[],
  likings: readonly { name: string; value: string }[],
  { index, weight, now }: { index: string; weight: number; now: string }
): Affinity[] {
  const result = affinities.map((affinity) => ({ ...affinity }))
  for (const { name, value } of likings) {
    const known = result.find((one) => one.name === name && one.value === value && one.indices.includes(index))
    if (!known) result.push({ name, indices: [index], value, score: weight, lastUpdatedAt: now })
    else Object.assign(known, { score: Math.min(highestScore, known.score + weight), lastUpdatedAt: now })
  }
  return result
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
