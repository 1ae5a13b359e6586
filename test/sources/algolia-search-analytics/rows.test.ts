import Ajv from 'ajv'
import { catalogOf, runSource } from '../../support/source'
import {
  analyticsConfig,
  DISCOVERED,
  NOW,
  pathsCalled,
  readAnalytics,
  STREAM_NAMES,
  withAnalytics,
  worldOf
} from '../../support/search-analytics'

const ALL = catalogOf(...STREAM_NAMES)
const LAST_DAY = '2026-02-28'
const DAYS = ['2026-02-26', '2026-02-27', LAST_DAY]

test('the command line reads every stream of every index, by the discovered schemas, and no key twice', async () => {
  await withAnalytics(async (algolia) => {
    // Fewer than half of the calls of a minute: those come without a pause.
    const config = analyticsConfig({ indices: ['products', 'blog'], startDate: LAST_DAY, filterAttributes: ['brand'] })
    const { url } = algolia.analytics
    const run = await runSource('read', { source: 'algolia-search-analytics', url, config, catalog: ALL })
    expect([run.exitCode, run.stderr, run.errors]).toEqual([0, '', []])
    const ajv = new Ajv({ strict: false, formats: { date: /^\d{4}-\d\d-\d\d$/ } })
    for (const { name, json_schema, source_defined_primary_key } of DISCOVERED) {
      const rows = run.rows(name)
      const isValid = ajv.compile(json_schema)
      for (const row of rows) expect([name, row, isValid(row), isValid.errors]).toEqual([name, row, true, null])
      const keys = rows.map((row) => JSON.stringify(source_defined_primary_key.map(([field = '']) => row[field])))
      expect([name, new Set(keys).size]).toEqual([name, keys.length])
      expect([name, [...new Set(rows.map(({ date }) => date))]]).toEqual([name, [LAST_DAY]])
      // The local shop's blog sells nothing and tracks no clicks; its lists are there all the same.
      expect([name, rows.some((row) => row.algolia_index === 'products')]).toEqual([name, true])
      expect(run.statuses(name).at(-1)).toBe('COMPLETE')
    }
  })
})

test('rates without data stay null, and are not made 0', async () => {
  await withAnalytics(async (algolia) => {
    const streams = ['click_through_rate', 'average_click_position', 'top_searches'] as const
    const run = await readAnalytics(analyticsConfig({ indices: ['blog'] }), catalogOf(...streams), worldOf(algolia))
    expect(run.rows('click_through_rate')).toEqual(
      DAYS.map((date) => ({ algolia_index: 'blog', date, rate: null, clickCount: 0, trackedSearchCount: 0 }))
    )
    expect(run.rows('average_click_position').map(({ average }) => average)).toEqual([null, null, null])
    expect(new Set(run.rows('top_searches').map(({ purchaseRate }) => purchaseRate))).toEqual(new Set([null]))
  })
})

test("what the API gives goes out as it came, with the index and the day, a row for each currency of a day's revenue", async () => {
  await withAnalytics(async (algolia) => {
    const asked = { index: 'products', startDate: DAYS[0]!, endDate: DAYS[0]! }
    const given = async (path: string, query: Record<string, string> = {}) => {
      const headers = { 'x-algolia-application-id': 'LOCALALGOLIA', 'x-algolia-api-key': algolia.application.apiKey }
      const url = `${algolia.urls.analytics}/2/${path}?${String(new URLSearchParams({ ...asked, ...query }))}`
      return (await (await fetch(url, { headers })).json()) as Record<string, Record<string, unknown>[]>
    }
    const run = await readAnalytics(analyticsConfig(), ALL, worldOf(algolia))
    const rows = (stream: string) => run.rows(stream).filter(({ date }) => date === DAYS[0])
    const ids = { algolia_index: 'products', date: DAYS[0] }
    const figures = { limit: '1000', clickAnalytics: 'true', revenueAnalytics: 'true' }
    const { searches } = await given('searches', { ...figures, orderBy: 'searchCount', direction: 'desc' })
    expect(rows('top_searches')).toEqual(searches!.map((entry) => ({ ...ids, ...entry })))
    const { hits } = await given('hits', figures)
    expect(rows('top_hits')).toEqual(hits!.map((entry) => ({ ...ids, ...entry })))
    const { currencies } = await given('conversions/revenue')
    expect(rows('revenue')).toEqual(Object.values(currencies!).map((entry) => ({ ...ids, ...entry })))
    const { positions } = await given('clicks/positions')
    const places = positions!.map(({ position, clickCount }) => {
      const [positionStart, positionEnd] = position as number[]
      return { ...ids, positionStart, positionEnd, clickCount }
    })
    expect(rows('click_positions')).toEqual(places)
    expect(places.at(-1)).toMatchObject({ positionStart: 21, positionEnd: -1 })
  })
})

