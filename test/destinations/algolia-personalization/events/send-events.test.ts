import nock from 'nock'
import definition from '../../../../src/destinations/algolia-personalization'
import type { InsightsEvent } from '../../../../src/destinations/algolia-personalization/events/insights-event'
import { type BatchEntry, type Event, Host, presetFor, settings } from '../../../support/destination'

const ORIGIN = 'https://insights.us.algolia.io'
const QUERY_ID = '7dfe2ada7bca48bdd0629649df0bee07'
const OTHER_QUERY_ID = '54ed4c9d94050a25e4e5ccf5d256ca42'
const NOW = new Date().toISOString()

beforeAll(() => nock.disableNetConnect())
afterAll(() => nock.enableNetConnect())
afterEach(() => nock.cleanAll())

/** Answers each request, and keeps what it held. */
function insights(
  answer: (events: InsightsEvent[]) => [number, unknown?] = () => [200, { status: 200, message: 'OK' }]
) {
  const requests: InsightsEvent[][] = []
  nock(ORIGIN)
    .persist()
    .post('/1/events')
    .reply((_, body) => {
      const { events } = body as { events: InsightsEvent[] }
      requests.push(events)
      return answer(events) as [number, nock.Body]
    })
  return requests
}

async function send(events: Event[], mapping: Record<string, unknown>): Promise<BatchEntry[]> {
  return new Host().deliverBatch('sendEvents', events, { mapping, clearDefaults: true })
}

function track(event: string, properties: Record<string, unknown>, more: Event = {}): Event {
  return {
    type: 'track',
    event,
    anonymousId: 'anon-1',
    userId: 'user-1',
    timestamp: NOW,
    properties: { search_index: 'products', ...properties },
    ...more
  }
}

describe('the presets', () => {
  const common = {
    index: 'products',
    userToken: 'anon-1',
    authenticatedUserToken: 'user-1',
    timestamp: Date.parse(NOW)
  }

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'Product Viewed',
      { product_id: 'p1', price: 5, value: 5, currency: 'EUR' },
      { eventType: 'view', objectIDs: ['p1'] }
    ],
    [
      'Product List Viewed',
      { products: [{ product_id: 'p1', price: 3 }, { product_id: 2 }] },
      { eventType: 'view', objectIDs: ['p1', '2'] }
    ],
    [
      'Product List Filtered',
      {
        products: [{ product_id: 'p1' }],
        filters: [{ type: 'brand', value: 'A & B' }, { attribute: 'size', value: 42 }, 'color:red%20ish', '"quoted"']
      },
      { eventType: 'view', filters: ['brand:A%20%26%20B', 'size:42', 'color:red%20ish', '"quoted"'] }
    ],
    [
      'Product Clicked',
      { product_id: 'p1', position: 3, query_id: QUERY_ID },
      { eventType: 'click', objectIDs: ['p1'], positions: [3], queryID: QUERY_ID }
    ],
    [
      'Product Added',
      { product_id: 'p1', price: '9.5', quantity: 2, currency: 'EUR', queryID: QUERY_ID },
      {
        eventType: 'conversion',
        eventSubtype: 'addToCart',
        objectIDs: ['p1'],
        objectData: [{ price: 9.5, quantity: 2 }],
        queryID: QUERY_ID,
        currency: 'EUR'
      }
    ],
    [
      'Order Completed',
      {
        revenue: 69.97,
        currency: 'USD',
        query_id: QUERY_ID,
        products: [
          { product_id: 'p1', price: 49.99, quantity: 1, discount: 1.99 },
          { product_id: 'p2', price: 9.99, quantity: 2, queryID: OTHER_QUERY_ID }
        ]
      },
      {
        eventType: 'conversion',
        eventSubtype: 'purchase',
        objectIDs: ['p1', 'p2'],
        objectData: [
          { queryID: QUERY_ID, price: 49.99, quantity: 1, discount: 1.99 },
          { queryID: OTHER_QUERY_ID, price: 9.99, quantity: 2 }
        ],
        value: 69.97,
        currency: 'USD'
      }
    ]
  ])('make of %s what it is to Algolia, and leave nothing out', async (event, properties, expected) => {
    const requests = insights()
    const [entry] = await send([track(event, properties)], presetFor(event))
    expect(entry).toMatchObject({ status: 200, body: { result: 'event sent' } })
    expect(entry?.body).not.toHaveProperty('leftOut')
    expect(requests).toEqual([[{ ...common, eventName: event, ...expected }]])
  })

  it('are one for each of six events, and automatic', () => {
    const presets = definition.presets?.filter(({ partnerAction }) => partnerAction === 'sendEvents') ?? []
    expect(presets.map(({ type }) => type)).toEqual(Array.from({ length: 6 }, () => 'automatic'))
  })
})

