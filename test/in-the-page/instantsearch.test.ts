import type { AnalyticsBrowser } from '@segment/analytics-next'
import instantsearch from 'instantsearch.js'
import type * as Connectors from 'instantsearch.js/es/connectors'
import type * as Middlewares from 'instantsearch.js/es/middlewares'
import type insightsLibrary from 'search-insights'
import { algoliaToSegment } from '../../src/browser'
import { openPage, results } from '../support/page'

const { connectHits, connectSearchBox } = jest.requireActual<typeof Connectors>('instantsearch.js/cjs/connectors')
const { createInsightsMiddleware } = jest.requireActual<typeof Middlewares>('instantsearch.js/cjs/middlewares')

const tick = () => new Promise((resolve) => setTimeout(resolve, 0))

/** InstantSearch without a document: a search box and a list of hits, whose functions are handed out. */
async function openSearch(
  options: Parameters<typeof openPage>[0] = {},
  { insights = true, found = 2 }: { insights?: true | 'later' | 'none'; found?: number } = {}
) {
  const page = openPage(options)
  const searchClient = {
    search: (requests: { indexName: string; params?: { query?: string } }[]) =>
      Promise.resolve({
        results: requests.map(({ indexName, params }) => ({
          ...results(params?.query ?? '', found, { index: indexName }),
          page: 0,
          hitsPerPage: 20,
          nbPages: 1,
          processingTimeMS: 1
        }))
      })
  }
  const withInsights = insights === true ? { insights: { insightsClient: page.aa } } : {}
  const search = instantsearch({ indexName: 'products', searchClient: searchClient as never, ...withInsights })
  let refine = (_query: string): void => undefined
  let sendEvent = (..._: unknown[]): void => undefined
  let hits: object[] = []
  search.addWidgets([
    connectSearchBox((box) => (refine = box.refine))({}),
    connectHits((list) => {
      sendEvent = list.sendEvent as typeof sendEvent
      hits = list.items
    })({})
  ])
  search.use(page.middleware)
  if (insights === 'later') {
    search.use(createInsightsMiddleware({ insightsClient: page.aa }))
  }
  await page.start()
  search.start()
  await tick()
  const type = async (query: string): Promise<void> => {
    refine(query)
    await tick()
    await tick()
  }
  return { ...page, search, type, send: (...args: unknown[]) => sendEvent(...args), hits: () => hits }
}

test.each([true, 'later', 'none'] as const)(
  'searches and events of the widgets arrive once, with insights %s',
  async (insights) => {
    const { analytics, page, sent, search, type, send, hits } = await openSearch({}, { insights })
    await type('te')
    await type('tent')
    page.pass(1_000)
    send('click', hits()[1], 'Product Clicked')
    send('conversion', hits()[0], 'Added', { eventSubtype: 'addToCart', value: 7, currency: 'EUR' })
    expect(analytics.events('query', 'product_id', 'position', 'queryID')).toEqual([
      ['Products Searched', 'tent', undefined, undefined, 'a'.repeat(32)],
      ['Product Clicked', 'tent', 'tent', 2, 'a'.repeat(32)],
      ['Product Added', 'tent', 'lamp', undefined, 'a'.repeat(32)]
    ])
    const shopperActs = sent.filter(({ eventType }) => eventType === 'click' || eventType === 'conversion')
    expect(shopperActs).toHaveLength(insights === 'none' ? 0 : 2)
    search.dispose()
  }
)

test('a search without hits', async () => {
  const { analytics, page, search, type } = await openSearch({}, { found: 0 })
  await type('hedalamp')
  page.pass(1_000)
  expect(analytics.events('query', 'results')).toEqual([['Search Returned No Results', 'hedalamp', 0]])
  search.dispose()
})

test('twice in the cart is twice, though two libraries report each', async () => {
  const { analytics, search, send, hits, type } = await openSearch()
  await type('tent')
  const hit = hits()[0]
  for (let time = 0; time < 2; time += 1) send('conversion', hit, 'Added', { eventSubtype: 'addToCart' })
  expect(analytics.events().filter(([event]) => event === 'Product Added')).toHaveLength(2)
  search.dispose()
})

test('a page whose own code hands the events of InstantSearch to search-insights reports them once', async () => {
  const { analytics, search, send, hits, type, aa } = await openSearch({}, { insights: 'none' })
  const onEvent = ({ insightsMethod, payload }: { insightsMethod?: string; payload: object }): void => {
    aa(String(insightsMethod), { ...payload })
  }
  search.use(createInsightsMiddleware({ insightsClient: aa, onEvent: onEvent }))
  await type('tent')
  send('click', hits()[0], 'Clicked')
  expect(analytics.events().filter(([event]) => event === 'Product Clicked')).toHaveLength(1)
  search.dispose()
})

test('via Segment, InstantSearch keeps to itself what Segment is told', async () => {
  const { sent, analytics, search, send, hits, type } = await openSearch({ viaSegment: true })
  await type('tent')
  send('click', hits()[0], 'Clicked')
  expect(analytics.events().at(-1)).toEqual(['Product Clicked'])
  expect(sent.filter(({ eventType }) => eventType === 'click')).toEqual([])
  search.dispose()
})

test("searches carry Segment's anonymous id, and the events the same", async () => {
  const { sent, search, send, hits, type } = await openSearch()
  await type('tent')
  expect(search.mainHelper?.state.userToken).toBe('segment-anonymous-1')
  send('click', hits()[0], 'Clicked')
  expect(sent.at(-1)).toMatchObject({ eventType: 'click', userToken: 'segment-anonymous-1' })
  search.dispose()
})

test('after the middleware is taken away, all is as before', async () => {
  const { analytics, page, search, send, hits, type, middleware, sent } = await openSearch()
  search.unuse(middleware)
  await type('tent')
  page.pass(1_000)
  send('click', hits()[0], 'Clicked')
  expect(analytics.events()).toEqual([['Product Clicked']])
  expect(sent.filter(({ eventType }) => eventType === 'click')).toHaveLength(1)
  search.dispose()
})

// The compiler is the judge here: the libraries' own types fit, and `aa` keeps its.
test("the libraries' types fit together", () => {
  const wire = (analytics: AnalyticsBrowser, aa: typeof insightsLibrary) => {
    const bridge = algoliaToSegment({ analytics, aa })
    const search = instantsearch({ searchClient: {} as never, insights: { insightsClient: bridge.aa } })
    search.use(bridge.middleware)
    // @ts-expect-error there is no such method
    void bridge.aa('clickedEverything')
    return bridge.aa('getUserToken')
  }
  expect(wire).toBeInstanceOf(Function)
})