test('calls are the least, and the first line says how many', async () => {
  await withAnalytics(async (algolia) => {
    const config = analyticsConfig({ filterAttributes: ['brand', 'size/EU & UK'] })
    const run = await readAnalytics(config, ALL, worldOf(algolia))
    // Ten for the whole range, eight lists of three days, one of them for two attributes.
    const calls = 10 + 3 * 7 + 3 * 2
    expect(pathsCalled(algolia)).toHaveLength(calls)
    expect(new Set(pathsCalled(algolia))).toContain('filters/size%2FEU%20%26%20UK')
    expect(run.logs()[0]).toContain(` ${calls} calls, about a minute`)
    expect(run.summary.calls).toBe(calls)
  })
})

test('two streams share the call of one endpoint, and the ten most used attributes are asked about', async () => {
  await withAnalytics(async (algolia) => {
    const streams = catalogOf('top_filters', 'top_filter_attributes')
    const run = await readAnalytics(analyticsConfig(), streams, worldOf(algolia))
    const paths = pathsCalled(algolia)
    expect(paths.filter((path) => path === 'filters')).toHaveLength(3)
    expect(paths).toHaveLength(3 + 3 * 5)
    expect(run.logs()[0]).toContain('at least 3 calls')
    expect(new Set(run.rows('top_filters').map(({ attribute }) => attribute))).toEqual(
      new Set(run.rows('top_filter_attributes').map(({ attribute }) => attribute))
    )
    algolia.analytics.clearCalls()
    const alone = await readAnalytics(analyticsConfig({ limit: 2 }), catalogOf('top_filters'), worldOf(algolia))
    expect(pathsCalled(algolia)).toHaveLength(3 + 3 * 5)
    expect(alone.rows('top_filter_attributes')).toEqual([])
  })
})

test.each([
  [400, [400]],
  [1500, [1000, 500]]
])('of %d top searches a day, pages of %j are asked for', async (limit, pages) => {
  await withAnalytics(async (algolia) => {
    // As long as its limit, whatever that is.
    const page = (size: number, from: number) =>
      Array.from({ length: size }, (_, place) => ({ search: `search ${from + place}`, count: 1, nbHits: 1 }))
    let from = 0
    for (const size of pages) {
      const body = JSON.stringify({ searches: page(size, from) })
      algolia.analytics.faults.add({
        when: ({ number }) => number === pages.indexOf(size) + 1,
        then: { answer: { status: 200, body } }
      })
      from += size
    }
    const config = analyticsConfig({ startDate: '2026-02-28', limit })
    const run = await readAnalytics(config, catalogOf('top_searches'), worldOf(algolia))
    expect(run.thrown).toBeUndefined()
    expect(run.rows('top_searches')).toHaveLength(limit)
    const queries = algolia.analytics.calls.map(({ path }) => new URL(path, 'http://local').searchParams)
    expect(queries.map((query) => Number(query.get('limit')))).toEqual(pages)
    expect(queries.map((query) => query.get('offset'))).toEqual([null, ...pages.slice(1).map(() => '1000')])
    expect(queries.map((query) => query.get('direction'))).toEqual(pages.map(() => 'desc'))
  })
})

