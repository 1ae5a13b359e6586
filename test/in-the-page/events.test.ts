import { type FakeWindow, openPage, results } from '../support/page'

const queryID = 'a'.repeat(32)
const search = { index: 'products', queryID }

async function startedPage(options: Parameters<typeof openPage>[0] = {}) {
  const page = openPage(options)
  await page.start()
  return page
}

describe('what search-insights reports', () => {
  test('a click is Product Clicked, with its place, its search, and what the record says of the product', async () => {
    const { aa, searched, analytics, page, sent } = await startedPage()
    searched(results('camp'))
    page.pass(1_000)
    aa('clickedObjectIDsAfterSearch', { ...search, eventName: 'Clicked', objectIDs: ['tent'], positions: [2] })
    expect(analytics.tracked.at(-1)).toEqual({
      event: 'Product Clicked',
      properties: {
        product_id: 'tent',
        objectID: 'tent',
        name: 'The tent',
        price: 7,
        search_index: 'products',
        query: 'camp',
        queryID,
        position: 2
      },
      options: { integrations: { 'Algolia Personalization (Actions)': false, 'Algolia Insights (Actions)': false } }
    })
    expect(sent).toHaveLength(1)
  })

  test.each<[string, string, object, string, object]>([
    ['a click', 'clickedObjectIDs', { objectIDs: ['lamp'] }, 'Product Clicked', { product_id: 'lamp' }],
    ['a view', 'viewedObjectIDs', { objectIDs: ['lamp'] }, 'Product Viewed', { product_id: 'lamp' }],
    [
      'a view of several',
      'viewedObjectIDs',
      { objectIDs: ['lamp', 'tent'] },
      'Product List Viewed',
      { products: [expect.objectContaining({ product_id: 'lamp' }), expect.objectContaining({ objectID: 'tent' })] }
    ],
    [
      'an add to cart',
      'addedToCartObjectIDsAfterSearch',
      { objectIDs: ['lamp'], objectData: [{ price: 12.5, quantity: 2 }], value: 25, currency: 'EUR' },
      'Product Added',
      { product_id: 'lamp', price: 12.5, quantity: 2, value: 25, currency: 'EUR' }
    ],
    [
      "an add to cart in InstantSearch's way",
      'convertedObjectIDsAfterSearch',
      { eventSubtype: 'addToCart', objectIDs: ['lamp'] },
      'Product Added',
      { product_id: 'lamp' }
    ],
    [
      'a purchase',
      'purchasedObjectIDs',
      {
        objectIDs: ['lamp', 'tent'],
        objectData: [
          { price: 10, quantity: 1, queryID: 'b'.repeat(32) },
          { price: 90, discount: 5 }
        ],
        value: 100,
        currency: 'EUR'
      },
      'Order Completed',
      {
        total: 100,
        value: 100,
        currency: 'EUR',
        products: [
          expect.objectContaining({ product_id: 'lamp', price: 10, quantity: 1, queryID: 'b'.repeat(32) }),
          expect.objectContaining({ product_id: 'tent', price: 90, discount: 5 })
        ]
      }
    ],
    [
      'a filter',
      'clickedFilters',
      { filters: ['brand:"Nord:Stern"', 'free'] },
      'Product List Filtered',
      {
        filters: [
          { type: 'brand', value: 'Nord:Stern' },
          { type: 'free', value: '' }
        ]
      }
    ],
    ['a conversion of another kind', 'convertedObjectIDs', { objectIDs: ['lamp'] }, 'Clicked', {}]
  ])('%s', async (_, method, event, name, properties) => {
    const { aa, analytics } = await startedPage()
    aa(method, { ...search, eventName: 'Clicked', ...event })
    expect(analytics.tracked).toEqual([
      expect.objectContaining({
        event: name,
        properties: expect.objectContaining({ search_index: 'products', ...properties })
      })
    ])
  })

  test('several events in a call, and several objects in an event, are as many calls to Segment', async () => {
    const { aa, analytics } = await startedPage()
    aa('sendEvents', [
      { eventType: 'click', eventName: 'C', ...search, objectIDs: ['lamp', 'tent'], positions: [1, 2] },
      { eventType: 'conversion', eventSubtype: 'addToCart', eventName: 'A', ...search, objectIDs: ['map'] }
    ])
    expect(analytics.events('product_id', 'position')).toEqual([
      ['Product Clicked', 'lamp', 1],
      ['Product Clicked', 'tent', 2],
      ['Product Added', 'map', undefined]
    ])
  })

  test('what several are worth together is said of none of them', async () => {
    const { aa, analytics } = await startedPage()
    aa('addedToCartObjectIDs', {
      index: 'products',
      eventName: 'A',
      objectIDs: ['lamp', 'tent'],
      value: 9,
      currency: 'EUR'
    })
    expect(analytics.events('value', 'currency')).toEqual([
      ['Product Added', undefined, 'EUR'],
      ['Product Added', undefined, 'EUR']
    ])
  })

  test("an event's own time is kept", async () => {
    const { aa, analytics } = await startedPage()
    aa('clickedObjectIDs', { index: 'products', eventName: 'C', objectIDs: ['lamp'], timestamp: 1_700_000_000_000 })
    expect(analytics.tracked[0]?.options.timestamp).toEqual(new Date(1_700_000_000_000))
  })

  test('calls that report nothing of the shopper go where they always went, and nowhere else', async () => {
    const { aa, analytics } = await startedPage({ identity: 'none' })
    aa('addAlgoliaAgent', 'shop')
    aa('setUserToken', 'ada')
    expect(aa('getUserToken')).toBe('ada')
    aa('sendEvents', [
      { eventType: 'instantsearch', eventName: '__start__', index: 'products', objectIDs: ['x'] } as never
    ])
    aa('viewedObjectIDs', {
      index: 'products',
      eventName: 'Hits Viewed',
      objectIDs: ['lamp', 'tent'],
      algoliaSource: ['instantsearch', 'instantsearch-internal']
    })
    expect(analytics.tracked).toEqual([])
  })

  test.each([undefined, null, 'text', 7, {}, { index: 'products' }, { index: 'products', objectIDs: 'lamp' }])(
    'an event like %j does no harm',
    async (event) => {
      const { aa, analytics } = await startedPage()
      const call = () => aa('viewedFilters', event)
      expect(call).not.toThrow('is not iterable')
      expect(analytics.tracked.length).toBeLessThanOrEqual(1)
    }
  )
})

