import type { LocalAlgolia } from '../../../../src/local/algolia'
import { credentials, withLocalAlgolia } from '../../../support/local-algolia'

type Event = Record<string, unknown>

const view: Event = {
  eventType: 'view',
  eventName: 'Product Viewed',
  index: 'products',
  userToken: 'anonymous-1',
  objectIDs: ['product-1']
}
const queryID = '0123456789abcdef0123456789abcdef'
const click: Event = { ...view, eventType: 'click', eventName: 'Product Clicked', queryID, positions: [1] }
const purchase: Event = { ...view, eventType: 'conversion', eventSubtype: 'purchase', eventName: 'Order Completed' }

async function push(algolia: LocalAlgolia, body: unknown, headers: Record<string, string> = credentials) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${algolia.urls.insights}/1/events`, { method: 'POST', headers, body: text })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

async function messageFor(algolia: LocalAlgolia, event: unknown): Promise<string> {
  // Behind a good one: one that is wrong refuses all.
  const { status, text } = await push(algolia, { events: [view, event] })
  const { message, status: inBody } = JSON.parse(text) as { message: string; status: number }
  expect(inBody).toBe(status)
  return `${status} ${message}`
}

describe('events', () => {
  it.each<[string, unknown]>([
    ['a view', view],
    ['a click after a search', click],
    ['a click without a search', { ...click, queryID: undefined, positions: undefined }],
    ['an add to cart', { ...view, eventType: 'conversion', eventSubtype: 'addToCart', queryID }],
    ['a conversion', { ...view, eventType: 'conversion', queryID }],
    [
      'a purchase',
      { ...purchase, objectData: [{ price: '9.99', quantity: 2, discount: 1, queryID }], value: 19.98, currency: 'EUR' }
    ],
    ['filters', { ...view, objectIDs: undefined, filters: ['brand:A.P.C.', 'color:forest%20green'] }],
    ['both tokens', { ...view, authenticatedUserToken: 'user/1=' }],
    ['a message of an agent', { ...click, queryID: 'message_1' }],
    ['an event of InstantSearch', { eventType: 'instantsearch', eventName: 'InstantSearch', userToken: 'a' }],
    [
      'objects that nobody knows',
      { ...view, index: 'none', objectIDs: Array.from({ length: 20 }, (_, id) => `${id}`) }
    ],
    ['a time in the future', { ...view, timestamp: Date.now() + 86_400_000 }],
    ['a time of 30 days ago', { ...view, timestamp: Date.now() - 30 * 86_400_000 + 60_000 }]
  ])('are taken: %s', async (_, event) => {
    await withLocalAlgolia({}, async (algolia) => {
      expect(await messageFor(algolia, event)).toBe('200 OK')
      expect(algolia.insights.events.accepted).toEqual([
        { ...view, receivedAt: expect.any(Number) },
        { ...JSON.parse(JSON.stringify(event)), receivedAt: expect.any(Number) }
      ])
    })
  })

  it.each<[unknown, string]>([
    ['a text', 'Invalid payload'],
    [{ ...view, eventType: undefined }, 'EventType is required'],
    [{ ...view, eventType: 'look' }, 'EventType must be one of "click", "conversion", "view" or "instantsearch"'],
    [{ ...view, eventName: undefined }, 'EventName is required'],
    [
      { ...view, eventName: 'Größe' },
      'EventName must contain only visible ASCII characters, and be between 1 and 64 characters long'
    ],
    [
      { ...view, eventName: 'x'.repeat(65) },
      'EventName must contain only visible ASCII characters, and be between 1 and 64 characters long'
    ],
    [{ ...view, eventName: 7 }, 'Invalid type for field eventName: expected string, got number'],
    [{ ...view, index: undefined }, 'The index field is required'],
    [{ ...view, userToken: undefined }, 'The userToken field is required'],
    [{ ...view, userToken: 'me@example.com' }, expect.stringMatching(/^UserToken must contain only/)],
    [{ ...view, userToken: 'x'.repeat(130) }, expect.stringMatching(/^UserToken must contain only/)],
    [{ ...view, authenticatedUserToken: '' }, expect.stringMatching(/^AuthenticatedUserToken must contain only/)],
    [{ ...view, objectIDs: undefined }, 'Event should specify either some ObjectIDs or some Filters'],
    [{ ...view, filters: ['brand:Nike'] }, 'Event should specify ObjectIDs or Filters, but not both'],
    [{ ...view, objectIDs: Array(21).fill('a') }, 'Event should not have more than 20 ObjectIDs'],
    [{ ...view, objectIDs: undefined, filters: Array(21).fill('a:b') }, 'Event should not have more than 20 Filters'],
    [{ ...view, objectIDs: [7] }, 'ObjectIDs must be non-empty strings'],
    [{ ...view, objectIDs: undefined, filters: ['Nike'] }, expect.stringMatching(/^Filters must/)],
    [{ ...view, positions: [1] }, 'Only event of type click should specify the positions attribute'],
    [{ ...click, queryID: undefined }, 'Event of type click with positions should specify a queryID'],
    [{ ...click, positions: undefined }, 'Event of type click should have the same number of ObjectIDs and Positions'],
    [{ ...click, positions: [1, 2] }, 'Event of type click should have the same number of ObjectIDs and Positions'],
    [{ ...click, positions: [0] }, 'Event of type click may only have strictly positive positions'],
    [{ ...click, queryID: 'abc' }, 'Query ID must be a search query ID (32 characters hexadecimal string)'],
    [{ ...view, eventSubtype: 'purchase' }, 'Only event of type conversion should specify the eventSubtype attribute'],
    [{ ...purchase, eventSubtype: 'return' }, 'EventSubtype must be one of "addToCart" or "purchase"'],
    [{ ...purchase, queryID }, 'Purchase events should specify queryIDs in objectData'],
    [{ ...purchase, objectData: [{}, {}] }, 'Event should have the same number of ObjectIDs and ObjectData'],
    [{ ...purchase, objectData: [{ name: 'a' }] }, 'Unknown field objectData.name'],
    [
      { ...purchase, objectData: [{ price: {} }] },
      'Invalid type for field objectData.price: expected number, got object'
    ],
    [
      { ...purchase, objectData: [{ quantity: 1.5 }] },
      'Invalid type for field objectData.quantity: expected int32, got number'
    ],
    [{ ...purchase, objectData: [{ queryID: 'message_1' }] }, expect.stringMatching(/^Query ID must/)],
    [{ ...purchase, value: 1 }, 'Currency is required with a value'],
    [{ ...purchase, value: 1, currency: '€' }, 'Currency must be a three-letter code'],
    [{ ...view, timestamp: 1.5 }, 'Invalid type for field timestamp: expected int64, got number'],
    [{ ...view, timestamp: Date.now() - 30 * 86_400_000 - 1 }, 'The timestamp is too far in the past']
  ])('%j is refused, and with it all of its request', async (event, message) => {
    await withLocalAlgolia({}, async (algolia) => {
      const answer = await messageFor(algolia, event)
      expect(answer.slice(0, 4)).toBe('422 ')
      expect(answer.slice(4)).toEqual(message)
      expect(algolia.insights.events.accepted).toEqual([])
      expect(algolia.profiles.size).toBe(0)
    })
  })
})

describe('a request', () => {
  it('holds 1 to 1,000 events in less than 2 MB of JSON', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const many = (count: number): object => ({ events: Array(count).fill(view) })
      const refused = async (body: unknown): Promise<unknown> => JSON.parse((await push(algolia, body)).text)
      expect(await refused(many(0))).toEqual({ status: 422, message: 'No events to process' })
      expect(await refused({})).toEqual({ status: 422, message: 'No events to process' })
      expect(await refused(many(1001))).toEqual({
        status: 422,
        message: 'Cannot process more than 1000 events in a batch'
      })
      expect(await refused([view])).toMatchObject({ status: 422, message: expect.stringMatching(/got array$/) })
      const html = await push(algolia, '{"events":')
      expect([html.status, html.headers.get('content-type')]).toEqual([400, expect.stringMatching('text/html')])

      const padded = (bytes: number): string => {
        const text = JSON.stringify(many(1))
        return text + ' '.repeat(bytes - text.length)
      }
      expect(await refused(padded(2_000_000))).toEqual({ status: 413, message: 'Request Entity Too Large' })
      expect((await push(algolia, padded(1_999_999))).status).toBe(200)
      expect((await push(algolia, many(1000))).status).toBe(200)
      expect(algolia.insights.events.accepted).toHaveLength(1001)
    })
  })

  it('needs a key that may search, in headers or in the query, and comes from any page', async () => {
    await withLocalAlgolia({ keys: { deleter: ['deleteObject'] } }, async (algolia) => {
      const status = async (headers: Record<string, string>): Promise<number> =>
        (await push(algolia, { events: [view] }, headers)).status
      expect(await status({ ...credentials, 'x-algolia-api-key': 'other' })).toBe(401)
      expect(await status({ ...credentials, 'x-algolia-api-key': 'deleter' })).toBe(403)
      const query = 'X-Algolia-Application-Id=LOCALALGOLIA&X-Algolia-API-Key=local-api-key'
      const body = JSON.stringify({ events: [view] })
      const response = await fetch(`${algolia.urls.insights}/1/events?${query}`, { method: 'POST', body })
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
      const preflight = await fetch(`${algolia.urls.insights}/1/events`, { method: 'OPTIONS' })
      expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, '*'])
      expect(algolia.insights.calls).toHaveLength(3)
    })
  })

  it('goes wrong when told so, by its path, and leaves the other APIs alone', async () => {
    await withLocalAlgolia({ profiles: 1 }, async (algolia) => {
      const { faults } = algolia.insights
      faults.status(429, { path: '/1/events', times: 1, headers: { 'x-ratelimit-reset': '7' } })
      faults.htmlPage({ path: /events/, times: 1, status: 400 })
      faults.status(503, { path: '/1/other' })
      const limited = await push(algolia, { events: [view] })
      expect([limited.status, limited.headers.get('x-ratelimit-reset')]).toEqual([429, '7'])
      expect(await push(algolia, { events: [view] })).toMatchObject({
        status: 400,
        text: expect.stringMatching('<!doc')
      })
      expect((await push(algolia, { events: [view] })).status).toBe(200)
      const users = await fetch(`${algolia.url}/2/users`, { headers: credentials })
      expect(users.status).toBe(200)
      expect([algolia.calls.length, algolia.insights.calls.length]).toEqual([1, 3])
      const missing = await fetch(`${algolia.urls.insights}/2/users`, { headers: credentials })
      expect(missing.status).toBe(404)
      const log = await fetch(`${algolia.urls.insights}/_local/events`)
      expect(await log.json()).toEqual(algolia.insights.events.accepted)
    })
  })
})
