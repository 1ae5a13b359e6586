import type { Hit, Properties } from './types'

/** An event of Algolia's Insights API, as the libraries are given it. */
export interface InsightsEvent {
  readonly eventType?: string
  readonly eventSubtype?: string
  readonly eventName?: string
  readonly index?: string
  readonly objectIDs?: readonly string[]
  readonly objectData?: readonly Properties[]
  readonly positions?: readonly number[]
  readonly filters?: readonly string[]
  readonly queryID?: string
  readonly value?: unknown
  readonly currency?: unknown
  readonly timestamp?: number | string
  readonly algoliaSource?: readonly string[]
}

/** A call of Segment's e-commerce plan. */
export interface SegmentEvent {
  readonly name: string
  readonly properties: Properties
}

/** The beginning of a method's name → kind of event. */
const KINDS: Readonly<Record<string, readonly [eventType: string, eventSubtype?: string]>> = {
  clicked: ['click'],
  viewed: ['view'],
  converted: ['conversion'],
  addedToCart: ['conversion', 'addToCart'],
  purchased: ['conversion', 'purchase']
}

/**
 * The events in a call of search-insights, such as `aa('clickedObjectIDs', event, …)`; none where it is about other things.
 * The views that InstantSearch reports by itself of every list that it shows are no act of the shopper's, and left out.
 */
export function eventsIn(method: unknown, args: readonly unknown[]): InsightsEvent[] {
  const [, verb] = /^([a-z]+(?:ToCart)?)(?:ObjectIDs|Filters)/.exec(String(method)) ?? []
  const [eventType, eventSubtype] = KINDS[verb ?? ''] ?? []
  const given = method === 'sendEvents' ? args[0] : eventType === undefined ? [] : args
  const events = (Array.isArray(given) ? given : []) as (InsightsEvent | null | undefined)[]
  return events.flatMap((event) => {
    // A method's last argument may hold headers in place of an event.
    if (!event?.index || !(event.objectIDs || event.filters)) return []
    const whole: InsightsEvent = { eventType, ...(eventSubtype ? { eventSubtype } : {}), ...event }
    const isAutomatic = whole.eventType === 'view' && whole.algoliaSource?.includes('instantsearch-internal')
    return /^(click|conversion|view)$/.test(whole.eventType ?? '') && !isAutomatic ? [whole] : []
  })
}

/**
 * An Insights event as events of Segment's plan: those about one product become one for each object.
 * @param told what is known of the product that was found under this id: of its record, and of the search that found it
 */
export function segmentEventsOf(event: InsightsEvent, told: (objectID: string) => Properties): SegmentEvent[] {
  const { eventType, eventSubtype, eventName, index, queryID, value, currency } = event
  const common = { search_index: index, queryID, value, currency }
  if (event.filters) {
    const filters = event.filters.map((filter) => {
      const [, type, text] = /^([^:]*):(.*)$/s.exec(filter) ?? [undefined, filter, '']
      return { type, value: text.replace(/^"(.*)"$/s, '$1') }
    })
    const name = eventType === 'conversion' ? eventName : 'Product List Filtered'
    return name ? [{ name, properties: defined({ ...common, filters }) }] : []
  }
  const ids = event.objectIDs ?? []
  const products = ids.map((objectID, place) =>
    defined({
      product_id: objectID,
      objectID,
      ...told(objectID),
      queryID,
      position: event.positions?.[place],
      ...event.objectData?.[place]
    })
  )
  const list = (name: string | undefined, more?: Properties): SegmentEvent[] =>
    name ? [{ name, properties: defined({ ...common, ...more, products }) }] : []
  const each = (name: string): SegmentEvent[] => {
    // What several are worth together is not what each is worth.
    const all = ids.length > 1 ? { ...common, value: undefined } : common
    return products.map((product) => ({ name, properties: { ...defined(all), ...product } }))
  }
  if (eventType === 'click') return each('Product Clicked')
  if (eventType === 'view') return ids.length > 1 ? list('Product List Viewed') : each('Product Viewed')
  if (eventSubtype === 'addToCart') return each('Product Added')
  return eventSubtype === 'purchase' ? list('Order Completed', { total: value }) : list(eventName)
}

/** What a product is called and costs, where the record has it under the names that Segment's plan has. */
export function productOf(hit: Hit): Properties {
  const names = ['name', 'brand', 'category', 'variant', 'sku', 'price']
  return Object.fromEntries(
    names.flatMap((name) => (/^(string|number)$/.test(typeof hit[name]) ? [[name, hit[name]]] : []))
  )
}

function defined(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined))
}