describe('searches', () => {
  test('typing is one search: the last query, once the typing has paused', async () => {
    const { searched, analytics, page } = await startedPage()
    for (const query of ['', 'h', 'he', 'hea', 'head', 'headl']) {
      searched(results(query))
      page.pass(400)
    }
    expect(analytics.tracked).toEqual([])
    page.pass(600)
    expect(analytics.events('query', 'results', 'search_index', 'queryID')).toEqual([
      ['Products Searched', 'headl', 3, 'products', queryID]
    ])
  })

  test('a search without results is an event of its own', async () => {
    const { searched, analytics, page } = await startedPage()
    searched(results('hedalamp', 0))
    page.pass(1_000)
    expect(analytics.events('query', 'results')).toEqual([['Search Returned No Results', 'hedalamp', 0]])
  })

  test.each<[string, (page: FakeWindow) => void]>([
    ['a link is followed', (page) => page.leave('beforeunload')],
    ['the page goes', (page) => page.leave('pagehide')],
    ['the page is hidden', (page) => page.hide()]
  ])('what is pending is sent when %s', async (_, go) => {
    const { searched, analytics, page } = await startedPage()
    searched(results('tent'))
    go(page)
    page.leave()
    page.pass(5_000)
    expect(analytics.events('query')).toEqual([['Products Searched', 'tent']])
    await Promise.resolve()
    expect([...page.stored]).toEqual([])
  })

  test('what a page could not get out any more, the next one sends: once, with its time', async () => {
    const { searched, analytics, page } = await startedPage()
    analytics.delivery = new Promise(() => undefined)
    searched(results('tent'))
    page.leave()
    const [first] = analytics.tracked
    const next = openPage({}, page)
    page.time += 60_000
    expect(next.analytics.tracked).toEqual([])
    await next.start()
    expect(next.analytics.tracked).toEqual([first])
    expect(first?.options).toMatchObject({ messageId: expect.any(String), timestamp: new Date(1_000_000) })
    expect([...page.stored]).toEqual([])
  })

  test.each(['not JSON', '{}', '[]'])('something odd in its place (%s) does no harm', async (text) => {
    const { start, analytics, page } = openPage()
    page.stored.set('algolia-to-segment', text)
    await start()
    expect(analytics.events().filter(([event]) => event !== undefined)).toEqual([])
  })

  test('a click comes after the search that led to it, however quick it is', async () => {
    const { searched, aa, analytics, page } = await startedPage()
    searched(results('tent'))
    aa('clickedObjectIDs', { index: 'products', eventName: 'C', objectIDs: ['tent'] })
    page.pass(5_000)
    expect(analytics.events('query')).toEqual([
      ['Products Searched', 'tent'],
      ['Product Clicked', 'tent']
    ])
  })

  test('another page, other filters and a detour are no further search; the same text again after an empty box is', async () => {
    const { searched, analytics, page } = await startedPage()
    for (const query of ['tent', 'tent ', 'tents', 'tent']) searched(results(query))
    page.pass(1_000)
    searched(results('tent', 1))
    searched(results('tents'))
    searched(results('tent'))
    page.pass(1_000)
    expect(analytics.events('query')).toEqual([['Products Searched', 'tent']])
    searched(results('ten'))
    searched(results(''))
    page.pass(1_000)
    searched(results('tent'))
    page.pass(1_000)
    expect(analytics.events('query')).toHaveLength(2)
  })
})

