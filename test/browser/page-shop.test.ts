import { openBrowser, type Browser } from '../support/browser'
import { type PageCall, type Shop, withShop } from '../support/shop-page'

let browser: Browser

beforeEach(async () => {
  browser = await openBrowser()
})

afterEach(async () => {
  await browser.close()
  expect(browser.complaints).toEqual([])
  const foreign = browser.addresses.filter((address) => !/^(http:\/\/127\.0\.0\.1:|about:)/.test(address))
  expect(foreign).toEqual([])
})

/** Each token and id that stands in what went out, each once. */
function idsIn({ algolia, calls }: Shop) {
  const distinct = (list: readonly unknown[]) => [...new Set(list)]
  return {
    searches: distinct(algolia.search.searches.all.map(({ userToken }) => userToken)),
    insights: distinct(algolia.insights.events.accepted.map(({ userToken }) => userToken)),
    anonymous: distinct(calls().map(({ anonymousId }) => anonymousId)),
    externalIds: distinct(calls().flatMap(({ context }) => context.externalIds?.map(({ id }) => id))),
    traits: distinct(calls().map(({ traits, context }) => traits?.algolia_user_id ?? context.traits?.algolia_user_id))
  }
}

/** What a shopper does, and what each step tells Segment. */
async function shop({ type, click, told }: Shop): Promise<void> {
  await type('tent')
  await told(1)
  await click('#hits .name')
  await told(2)
  await click('#hits .add')
  await told(3)
  await click('#buy')
  await told(4)
  await click('#login')
  await told(5)
}

test('a shopper types, clicks, adds, buys and logs in: Segment gets exactly that, and the ids are one', async () => {
  await withShop(browser, async (page) => {
    await page.open()
    await shop(page)
    const [first] = page.algolia.search.searches.all.filter(({ query }) => query === 'tent')
    const objectID = first?.objectIDs[0]
    const { queryID } = page.algolia.search.searches.all.at(-1) ?? {}
    expect(page.events('query', 'product_id', 'position', 'search_index')).toEqual([
      ['Products Searched', 'tent', undefined, undefined, 'products'],
      ['Product Clicked', 'tent', objectID, 1, 'products'],
      ['Product Added', 'tent', objectID, undefined, 'products'],
      ['Order Completed', undefined, undefined, undefined, 'products']
    ])
    const [searched, clicked, added, ordered, login] = page.calls() as [
      PageCall,
      PageCall,
      PageCall,
      PageCall,
      PageCall
    ]
    expect(searched.properties).toMatchObject({ queryID, results: expect.any(Number) })
    expect(clicked.properties).toMatchObject({ queryID, objectID, name: expect.any(String), price: expect.any(Number) })
    const { price } = clicked.properties
    expect(added.properties).toMatchObject({ queryID, price, quantity: 1, value: price, currency: 'EUR' })
    expect(ordered.properties).toMatchObject({
      total: price,
      currency: 'EUR',
      products: [expect.objectContaining({ product_id: objectID, queryID, price, quantity: 1 })]
    })
    expect(login).toMatchObject({ type: 'identify', userId: 'customer-7', traits: { plan: 'gold' } })
    // The page has sent these events to Algolia itself, so Segment is not to send them on.
    expect(clicked.integrations).toMatchObject({ 'Algolia Personalization (Actions)': false })

    const shopperEvents = page.algolia.insights.events.accepted.filter(({ eventType }) =>
      /^(click|conversion)$/.test(eventType)
    )
    expect(shopperEvents.map(({ eventType, eventSubtype }) => eventSubtype ?? eventType)).toEqual([
      'click',
      'addToCart',
      'purchase'
    ])
    const token = clicked.anonymousId
    expect(idsIn(page)).toEqual({
      searches: [token],
      insights: [token],
      anonymous: [token],
      externalIds: [token],
      traits: [token]
    })
    await page.click('#hits .name')
    await page.told(6)
    expect(page.algolia.insights.events.accepted.at(-1)).toMatchObject({
      userToken: token,
      authenticatedUserToken: 'customer-7'
    })
    expect(page.calls()).toHaveLength(6)
  })
})

test("where Algolia leads, its cookie's token is Segment's anonymous id", async () => {
  await withShop(browser, async (page) => {
    await page.open({ identity: 'algolia' })
    await shop(page)
    const cookie = (await browser.page.context().cookies()).find(({ name }) => name === '_ALGOLIA')?.value
    expect(cookie).toMatch(/^anonymous-/)
    expect(new Set(Object.values(idsIn(page)).flat())).toEqual(new Set([cookie]))
    expect(page.calls()).toHaveLength(5)
  })
})

test('a search without results, and one whose shopper leaves before it counts', async () => {
  await withShop(browser, async (page) => {
    await page.open({ typingPause: 60_000 })
    await page.type('zzyzx')
    await browser.page.locator('#hits :text("No results")').waitFor()
    await page.click('#away')
    await browser.page.waitForURL(/elsewhere/)
    await page.told(1)
    expect(page.events('query', 'results')).toEqual([['Search Returned No Results', 'zzyzx', 0]])
  })
})

test('before the visitor agrees nothing is sent, and nothing after consent is withdrawn', async () => {
  await withShop(browser, async (page) => {
    await page.open({ askFirst: true })
    await page.type('tent')
    await page.click('#hits .name')
    await browser.page.waitForTimeout(1_500)
    expect(page.calls()).toEqual([])

    // InstantSearch asks again, with the visitor's token: the search that is on the page counts from now on.
    await page.click('#agree')
    await page.told(1)
    await page.click('#hits .name')
    await page.told(2)
    const agreed = [
      ['Products Searched', 'tent'],
      ['Product Clicked', 'tent']
    ]
    expect(page.events('query')).toEqual(agreed)

    await page.click('#withdraw')
    await page.click('#hits .name')
    await page.type('s')
    await browser.page.waitForTimeout(1_500)
    expect(page.events('query')).toEqual(agreed)
  })
})

test('after a logout the next shopper is another, on both sides', async () => {
  await withShop(browser, async (page) => {
    await page.open()
    await page.click('#login')
    await page.told(1)
    await page.click('#logout')
    await page.click('#hits .name')
    await page.told(2)
    const [login, click] = page.calls() as [PageCall, PageCall]
    expect(click.anonymousId).not.toBe(login.anonymousId)
    expect(click.userId).toBeFalsy()
    const event = page.algolia.insights.events.accepted.at(-1)
    expect(event).toMatchObject({ eventType: 'click', userToken: click.anonymousId })
    expect(event).not.toHaveProperty('authenticatedUserToken')
  })
})
