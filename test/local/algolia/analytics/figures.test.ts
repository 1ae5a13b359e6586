import type * as OfficialClient from '../../../../node_modules/@algolia/client-analytics/dist/node'
import { shopIndices, type LocalAlgolia, type LocalAlgoliaOptions } from '../../../../src/local/algolia'
import { credentials, withLocalAlgolia } from '../../../support/local-algolia'

// The package says where its types are only through `exports`, which this module resolution doesn't read.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { analyticsClient } = require('@algolia/client-analytics') as typeof OfficialClient

type Client = ReturnType<typeof analyticsClient>

function officialClient(algolia: LocalAlgolia, apiKey = 'local-api-key'): Client {
  const { hostname, port } = new URL(algolia.urls.analytics)
  const hosts = [{ url: hostname, port: Number(port), protocol: 'http' as const, accept: 'readWrite' as const }]
  return analyticsClient('LOCALALGOLIA', apiKey, 'de', {
    hosts,
    timeouts: { connect: 30_000, read: 30_000, write: 30_000 }
  })
}

const noon = Date.UTC(2025, 5, 18, 12)
const day = 86_400_000

/** Runs `use` against a local Algolia at a moment that can be changed. */
async function at(
  moment: number,
  use: (client: Client, algolia: LocalAlgolia, move: (to: number) => void) => Promise<void>,
  options: LocalAlgoliaOptions = {}
): Promise<void> {
  await withLocalAlgolia({ analyticsRateLimit: false, ...options, clock: () => moment }, (algolia) =>
    use(officialClient(algolia), algolia, (to) => (moment = to))
  )
}

const month = { index: 'products', startDate: '2025-05-01', endDate: '2025-05-31' }
const oneDay = { index: 'products', startDate: '2025-06-10', endDate: '2025-06-10' }