/** What is sent of one event, with a mapping of literals; the answer beside it. */
async function sendOne(mapping: Record<string, unknown>): Promise<{ entry: BatchEntry; sent: InsightsEvent[] }> {
  const requests = insights()
  const minimum = { eventName: 'E', index: 'i', userToken: 'u', enable_batching: true, batch_size: 1000 }
  const [entry] = await send([track('Any', {})], { ...minimum, ...mapping })
  return { entry: entry as BatchEntry, sent: requests.flat() }
}

describe('what a kind of event does not have', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, string[]]>([
    [
      'a click with a query ID needs positions',
      { eventType: 'click', objectIDs: ['a'], queryID: QUERY_ID },
      { objectIDs: ['a'] },
      ['queryID']
    ],
    [
      'positions need a query ID',
      { eventType: 'click', objectIDs: ['a'], positions: [1] },
      { objectIDs: ['a'] },
      ['positions']
    ],
    [
      'a view has neither',
      { eventType: 'view', objectIDs: ['a'], positions: [1], queryID: QUERY_ID, eventSubtype: 'purchase' },
      { objectIDs: ['a'] },
      ['eventSubtype', 'positions', 'queryID']
    ],
    [
      'filters have nothing beside them',
      { eventType: 'conversion', filters: ['a:b'], queryID: QUERY_ID, eventSubtype: 'addToCart', value: 3 },
      { filters: ['a:b'] },
      ['eventSubtype', 'queryID', 'value']
    ],
    [
      'a value needs a currency',
      { eventType: 'conversion', eventSubtype: 'purchase', objectIDs: ['a'], value: 3 },
      { objectIDs: ['a'], eventSubtype: 'purchase' },
      ['value']
    ],
    [
      'a purchase has no query ID that is not of a search',
      { eventType: 'conversion', eventSubtype: 'purchase', objectIDs: ['a'], queryID: 'message_1' },
      { objectIDs: ['a'], eventSubtype: 'purchase' },
      ['queryID']
    ],
    [
      'a login that cannot be a user token',
      { eventType: 'view', objectIDs: ['a'], authenticatedUserToken: 'me@example.com' },
      { objectIDs: ['a'] },
      ['authenticatedUserToken']
    ]
  ])('is left out, and told: %s', async (_, mapping, expected, leftOut) => {
    const { entry, sent } = await sendOne(mapping)
    expect(entry.status).toBe(200)
    const { eventType } = mapping
    expect(sent).toEqual([{ eventName: 'E', index: 'i', userToken: 'u', eventType, ...expected }])
    const told = (entry.body as { leftOut: string[] }).leftOut.map((text) => text.split(' ')[0])
    expect(told.sort()).toEqual(leftOut)
  })

  it('is moved where it belongs: the query ID of a purchase, to each object', async () => {
    const mapping = {
      eventType: 'conversion',
      eventSubtype: 'purchase',
      objectIDs: ['a', 'b'],
      queryID: QUERY_ID
    }
    const { sent } = await sendOne(mapping)
    expect(sent[0]?.objectData).toEqual([{ queryID: QUERY_ID }, { queryID: QUERY_ID }])
    expect(sent[0]).not.toHaveProperty('queryID')
  })
})