describe('names', () => {
  test('a function renames events, changes their properties, and drops them', async () => {
    const { searched, aa, analytics, page } = await startedPage({
      rename(event, properties) {
        if (event === 'Product Clicked') return null
        properties.shop = 'uk'
        return event === 'Products Searched' ? 'Searched' : event
      }
    })
    searched(results('tent'))
    page.pass(1_000)
    aa('clickedObjectIDs', { index: 'products', eventName: 'C', objectIDs: ['tent'] })
    aa('viewedObjectIDs', { index: 'products', eventName: 'V', objectIDs: ['tent'] })
    expect(analytics.events('shop')).toEqual([
      ['Searched', 'uk'],
      ['Product Viewed', 'uk']
    ])
  })

  test("the page's own functions may fail: the event goes out as it was", async () => {
    const boom = (): never => {
      throw new Error('boom')
    }
    const { searched, aa, analytics, page, sent } = await startedPage({ rename: boom, product: boom })
    searched(results('tent'))
    page.pass(1_000)
    aa('clickedObjectIDs', { index: 'products', eventName: 'C', objectIDs: ['tent'] })
    expect(analytics.events('query')).toEqual([
      ['Products Searched', 'tent'],
      ['Product Clicked', 'tent']
    ])
    expect(sent).toHaveLength(1)
  })
})

describe('Algolia gets each event once', () => {
  const click = { index: 'products', eventName: 'C', objectIDs: ['tent'] }

  test("via Segment: the page doesn't send what Segment's destination sends", async () => {
    const { aa, analytics, sent } = await startedPage({
      viaSegment: true,
      rename: (name) => name !== 'Product Viewed' && name
    })
    expect(await aa('clickedObjectIDs', click)).toBe(true)
    expect(analytics.tracked).toEqual([expect.objectContaining({ event: 'Product Clicked', options: {} })])
    expect(sent).toEqual([])
    aa('viewedObjectIDs', click)
    expect(analytics.tracked).toHaveLength(1)
    expect(sent).toHaveLength(1)
  })
})

describe('consent', () => {
  test('before the start and after the stop nothing is sent, tied, listened to or kept', async () => {
    const { aa, rawAa, searched, start, stop, analytics, page, sent } = openPage()
    const act = () => {
      searched(results('tent'))
      page.pass(2_000)
      aa('clickedObjectIDs', { index: 'products', eventName: 'C', objectIDs: ['tent'] })
      page.leave()
      analytics.login('ada')
    }
    act()
    expect(analytics.tracked).toEqual([])
    expect(analytics.middlewares).toEqual([])
    expect(rawAa('getUserToken')).not.toBe('segment-anonymous-1')
    expect(rawAa('getAuthenticatedUserToken')).toBeUndefined()
    expect(sent).toHaveLength(1)

    await start()
    await start()
    act()
    expect(analytics.events()).toEqual([['Products Searched'], ['Product Clicked']])
    searched(results('pending'))
    stop()
    act()
    expect(analytics.tracked).toHaveLength(2)
    expect(analytics.sent({ type: 'track' })).toEqual({ type: 'track' })
    expect(sent).toHaveLength(3)
  })
})