describe("what Algolia's own client reads", () => {
  it('breaks down by day what the API breaks down, days that add up to the whole', async () => {
    await at(noon, async (client) => {
      const counts = await client.getSearchesCount(month)
      expect(counts.dates).toHaveLength(31)
      expect(counts.dates.map(({ date }) => date)).toEqual([...counts.dates.map(({ date }) => date)].sort())
      expect(counts.dates[0]!.date).toBe('2025-05-01')
      expect(counts.count).toBe(counts.dates.reduce((sum, { count }) => sum + count, 0))
      const noResults = await client.getNoResultsRate(month)
      expect(noResults.count).toBe(counts.count)
      expect(noResults.rate).toBe(noResults.noResultCount / noResults.count)
      const [clicks, conversions, carts, purchases, noClicks, positions] = await Promise.all([
        client.getClickThroughRate(month),
        client.getConversionRate(month),
        client.getAddToCartRate(month),
        client.getPurchaseRate(month),
        client.getNoClickRate(month),
        client.getAverageClickPosition(month)
      ])
      for (const { dates } of [clicks, conversions, carts, purchases, noClicks, positions])
        expect(dates).toHaveLength(31)
      expect(clicks.rate! + noClicks.rate).toBeCloseTo(1)
      expect(clicks.clickCount).toBe(positions.clickCount)
      expect(positions.average).toBeGreaterThan(1)
      expect(clicks.rate).toBeGreaterThan(conversions.rate!)
      expect(conversions.conversionCount).toBeGreaterThanOrEqual(carts.addToCartCount)
      expect(carts.rate).toBeGreaterThan(purchases.rate!)
      const revenue = await client.getRevenue(month)
      expect(Object.keys(revenue.currencies).sort()).toEqual(['EUR', 'USD'])
      const euros = revenue.dates.reduce((sum, { currencies }) => sum + currencies.EUR!.revenue!, 0)
      expect(revenue.currencies.EUR!.revenue).toBeCloseTo(euros)
    })
  })

  it('counts those who come on several days once for all of them', async () => {
    await at(noon, async (client) => {
      const { count, dates } = await client.getUsersCount(month)
      expect(count).toBeLessThan(dates.reduce((sum, date) => sum + date.count, 0))
      expect(count).toBeGreaterThan(Math.max(...dates.map((date) => date.count)))
      const single = await client.getUsersCount(oneDay)
      expect(single.count).toBe(single.dates[0]!.count)
    })
  })

  it('lists what is frequent, with figures that agree with the counts of the day', async () => {
    await at(noon, async (client) => {
      const searches: { count: number; search: string }[] = []
      for (let offset = 0; ; offset += 1000) {
        const page = await client.getTopSearches({
          ...oneDay,
          orderBy: 'searchCount',
          direction: 'desc',
          limit: 1000,
          offset
        })
        searches.push(...page.searches)
        if (page.searches.length < 1000) break
      }
      const { count } = await client.getSearchesCount(oneDay)
      expect(searches.length).toBeGreaterThan(1000)
      expect(new Set(searches.map(({ search }) => search)).size).toBe(searches.length)
      expect(searches.some(({ search }) => search === '')).toBe(true)
      expect(searches.reduce((sum, row) => sum + row.count, 0)).toBe(count)
      expect(searches.map((row) => row.count)).toEqual(searches.map((row) => row.count).sort((a, b) => b - a))

      const rarest = await client.getTopSearches({ ...oneDay, limit: 1 })
      expect(rarest.searches[0]!.count).toBe(searches.at(-1)!.count)

      const { noResultCount } = await client.getNoResultsRate(oneDay)
      const { searches: without } = await client.getSearchesNoResults({ ...oneDay, limit: 1000 })
      expect(without.reduce((sum, row) => sum + row.count, 0)).toBe(noResultCount)
      const { countries } = await client.getTopCountries({ ...oneDay, limit: 1000 })
      expect(countries.reduce((sum, row) => sum + row.count, 0)).toBe(count)
      const { positions } = await client.getClickPositions(oneDay)
      const { clickCount } = await client.getClickThroughRate(oneDay)
      expect(positions).toHaveLength(12)
      expect(positions.reduce((sum, row) => sum + row.clickCount!, 0)).toBe(clickCount)
      const noClicks = await client.getSearchesNoClicks({ ...oneDay, limit: 1000, offset: 990 })
      expect(noClicks.searches).toHaveLength(10)
      expect((await client.getSearchesNoClicks({ ...oneDay, limit: 1000, offset: 1000 })).searches).toEqual([])
    })
  })

  it('gives click and revenue figures where they are asked for', async () => {
    await at(noon, async (client) => {
      const plain = await client.getTopSearches({ ...oneDay, limit: 1, direction: 'desc' })
      expect(Object.keys(plain.searches[0]!).sort()).toEqual(['count', 'nbHits', 'search'])
      const asked = { ...oneDay, limit: 5, clickAnalytics: true, revenueAnalytics: true } as const
      const full = await client.getTopSearches({ ...asked, direction: 'desc' })
      expect(Object.keys(full.searches[0]!).sort()).toEqual(
        [
          ...['addToCartCount', 'addToCartRate', 'averageClickPosition', 'clickCount', 'clickPositions'],
          ...['clickThroughRate', 'conversionCount', 'conversionRate', 'count', 'currencies', 'nbHits'],
          ...['purchaseCount', 'purchaseRate', 'search', 'trackedSearchCount']
        ].sort()
      )
      const hits = await client.getTopHits(asked)
      expect(hits.hits[0]).toMatchObject({
        hit: expect.stringMatching(/^product-\d+$/),
        trackedHitCount: expect.any(Number),
        currencies: { EUR: { currency: 'EUR', revenue: expect.any(Number) } }
      })
    })
  })

  it('gives filters, whatever a path has to encode', async () => {
    await at(noon, async (client) => {
      const { attributes } = await client.getTopFilterAttributes(oneDay)
      expect(attributes.map(({ attribute }) => attribute)).toContain('size/EU & UK')
      for (const { attribute, count } of attributes) {
        const { values } = await client.getTopFilterForAttribute({ attribute, ...oneDay, limit: 1000 })
        expect(values.reduce((sum, row) => sum + row.count, 0)).toBe(count)
        expect(values.every((row) => row.attribute === attribute)).toBe(true)
      }
      expect(await client.getTopFilterForAttribute({ attribute: 'none', ...oneDay })).toEqual({ values: [] })
      const { values } = await client.getTopFiltersNoResults(oneDay)
      expect(values![0]).toMatchObject({ count: expect.any(Number), values: [{ attribute: 'brand', operator: ':' }] })
      const before = { index: 'products', startDate: '2020-01-01', endDate: '2020-01-02' }
      expect(await client.getTopFiltersNoResults(before)).toEqual({ values: null })
    })
  })

  it('knows each index, with rates that are null where nothing is tracked and 0 where nothing came', async () => {
    await at(noon, async (client) => {
      for (const index of shopIndices) {
        expect((await client.getSearchesCount({ ...month, index })).count).toBeGreaterThan(1000)
        expect(Date.parse((await client.getStatus({ index })).updatedAt!)).toBeLessThanOrEqual(noon)
      }
      const blog = { ...month, index: 'blog' }
      expect((await client.getClickThroughRate(blog)).dates[0]).toMatchObject({ rate: null, trackedSearchCount: 0 })
      expect((await client.getAverageClickPosition(blog)).average).toBeNull()
      expect((await client.getRevenue(blog)).currencies).toEqual({})
      const silent = (await client.getClickThroughRate({ ...month, index: 'products_fr' })).dates.filter(
        ({ rate }) => rate === 0
      )
      expect(silent).toHaveLength(1)
      const before = { index: 'products', startDate: '2020-01-01', endDate: '2020-01-02' }
      expect(await client.getNoResultsRate(before)).toMatchObject({ rate: null, count: 0, noResultCount: 0 })
      expect(await client.getTopSearches(before)).toEqual({ searches: [] })
    })
  })
})