describe('an event that breaks a rule of Algolia’s is refused alone', () => {
  const good = { eventType: 'view', objectIDs: ['a'] }

  test.each<[string, Record<string, unknown>]>([
    ['no objects and no filters', { objectIDs: [] }],
    ['objects and filters', { filters: ['a:b'] }],
    ['no index', { index: '' }],
    ['a name of 65 characters', { eventName: 'x'.repeat(65) }],
    ['a name that is not ASCII', { eventName: 'Añadido' }],
    ['a user token that is an e-mail address', { userToken: 'me@example.com' }],
    ['a user token of 130 characters', { userToken: 'u'.repeat(130) }],
    ['a product without an ID', { products: [{ objectID: 'a' }, { price: 3 }] }],
    ['an empty object ID', { objectIDs: ['a', ''] }],
    ['a query ID of another form', { eventType: 'click', queryID: 'abc' }],
    [
      "a product's query ID of another form",
      { eventType: 'conversion', products: [{ objectID: 'a', queryID: 'message_1' }] }
    ],
    ['a position of 0', { eventType: 'click', positions: [0], queryID: QUERY_ID }],
    ['fewer positions than objects', { eventType: 'click', objectIDs: ['a', 'b'], positions: [1], queryID: QUERY_ID }],
    [
      'more data than objects',
      { eventType: 'conversion', eventSubtype: 'purchase', objectData: [{ price: 1 }, { price: 2 }] }
    ],
    ['a currency of two letters', { eventType: 'conversion', eventSubtype: 'purchase', value: 1, currency: 'EU' }],
    ['an age of 30 days', { timestamp: new Date(Date.now() - 30 * 86_400_000).toISOString() }],
    ['a filter without a value', { objectIDs: [], filters: ['{"type":"brand"}'] }]
  ])('%s', async (_, mapping) => {
    const requests = insights()
    const host = new Host()
    const minimum = { eventName: 'E', index: 'i', userToken: 'u', enable_batching: true, batch_size: 1000 }
    const [entry] = await host.deliverBatch('sendEvents', [track('Any', {})], {
      mapping: { ...minimum, ...good, ...mapping },
      clearDefaults: true
    })
    expect(entry).toMatchObject({ status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED' })
    expect(entry?.errormessage).not.toContain('example.com')
    expect(requests).toEqual([])
  })

  it('says where to set the index', async () => {
    const [entry] = await send([track('Product Viewed', { product_id: 'p', search_index: undefined })], {
      ...presetFor('Product Viewed')
    })
    expect(entry).toMatchObject({ status: 400 })
    expect(entry?.errormessage).toContain('search_index')
  })
})

describe('times', () => {
  const seconds = Math.floor(Date.now() / 1000) - 100

  test.each<[unknown, number | undefined]>([
    [seconds, seconds * 1000],
    [String(seconds), seconds * 1000],
    [seconds * 1000 + 0.7, seconds * 1000],
    [new Date(seconds * 1000).toISOString(), seconds * 1000],
    [new Date(seconds * 1000).toISOString().replace('Z', '+00:00'), seconds * 1000],
    [new Date(seconds * 1000).toISOString().replace('Z', ''), seconds * 1000],
    [undefined, undefined],
    [4_000_000_000_000, 4_000_000_000_000]
  ])('are sent as whole milliseconds: %s', async (timestamp, expected) => {
    const { sent } = await sendOne({ eventType: 'view', objectIDs: ['a'], timestamp })
    expect(sent[0]?.timestamp).toBe(expected)
  })
})

describe('more than 20 objects', () => {
  const many = (count: number, price?: number) =>
    Array.from({ length: count }, (_, index) => ({ objectID: `p${index}`, quantity: 1, price }))

  it('become several events whose lists stay together and whose values add up', async () => {
    const { sent, entry } = await sendOne({
      eventType: 'conversion',
      eventSubtype: 'purchase',
      products: many(45, 0.1),
      value: 10,
      currency: 'EUR',
      timestamp: NOW
    })
    expect(entry.status).toBe(200)
    expect(sent.map(({ objectIDs }) => objectIDs?.length)).toEqual([20, 20, 5])
    expect(sent.map(({ objectData }) => objectData?.length)).toEqual([20, 20, 5])
    expect(sent.map(({ value }) => value)).toEqual([7.5, 2, 0.5])
    expect(new Set(sent.map(({ timestamp, userToken }) => `${timestamp} ${userToken}`)).size).toBe(1)
  })

  it('carry all of the value first where a price is missing', async () => {
    const products = [...many(25, 2), { objectID: 'last', quantity: 1 }]
    const { sent } = await sendOne({
      eventType: 'conversion',
      eventSubtype: 'addToCart',
      products,
      value: 50,
      currency: 'EUR'
    })
    expect(sent.map(({ value }) => value)).toEqual([50, undefined])
  })
})

describe('answers', () => {
  const view = (name: string): Event => track('Product Viewed', { product_id: name })
  const mapping = presetFor('Product Viewed')
  const statuses = (entries: BatchEntry[]): number[] => entries.map(({ status }) => status)
  const hasBad = (events: InsightsEvent[]): boolean => events.some(({ objectIDs }) => objectIDs?.[0] === 'bad')

  it.each([
    [400, '<html>Bad Request</html>'],
    [422, { status: 422, message: 'Invalid payload' }],
    [413, '<html>too large</html>']
  ])('%s finds the culprit, and all others arrive', async (status, body) => {
    const requests = insights((events) => (hasBad(events) ? [status, body] : [200, { status: 200, message: 'OK' }]))
    const entries = await send([view('a'), view('b'), view('bad'), view('c')], mapping)
    expect(statuses(entries)).toEqual([200, 200, 400, 200])
    expect(entries[2]).toMatchObject({ errortype: 'PAYLOAD_VALIDATION_FAILED' })
    expect(entries[2]?.errormessage).not.toContain('<')
    expect(requests.filter((events) => !hasBad(events)).flat()).toHaveLength(3)
  })

  it.each([
    [429, { status: 429, message: 'Too many requests' }, 429],
    [401, { status: 401, message: `Invalid credentials ${settings.apiKey}` }, 401],
    [402, { status: 402, message: 'no' }, 402],
    [403, { status: 403, message: 'no' }, 403],
    [404, { status: 404, message: 'Path not supported' }, 404],
    [405, { status: 405, message: 'Method Not Allowed' }, 405],
    [503, '', 503],
    [408, '', 408],
    [200, '<html>hello</html>', 502],
    [200, { status: 500 }, 502],
    [200, '', 502],
    [302, '', 502]
  ])('%s %j is told as %s', async (status, body, expected) => {
    insights(() => [status, body])
    const entries = await send([view('a'), view('b')], mapping)
    expect(statuses(entries)).toEqual([expected, expected])
    expect(JSON.stringify(entries)).not.toContain(settings.apiKey)
  })

  it('are those of each event’s own request: what was accepted is not sent again, the rest is', async () => {
    const requests = insights((events) =>
      events.length < 1000 ? [429, { status: 429, message: 'Too many requests' }] : [200, { status: 200 }]
    )
    const entries = await send(
      Array.from({ length: 1500 }, (_, index) => view(`p${index}`)),
      mapping
    )
    expect(requests.map(({ length }) => length)).toEqual([1000, 500])
    expect(statuses(entries)).toEqual([...Array<number>(1000).fill(200), ...Array<number>(500).fill(429)])
  })

  it('of a single event throw the host’s error', async () => {
    insights(() => [401, { status: 401, message: 'Invalid credentials' }])
    const event = view('a')
    await expect(new Host().deliver('sendEvents', event, { mapping, clearDefaults: true })).rejects.toMatchObject({
      status: 401
    })
  })
})
