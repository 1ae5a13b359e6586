import { FakeAnalytics, openPage } from '../support/page'

const externalId = (id: string) => ({ id, type: 'algolia_user_token', collection: 'users', encoding: 'none' })

test("Segment leads: its anonymous id becomes Algolia's user token, also after a logout", async () => {
  const { rawAa, start, analytics } = openPage()
  await start()
  expect(rawAa('getUserToken')).toBe('segment-anonymous-1')
  analytics.logout()
  expect(rawAa('getUserToken')).toBe('segment-anonymous-2')
})

test("Algolia leads: its user token becomes Segment's anonymous id, whenever it changes", async () => {
  const { aa, start, analytics } = openPage({ identity: 'algolia' })
  aa('setUserToken', 'anonymous-1')
  await start()
  expect(analytics.visitor.anonymousId).toBe('anonymous-1')
  aa('setUserToken', 'anonymous-2')
  expect(analytics.visitor.anonymousId).toBe('anonymous-2')
  analytics.logout()
  expect(analytics.visitor.anonymousId).toBe('anonymous-2')
})

test("each keeps its own: the shop's token is told to Segment all the same", async () => {
  const { aa, rawAa, start, analytics } = openPage({ identity: 'none' })
  aa('setUserToken', 4711)
  await start()
  expect(rawAa('getUserToken')).toBe(4711)
  expect(analytics.visitor.anonymousId).toBe('segment-anonymous-1')
  expect(analytics.sent({ type: 'page' }).context.externalIds).toEqual([externalId('4711')])
})

test('the login goes to Algolia as the authenticated user token, and away with the logout', async () => {
  const { rawAa, start, analytics } = openPage()
  analytics.login('customer-7')
  await start()
  expect(rawAa('getAuthenticatedUserToken')).toBe('customer-7')
  analytics.logout()
  expect(rawAa('getAuthenticatedUserToken')).toBeUndefined()
  analytics.login('ada@example.com')
  expect(rawAa('getAuthenticatedUserToken')).toBeUndefined()
  analytics.login('customer-8')
  expect(rawAa('getAuthenticatedUserToken')).toBe('customer-8')
  expect(rawAa('getUserToken')).toBe('segment-anonymous-2')
})

test('each call to Segment has the token as external id and trait, where the destination looks for it', async () => {
  const { start, analytics } = openPage()
  await start()
  const token = 'segment-anonymous-1'
  expect(analytics.sent({ type: 'track', context: { page: { path: '/' } } })).toEqual({
    type: 'track',
    context: { page: { path: '/' }, externalIds: [externalId(token)], traits: { algolia_user_id: token } }
  })
  expect(analytics.sent({ type: 'identify', traits: { plan: 'pro' } })).toEqual({
    type: 'identify',
    traits: { plan: 'pro', algolia_user_id: token },
    context: { externalIds: [externalId(token)] }
  })
})

test('what the page says itself stays', async () => {
  const { start, analytics } = openPage()
  await start()
  const own = {
    type: 'identify',
    traits: { algolia_user_id: 'own' },
    context: { externalIds: [externalId('segment-anonymous-1')] }
  }
  expect(analytics.sent(own)).toEqual(own)
  expect(analytics.sent({ type: 'track', context: { externalIds: 'odd' } })).toMatchObject({ type: 'track' })
})

test("the page's own listener for the user token is told as well", async () => {
  const { aa, start } = openPage({ identity: 'none' })
  const told: unknown[] = []
  aa('onUserTokenChange', (token: unknown) => told.push(token))
  await start()
  aa('setUserToken', 'later')
  expect(told.at(-1)).toBe('later')
  aa('onUserTokenChange', undefined)
  aa('setUserToken', 'last')
  expect(told.at(-1)).toBe('later')
})

test("an id that Algolia wouldn't take is not handed to it", async () => {
  const { rawAa, start, analytics } = openPage()
  analytics.visitor.anonymousId = 'ada@example.com'
  await start()
  expect(rawAa('getUserToken')).not.toBe('ada@example.com')
})

test('the start waits for analytics.js, though not for ever, as it may be blocked', async () => {
  const analytics = new FakeAnalytics()
  analytics.user = (() => new Promise(() => undefined)) as never
  const { start, page } = openPage({ analytics })
  const started = start()
  page.pass(1_000)
  await started
})

test("the snippet's stand-in, which has no user yet, is asked for it once analytics.js has loaded", async () => {
  const loaded = new FakeAnalytics()
  const { user: _, ...members } = Object.getOwnPropertyDescriptors(FakeAnalytics.prototype)
  const snippet = Object.defineProperties(new FakeAnalytics(), members)
  Object.setPrototypeOf(snippet, Object.prototype)
  let current: FakeAnalytics = snippet
  snippet.ready = (callback) => {
    current = loaded
    callback()
  }
  const { start, rawAa } = openPage({ analytics: () => current })
  await start()
  expect(rawAa('getUserToken')).toBe('segment-anonymous-1')
})

test('where Segment leads, a token that a library makes up meanwhile is overruled, and the page told in that order', async () => {
  const { aa, rawAa, start } = openPage()
  await start()
  const told: unknown[] = []
  aa('onUserTokenChange', (token: unknown) => told.push(token))
  aa('setUserToken', 'anonymous-made-up')
  expect(rawAa('getUserToken')).toBe('segment-anonymous-1')
  expect(told).toEqual(['anonymous-made-up', 'segment-anonymous-1'])
})

test("what the shop itself has told Algolia of a login isn't taken back while Segment knows of none", async () => {
  const { aa, rawAa, start } = openPage()
  aa('setAuthenticatedUserToken', 'shop-customer')
  await start()
  expect(rawAa('getAuthenticatedUserToken')).toBe('shop-customer')
})