describe('the figures', () => {
  it('look like a shop: weeks, growth, and one day a month on which two in five searches find nothing', async () => {
    await at(noon, async (client) => {
      const { dates } = await client.getNoResultsRate({
        index: 'products',
        startDate: '2024-05-01',
        endDate: '2025-05-31'
      })
      const bad = dates.filter(({ rate }) => rate > 0.3)
      expect(bad.map(({ date }) => date.slice(0, 7))).toEqual([...new Set(dates.map(({ date }) => date.slice(0, 7)))])
      for (const { rate } of bad) expect(Math.abs(rate - 0.4)).toBeLessThan(0.03)
      const mean = (rows: typeof dates): number => rows.reduce((sum, { count }) => sum + count, 0) / rows.length
      const on = (weekday: number): number => mean(dates.filter(({ date }) => new Date(date).getUTCDay() === weekday))
      expect(on(0)).toBeGreaterThan(1.1 * on(5))
      expect(mean(dates.slice(-30))).toBeGreaterThan(1.05 * mean(dates.slice(0, 30)))
    })
  })

  it('depend on seed, index and day alone, but for today, which grows, and the two days before', async () => {
    const count = async (client: Client, date: string): Promise<number> =>
      (await client.getSearchesCount({ index: 'products', startDate: date, endDate: date })).count
    await at(noon, async (client, _, move) => {
      const old = await count(client, '2025-06-15')
      const today = [0, await count(client, '2025-06-18')]
      move(noon + 3_600_000)
      today.push(await count(client, '2025-06-18'))
      const ages: number[] = []
      for (let later = 1; later <= 4; later++) {
        move(noon + later * day)
        ages.push(await count(client, '2025-06-18'))
        expect(await count(client, '2025-06-15')).toBe(old)
      }
      const [yesterday, before, settled, still] = ages as [number, number, number, number]
      expect([...today, yesterday, before, settled]).toEqual([...today, ...ages.slice(0, 3)].sort((a, b) => a - b))
      expect(settled).toBe(still)
      expect(yesterday).toBeLessThan(settled)
      expect(yesterday).toBeGreaterThan(0.97 * settled)
      expect(await count(client, '2025-06-30')).toBe(0)
    })
    const other = async (options: LocalAlgoliaOptions): Promise<unknown> => {
      let answer: unknown
      await at(noon + 300 * day, async (client) => void (answer = await client.getTopSearches(oneDay)), options)
      return answer
    }
    expect(await other({ seed: 1, profiles: 10 })).toEqual(await other({}))
    expect(await other({ seed: 2 })).not.toEqual(await other({}))
  })

  it('are a part of the whole by tags', async () => {
    await at(noon, async (client) => {
      const count = async (tags?: string): Promise<number> =>
        (await client.getSearchesCount({ ...oneDay, ...(tags !== undefined && { tags }) })).count
      const all = await count()
      const mobile = await count('device:mobile')
      expect(mobile / all).toBeCloseTo(0.62, 1)
      expect(await count('device:mobile OR device:desktop')).toBeGreaterThan(mobile)
      expect(await count('device:mobile AND visitor:new')).toBeLessThan(mobile)
      expect(await count('device:mobile AND device:desktop')).toBe(0)
      expect(await count('vip_customers')).toBe(0)
      await expect(count('device:mobile AND')).rejects.toMatchObject({ status: 400 })
    })
  })
})