test('rows of a wrong type are rejected one by one; empty lists, missing ones and strange days are told apart', async () => {
  await withAnalytics(async (algolia) => {
    const answer = (body: unknown, times = 1) => {
      algolia.analytics.faults.add({
        when: () => true,
        times,
        then: { answer: { status: 200, body: JSON.stringify(body) } }
      })
    }
    const lists = [{ country: 'FR', count: 3 }, { country: 'DE', count: 'many' }, 'XX', { country: 'FR', count: 4 }]
    answer({ countries: lists })
    const config = analyticsConfig({ startDate: '2026-02-28' })
    const run = await readAnalytics(config, catalogOf('top_countries'), worldOf(algolia))
    expect(run.rows('top_countries').map(({ country, count }) => [country, count])).toEqual([['FR', 3]])
    expect(run.summary.rejected).toBe(2)

    answer({ countries: null })
    const empty = await readAnalytics(config, catalogOf('top_countries'), worldOf(algolia))
    expect([empty.thrown, empty.rows('top_countries')]).toEqual([undefined, []])

    // Neither is taken for an empty answer: asked again, the real one comes.
    answer({})
    const again = await readAnalytics(config, catalogOf('top_countries'), worldOf(algolia))
    expect([again.summary.retries, again.rows('top_countries').length > 10]).toEqual([1, true])
    answer({ count: 1, dates: [{ date: '2026-03-01', count: 1 }] })
    const strange = await readAnalytics(config, catalogOf('searches'), worldOf(algolia))
    expect([strange.summary.retries, strange.rows('searches').map(({ date }) => date)]).toEqual([1, ['2026-02-28']])
  })
})

test('a plan without revenue is asked once more without it, and never again, with a warning', async () => {
  await withAnalytics(async (algolia) => {
    algolia.application.analyticsPlan = 'without revenue'
    const streams = catalogOf('searches', 'top_searches', 'top_hits')
    const run = await readAnalytics(analyticsConfig(), streams, worldOf(algolia))
    expect(run.thrown).toBeUndefined()
    expect(algolia.analytics.calls.filter(({ status }) => status === 402)).toHaveLength(1)
    expect(algolia.analytics.calls).toHaveLength(1 + 1 + 2 * 3)
    expect(run.logs('WARN').filter((text) => text.includes('402'))).toHaveLength(1)
    expect(run.rows('top_hits').every((row) => 'clickCount' in row && !('purchaseCount' in row))).toBe(true)
  })
})

test('the days are those of UTC by the clock of Algolia, whatever the clock and the zone of the machine say', async () => {
  const midnight = Date.parse('2026-03-01T00:00:05Z')
  await withAnalytics(
    async (algolia) => {
      // Ten hours behind: there it is still the day before.
      const behind = worldOf(algolia, () => midnight - 36_000_000)
      const run = await readAnalytics(analyticsConfig(), catalogOf('searches', 'top_countries'), behind)
      for (const stream of ['searches', 'top_countries']) {
        expect([...new Set(run.rows(stream).map(({ date }) => date))]).toEqual(DAYS)
      }
      expect(algolia.analytics.calls).toHaveLength(1 + 1 + 3)
      const sameDay = worldOf(algolia, () => midnight + 36_000_000)
      algolia.analytics.clearCalls()
      await readAnalytics(analyticsConfig(), catalogOf('searches', 'top_countries'), sameDay)
      expect(algolia.analytics.calls).toHaveLength(1 + 3)
    },
    { clock: () => midnight }
  )
})

test('without a start date, the thirty days that end with yesterday are read, over the end of a leap February too', async () => {
  const clock = () => Date.parse('2028-03-10T23:59:59Z')
  await withAnalytics(
    async (algolia) => {
      const config = analyticsConfig({ startDate: '' })
      const days = (await readAnalytics(config, catalogOf('searches'), worldOf(algolia, clock))).rows('searches')
      expect(days).toHaveLength(30)
      expect([days[0]?.date, days[19]?.date, days[29]?.date]).toEqual(['2028-02-09', '2028-02-28', '2028-03-09'])
    },
    { clock }
  )
})

test('today is never read', async () => {
  await withAnalytics(async (algolia) => {
    const config = analyticsConfig({ startDate: '2026-03-01' })
    const run = await readAnalytics(config, catalogOf('searches'), worldOf(algolia))
    expect([run.thrown, run.rows('searches'), run.states('searches')]).toEqual([undefined, [], [expect.anything()]])
    expect(new Date(NOW).toISOString()).toContain('2026-03-01')
  })
})
