import { z } from 'zod'

/** The API gives at most this many entries of a list in a call (Algolia's API description: `limit`). */
export const LARGEST_PAGE = 1000

/** An endpoint of the Analytics API, and what it tells. Facts: Algolia's API description. */
export interface Endpoint {
  /** Its path below `/2/`; `{attribute}` stands for one. */
  readonly path: string
  /** The property of an answer that holds its entries. */
  readonly list: string
  /**
   * How much a call gives: figures for each `day` of a range; a list that comes `whole`; one that ends at `1000` entries;
   * or one that goes `on`, and is asked for with an offset. Lists have no breakdown by day.
   */
  readonly gives: 'day' | 'whole' | '1000' | 'on'
  /** Parameters that it takes beside index, days and tags, and limit and offset. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Whether it takes `clickAnalytics` and `revenueAnalytics`. */
  readonly takesFigures?: true
  /** What tells entries of a day and index apart. */
  readonly key: readonly string[]
  readonly fields: z.ZodRawShape
  /** The rows that an entry gives: by default itself. */
  readonly rowsOf?: (entry: Readonly<Record<string, unknown>>) => readonly unknown[]
}

// What is said of figures in words stands beside their types: it goes into the schemas that hosts show.
const count = z.int()
const text = z.string()
const rate = (of: string) =>
  z.number().nullable().describe(`${of}; null where there is no data, 0 where there are no events`)
const trackedSearchCount = count.describe('Searches whose clicks are known')
const currencies = z
  .record(z.string(), z.looseObject({ currency: text, revenue: z.number() }))
  .describe('Revenue by currency')
  .optional()
const clickPosition = z.looseObject({ position: z.array(count), clickCount: count })
const clickFigures = {
  clickThroughRate: rate('Tracked searches with a click, of all tracked ones').optional(),
  conversionRate: rate('Tracked searches with a conversion, of all tracked ones').optional(),
  clickCount: count.optional(),
  conversionCount: count.optional()
}
const revenueFigures = {
  currencies,
  addToCartRate: rate('Tracked searches with an add to cart, of all tracked ones').optional(),
  addToCartCount: count.optional(),
  purchaseRate: rate('Tracked searches with a purchase, of all tracked ones').optional(),
  purchaseCount: count.optional()
}
const search = text.describe('The query; it may be empty')

const byDay = { list: 'dates', gives: 'day', key: [] } as const

/** Every endpoint that is read, by the name of its stream. */
export const ENDPOINTS = {
  searches: { ...byDay, path: 'searches/count', fields: { count } },
  users: {
    ...byDay,
    path: 'users/count',
    fields: {
      count: count.describe(
        "Unique users of the day. Those of several days can't be added up: who comes on two days counts in each."
      )
    }
  },
  no_result_rate: {
    ...byDay,
    path: 'searches/noResultRate',
    fields: { rate: rate('Searches without results, of all'), count, noResultCount: count }
  },
  no_click_rate: {
    ...byDay,
    path: 'searches/noClickRate',
    fields: { rate: rate('Tracked searches without a click, of all tracked ones'), count, noClickCount: count }
  },
  click_through_rate: {
    ...byDay,
    path: 'clicks/clickThroughRate',
    fields: { rate: clickFigures.clickThroughRate.unwrap(), clickCount: count, trackedSearchCount }
  },
  average_click_position: {
    ...byDay,
    path: 'clicks/averageClickPosition',
    fields: { average: rate('The mean position of what was clicked'), clickCount: count }
  },
  conversion_rate: {
    ...byDay,
    path: 'conversions/conversionRate',
    fields: { rate: clickFigures.conversionRate.unwrap(), trackedSearchCount, conversionCount: count }
  },
  add_to_cart_rate: {
    ...byDay,
    path: 'conversions/addToCartRate',
    fields: { rate: revenueFigures.addToCartRate.unwrap(), trackedSearchCount, addToCartCount: count }
  },
  purchase_rate: {
    ...byDay,
    path: 'conversions/purchaseRate',
    fields: { rate: revenueFigures.purchaseRate.unwrap(), trackedSearchCount, purchaseCount: count }
  },
  revenue: {
    ...byDay,
    path: 'conversions/revenue',
    key: ['currency'],
    fields: { currency: text, revenue: z.number() },
    rowsOf: ({ currencies }) =>
      isObject(currencies) ? Object.values(currencies) : currencies === null ? [] : [currencies]
  },
  top_searches: {
    path: 'searches',
    list: 'searches',
    gives: 'on',
    takesFigures: true,
    // The API's own order begins with the rarest.
    parameters: { orderBy: 'searchCount', direction: 'desc' },
    key: ['search'],
    fields: {
      search,
      count,
      nbHits: count,
      ...clickFigures,
      averageClickPosition: rate('The mean position of what was clicked').optional(),
      clickPositions: z.array(clickPosition).describe('Clicks by position').optional(),
      trackedSearchCount: trackedSearchCount.optional(),
      ...revenueFigures
    }
  },
  searches_without_results: {
    path: 'searches/noResults',
    list: 'searches',
    gives: '1000',
    key: ['search'],
    fields: { search, count, withFilterCount: count.describe('Those with filters') }
  },
  searches_without_clicks: {
    path: 'searches/noClicks',
    list: 'searches',
    gives: '1000',
    key: ['search'],
    fields: { search, count, nbHits: count }
  },
  top_hits: {
    path: 'hits',
    list: 'hits',
    gives: '1000',
    takesFigures: true,
    key: ['hit'],
    fields: {
      hit: text.describe('The objectID of the record'),
      count,
      ...clickFigures,
      trackedHitCount: count.optional(),
      ...revenueFigures
    }
  },
  top_countries: {
    path: 'countries',
    list: 'countries',
    gives: 'on',
    key: ['country'],
    fields: { country: text, count }
  },
  top_filter_attributes: {
    path: 'filters',
    list: 'attributes',
    gives: '1000',
    key: ['attribute'],
    fields: { attribute: text, count }
  },
  top_filters: {
    path: 'filters/{attribute}',
    list: 'values',
    gives: '1000',
    key: ['attribute', 'operator', 'value'],
    fields: { attribute: text, operator: text, value: text, count }
  },
  click_positions: {
    path: 'clicks/positions',
    list: 'positions',
    gives: 'whole',
    key: ['positionStart'],
    fields: {
      positionStart: count,
      positionEnd: count.describe('The last position of the range; -1 is the end'),
      clickCount: count
    },
    rowsOf: ({ position, ...others }) => {
      const [positionStart, positionEnd] = Array.isArray(position) ? (position as unknown[]) : []
      return [{ positionStart, positionEnd, ...others }]
    }
  }
} as const satisfies Readonly<Record<string, Endpoint>>

export type EndpointName = keyof typeof ENDPOINTS

export const ENDPOINT_NAMES = Object.keys(ENDPOINTS) as readonly EndpointName[]

export function endpointOf(name: EndpointName): Endpoint {
  return ENDPOINTS[name]
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