describe('errors', () => {
  const status = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 200,
      (error: { status: number }) => error.status
    )

  it('answer parameters that are wrong or of another call, indices that are none, keys and plans', async () => {
    await at(
      noon,
      async (client, algolia) => {
        const own = async (query: string): Promise<number> =>
          (await fetch(`${algolia.urls.analytics}/2/searches/count?${query}`, { headers: credentials })).status
        for (const query of [
          '',
          'index=products&startDate=2025-02-30',
          'index=products&endDate=today',
          'index=products&startDate=2025-06-11&endDate=2025-06-10',
          'index=products&limit=10',
          'index=products&clickAnalytics=true'
        ]) {
          expect([query, await own(query)]).toEqual([query, 400])
        }
        expect(await own('index=products')).toBe(200)
        expect(await status(client.getTopSearches({ ...oneDay, limit: 1001 }))).toBe(400)
        expect(await status(client.getTopSearches({ ...oneDay, orderBy: 'conversionRate' }))).toBe(400)
        expect(await status(client.getSearchesCount({ index: 'none' }))).toBe(404)
        expect(await status(client.getStatus({ index: 'none' }))).toBe(404)
        expect(await status(client.customGet({ path: '2/searches/sum', parameters: { index: 'products' } }))).toBe(404)
        expect(await status(officialClient(algolia, 'other').getStatus({ index: 'products' }))).toBe(401)
        await expect(officialClient(algolia, 'searcher').getStatus({ index: 'products' })).rejects.toMatchObject({
          status: 403,
          message: 'Method not allowed with this API key'
        })
        algolia.application.analyticsPlan = 'without revenue'
        expect(await status(client.getTopHits({ ...oneDay, revenueAnalytics: true }))).toBe(402)
        expect(await status(client.getTopHits({ ...oneDay, clickAnalytics: true }))).toBe(200)
        algolia.application.analyticsPlan = 'none'
        expect(await status(client.getStatus({ index: 'products' }))).toBe(402)
      },
      { keys: { searcher: ['search'] } }
    )
  })

  it('come with the hundred-and-first call of a minute, and by path and index when told so', async () => {
    await withLocalAlgolia({ clock: () => noon }, async (algolia) => {
      const client = officialClient(algolia)
      for (let call = 0; call < 100; call++) await client.getStatus({ index: 'blog' })
      await expect(client.getStatus({ index: 'blog' })).rejects.toMatchObject({ status: 429 })
      algolia.application.analyticsRateLimit = false
      algolia.analytics.faults.status(400, { path: '/2/hits', index: 'blog' })
      expect(await status(client.getTopHits({ index: 'blog' }))).toBe(400)
      expect(await status(client.getTopHits({ index: 'products' }))).toBe(200)
      expect(await status(client.getTopCountries({ index: 'blog' }))).toBe(200)
      expect(algolia.calls).toHaveLength(0)
    })
  })
})
