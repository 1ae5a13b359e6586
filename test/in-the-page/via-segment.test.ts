import { Destination } from '@segment/actions-core'
import definition from '../../src/destinations/algolia-personalization'
import type { LocalAlgolia } from '../../src/local/algolia'
import { settings, startAlgolia, stopAlgolia } from '../support/destination'
import { openPage, results } from '../support/page'

let algolia: LocalAlgolia

beforeEach(async () => {
  algolia = await startAlgolia()
})

afterEach(() => stopAlgolia(algolia))

const queryID = 'a'.repeat(32)
const search = { index: 'products', queryID }
const [first, second] = ['product-26', 'product-27']

/** What a shopper does after a search, as a page reports it. */
function act({ searched, aa }: Pick<ReturnType<typeof openPage>, 'searched' | 'aa'>): void {
  searched(results('tents', 2, { hits: [{ objectID: first }, { objectID: second }] }))
  aa('clickedObjectIDsAfterSearch', { ...search, eventName: 'Product Clicked', objectIDs: [second], positions: [2] })
  aa('viewedObjectIDs', { index: 'products', eventName: 'Product Viewed', objectIDs: [second] })
  const objectData = [{ price: 120, quantity: 2, discount: 5 }]
  const worth = { objectData, value: 240, currency: 'EUR' }
  aa('addedToCartObjectIDsAfterSearch', { ...search, eventName: 'Product Added', objectIDs: [second], ...worth })
  aa('purchasedObjectIDs', {
    index: 'products',
    eventName: 'Order Completed',
    objectIDs: [first, second],
    objectData: [
      { price: 10, quantity: 1, queryID },
      { price: 120, quantity: 2 }
    ],
    value: 250,
    currency: 'EUR'
  })
}

test("what Algolia gets through Segment's destination is what the page would have sent itself", async () => {
  const direct = openPage()
  await direct.start()
  act(direct)

  const page = openPage({ viaSegment: true })
  await page.start()
  act(page)
  expect(page.sent).toEqual([])
  const presets = definition.presets?.filter(({ partnerAction }) => partnerAction === 'sendEvents') ?? []
  const destination = new Destination(definition)
  for (const [number, { event, properties, options }] of page.analytics.tracked.entries()) {
    const { anonymousId } = page.analytics.visitor
    const call = { type: 'track', event, properties, anonymousId, messageId: `call-${number}`, ...options }
    const timestamp = new Date().toISOString()
    const outcomes = await destination.onEvent({ timestamp, ...page.analytics.sent(call) }, {
      ...settings,
      subscriptions: presets
    } as never)
    const ends = outcomes.flatMap(({ data }) => (data === undefined ? [] : [data]))
    expect(ends).toEqual(event === 'Products Searched' ? [] : [{ status: 200, result: 'event sent' }])
  }
  const comparable = ({ timestamp: _, receivedAt: __, ...event }: Record<string, unknown>) => event
  const accepted = algolia.insights.events.accepted.map((event) => comparable({ ...event }))
  expect(accepted).toEqual(direct.sent.map((event) => comparable(JSON.parse(JSON.stringify(event)))))
})
