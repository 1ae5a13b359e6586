import { readFile } from 'node:fs/promises'
import type { SentEvent } from '../support/searches'
import { NOW, SETTLED, WEBHOOK_SECRET, withSearches } from '../support/searches'
import { until } from '../support/segment'

/** What the local Algolia was called for: the path below /2/, and the days. */
function callsTo({ analytics }: { analytics: { calls: readonly { path: string }[] } }): string[] {
  return analytics.calls.map(({ path }) => {
    const { pathname, searchParams } = new URL(path, 'http://local')
    return `${pathname.slice('/2/'.length)} ${searchParams.get('startDate')} ${searchParams.get('endDate')}`
  })
}

const queriesOf = (events: readonly SentEvent[]): string[] => events.map(({ properties }) => properties.query as string)

describe('searches without results', () => {
  it('are sent once for each query, day and index, of the newest day that has settled, and never again', async () => {
    await withSearches({}, async ({ run, sent, algolia, segment }) => {
      const { outcome, summary } = await run({ zeroResults: true, indices: ['products', 'blog'], minSearches: 20 })
      expect(outcome).toBe('delivered')
      expect(callsTo(algolia)).toEqual([
        `searches/noResults ${SETTLED} ${SETTLED}`,
        `searches/noResults ${SETTLED} ${SETTLED}`
      ])
      const events = sent()
      expect(events.length).toBe(summary.events.zeroResults)
      expect(summary.bill).toEqual({ users: 1, calls: events.length })
      const path = `/2/searches/noResults?index=products&startDate=${SETTLED}&endDate=${SETTLED}&limit=1000`
      const list = await fetch(algolia.urls.analytics + path, {
        headers: { 'x-algolia-application-id': 'LOCALALGOLIA', 'x-algolia-api-key': algolia.application.apiKey }
      })
      const { searches } = (await list.json()) as {
        searches: { search: string; count: number; withFilterCount: number }[]
      }
      const expected = searches.filter(({ count }) => count >= 20)
      expect(expected.length).toBeGreaterThan(10)
      expect(expected.length).toBeLessThan(searches.length)
      const ofProducts = events.filter(({ properties }) => properties.index === 'products')
      expect(ofProducts).toEqual(
        expected.map(({ search, count, withFilterCount }) =>
          expect.objectContaining({
            type: 'track',
            event: 'Search Returned No Results',
            anonymousId: 'algolia-search-analytics-LOCALALGOLIA',
            timestamp: `${SETTLED}T23:59:59.999Z`,
            properties: {
              query: search,
              searches: count,
              searches_with_filters: withFilterCount,
              date: SETTLED,
              index: 'products'
            }
          })
        )
      )
      const { requests } = segment.statistics
      const calls = algolia.analytics.calls.length
      expect((await run({ zeroResults: true, indices: ['products', 'blog'] })).summary.bill.calls).toBe(0)
      expect(segment.statistics.requests).toBe(requests)
      expect(algolia.analytics.calls).toHaveLength(calls)
    })
  })

  it('of days that were missed come next time, and earlier ones when a day is given', async () => {
    let now = Date.parse('2026-02-28T12:00:00Z')
    const clock = { now: () => now, sleep: () => Promise.resolve() }
    await withSearches({ algolia: { clock: () => now } }, async ({ run, sent, state }) => {
      const zeroResults = { zeroResults: true }
      const days = (): string[] => [...new Set(sent().map(({ properties }) => properties.date as string))]
      await run(zeroResults, {}, { clock })
      expect(days()).toEqual(['2026-02-26'])
      now = NOW
      await run(zeroResults, {}, { clock })
      expect(days()).toEqual(['2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01'])
      await run({ ...zeroResults, since: '2026-02-24', anonymousId: 'analytics' }, {}, { clock })
      expect(days().slice(4)).toEqual(['2026-02-25', '2026-02-24'])
      expect(sent().at(-1)?.anonymousId).toBe('analytics')
      expect(await state()).toMatchObject({ zeroResults: [{ index: 'products', first: '2026-02-24', last: SETTLED }] })
      // The settling of a day can be waited for longer.
      now += 86_400_000
      await run({ ...zeroResults, settle: '3d' }, {}, { clock })
      expect(days()).toHaveLength(6)
    })
  })

  it("go by Algolia's clock, where the machine's is ahead, at the price of a call", async () => {
    await withSearches({}, async ({ run, sent, log, algolia }) => {
      const clock = { now: () => NOW + 86_400_000, sleep: () => Promise.resolve() }
      await run({ zeroResults: true }, {}, { clock })
      expect(new Set(sent().map(({ properties }) => properties.date as string))).toEqual(new Set([SETTLED]))
      expect(log).toContainEqual(
        `warn: By Algolia's clock, the last day that has settled is ${SETTLED}, not 2026-03-02.`
      )
      expect(algolia.analytics.calls).toHaveLength(2)
    })
  })
})

describe('reports', () => {
  it('ask for the period and the one before as ranges, in the fewest calls, and are sent once', async () => {
    await withSearches({}, async ({ run, sent, algolia, segment, webhookUrl }) => {
      const settings = { report: 'weekly', webhookUrl, top: 3 }
      await run(settings)
      const [now, before] = ['2026-02-23 2026-03-01', '2026-02-16 2026-02-22']
      expect(callsTo(algolia).sort()).toEqual(
        [
          ...[
            'searches/noResultRate',
            'users/count',
            'clicks/clickThroughRate',
            'conversions/conversionRate',
            'searches'
          ].map((path) => `${path} ${now}`),
          `searches/noResultRate ${before}`,
          `searches ${before}`
        ].sort()
      )
      const [event, ...others] = sent()
      expect(others).toEqual([])
      expect(event).toMatchObject({
        event: 'Top Searches Reported',
        timestamp: '2026-03-01T23:59:59.999Z',
        properties: { period: 'weekly', start_date: '2026-02-23', end_date: '2026-03-01', index: 'products' }
      })
      expect(Object.keys(event!.properties)).toEqual([
        'period',
        'start_date',
        'end_date',
        'index',
        'searches',
        'users',
        'no_result_rate',
        'click_through_rate',
        'conversion_rate',
        'change',
        'top_searches'
      ])
      expect(event!.properties.top_searches).toHaveLength(3)
      expect(segment.messages.map(({ text }) => text)).toEqual([
        'Weekly searches of products, 2026-02-23 to 2026-03-01'
      ])
      await run(settings)
      expect(sent()).toHaveLength(1)
      expect(segment.messages).toHaveLength(1)
    })
  })

  it('share what they ask where they follow each other', async () => {
    await withSearches({}, async ({ run, sent, algolia, log }) => {
      await run({ report: 'daily', since: '2026-01-01' })
      expect(sent().map(({ properties }) => properties.start_date as string)).toEqual([
        '2026-02-26',
        '2026-02-27',
        '2026-02-28',
        '2026-03-01'
      ])
      // Five days' searches with and without results, four days' users, clicks and conversions.
      expect(algolia.analytics.calls).toHaveLength(5 * 2 + 4 * 3)
      expect(log).toContainEqual(expect.stringContaining('56 older daily reports of products are left out: at most 4'))
    })
  })
})

describe('alerts', () => {
  it('share a call an endpoint and index, and judge each day since the last run once', async () => {
    await withSearches({}, async ({ run, algolia, state }) => {
      const alert = [
        'searches > 1',
        'searches change < -90%',
        'no_result_rate > 15% for 2 days on products',
        'no_result_rate > 0.15 for 2 days'
      ]
      await run({ alert, since: '2026-02-01', indices: ['products', 'blog'] })
      const calls = callsTo(algolia)
      expect(calls.sort()).toEqual([
        `searches/count 2026-01-25 ${SETTLED}`,
        `searches/count 2026-01-25 ${SETTLED}`,
        `searches/noResultRate 2026-02-01 ${SETTLED}`,
        `searches/noResultRate 2026-02-01 ${SETTLED}`
      ])
      // One that is given twice, for an index and for all, is one.
      const { alerts } = await state()
      expect(alerts).toHaveLength(6)
      await run({ alert, indices: ['products', 'blog'] })
      expect(algolia.analytics.calls).toHaveLength(4)
    })
  })
})

describe('the command line', () => {
  it('takes everything together, sums up, and sends nothing when it is run again, in any time zone', async () => {
    await withSearches({ isNow: true }, async ({ start, sent, segment, webhookUrl, directory, file }) => {
      const config = await file({ zeroResults: true, report: 'weekly', alert: ['no_result_rate > 15%'] })
      const variables = { SEARCHES_WEBHOOK_URL: webhookUrl, TZ: 'Pacific/Auckland' }
      const first = start(
        ['--config', config, '--metrics', 'metrics.json', '--alert', 'searches > 0', '--alert', 'users > 0'],
        variables
      )
      expect(await first.ended).toBe(0)
      expect(first.stdout).toBe('')
      expect(first.stderr).toMatch(
        /^Search analytics of products in the application LOCALALGOLIA \(us\): 2 alerts, 1 report and searches without results of 1 day, up to \d{4}-\d\d-\d\d; at least 10 calls to Algolia; sending to Segment \(us, http:\S+\) and to the webhook\.\nDelivered: \d+ searches without results, 1 report, 2 alerts started, 0 ended, 3 messages to the webhook, 10 calls to Algolia, \d+ requests? to Segment, 0 waits \(0\.0 s\), 0 retries, \d+\.\d s\.\n$/
      )
      expect(sent('Search Metric Alert')).toHaveLength(2)
      expect(segment.messages).toHaveLength(3)
      const metrics = JSON.parse(await readFile(`${directory}/metrics.json`, 'utf8')) as {
        outcome: string
        events: Record<string, number>
      }
      expect(metrics).toMatchObject({
        outcome: 'delivered',
        events: { reports: 1, alertsStarted: 2 },
        webhook: { taken: 3, kept: 0 },
        bill: { users: 1, calls: sent().length }
      })
      const { requests } = segment.statistics
      const again = start(['--zero-results', '--report', 'weekly', '--alert', 'searches > 0'], {
        ...variables,
        TZ: 'America/Los_Angeles',
        SEARCHES_ALERT: 'ignored > as a flag wins'
      })
      expect(await again.ended).toBe(0)
      expect(again.stderr).toMatch(/: nothing is due up to .*\nDelivered: 0 searches .* 0 calls to Algolia, 0 requests/)
      expect(segment.statistics.requests).toBe(requests)
    })
  })

  it('prints what it would send in a dry run, which writes nothing and may run beside another run', async () => {
    await withSearches({ isNow: true }, async ({ start, segment, webhookUrl, stateFile, file }) => {
      await file(0, 'state.json.lock')
      const dry = start(['--zero-results', '--report', 'daily', '--dry-run', '--every', '1h'], {
        SEARCHES_WEBHOOK_URL: webhookUrl
      })
      expect(await dry.ended).toBe(0)
      const lines = dry.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
      expect(lines.filter(({ type }) => type === 'track').length).toBeGreaterThan(10)
      expect(lines.filter(({ blocks }) => blocks !== undefined)).toHaveLength(1)
      expect(dry.stderr).toMatch(/Nothing was sent: \d+ searches.*\nA run would send \d+ events about 1 user/)
      expect(segment.statistics.requests).toBe(0)
      expect(segment.messages).toEqual([])
      await expect(readFile(stateFile)).rejects.toThrow('ENOENT')
    })
  })

  it.concurrent.each<[string, string[], Record<string, string>, RegExp]>([
    ['nothing is to be done', [], {}, /nothing to do: give --zero-results, --report or --alert/],
    ['an index is missing', ['--zero-results'], { SEARCHES_INDICES: '' }, /lacks indices \(SEARCHES_INDICES\)/],
    [
      'an alert has no such metric',
      ['--alert', 'no_rslt > 3'],
      {},
      /alert\.0: "no_rslt > 3" can't be read: "no_rslt" is no metric/
    ],
    [
      'the second alert of a variable is wrong',
      [],
      { SEARCHES_ALERT: 'searches > 3; searches % 3' },
      /alert\.1: "searches % 3" can't be read: after searches comes "%"/
    ],
    [
      'an alert names another index',
      ['--alert', 'users < 3 on prodcts'],
      {},
      /prodcts stands after "on" and is not among/
    ],
    ['a period is none', ['--report', 'monthly'], {}, /report: must be daily or weekly/],
    ['a day is none', ['--zero-results', '--since', '2026-02-29'], {}, /since: must be a day such as/],
    ['a duration is none', ['--zero-results', '--settle', '1'], {}, /settle: must be a duration/],
    [
      'the webhook is no address',
      ['--zero-results'],
      { SEARCHES_WEBHOOK_URL: `ftp://hooks/${WEBHOOK_SECRET}` },
      /webhookUrl: must be an address that begins with/
    ],
    ['the webhook comes as a flag', ['--webhook-url', 'http://hook'], {}, /unknown option '--webhook-url'/],
    [
      'the state has no place',
      ['--zero-results', '--state', 'nowhere/state.json'],
      {},
      /state can't be kept in nowhere\/state.json \(ENOENT\)/
    ],
    [
      'Algolia refuses the key',
      ['--zero-results'],
      { ALGOLIA_API_KEY: 'other' },
      /Algolia refused the credentials \(401\)/
    ],
    ['Segment refuses the key', ['--zero-results'], { SEGMENT_WRITE_KEY: 'other' }, /Segment refused the write key/]
  ])('exits with 1 and says why when %s', async (_, args, variables, message) => {
    await withSearches({ isNow: true }, async ({ start, sent }) => {
      const running = start(args, variables)
      expect(await running.ended).toBe(1)
      expect(running.stderr).toMatch(message)
      expect(sent()).toEqual([])
    })
  })

  it('names an index that there is not, does all else, and exits with 1', async () => {
    await withSearches({ isNow: true }, async ({ start, sent, algolia }) => {
      const args = ['--zero-results', '--report', 'weekly', '--alert', 'searches > 0']
      const running = start(args, { SEARCHES_INDICES: 'nowhere,products' })
      expect(await running.ended).toBe(1)
      expect(running.stderr).toMatch(
        /Error: There is no index nowhere in the analytics of the application LOCALALGOLIA/
      )
      expect(sent('Top Searches Reported')).toHaveLength(1)
      expect(sent('Search Metric Alert')).toHaveLength(1)
      expect(queriesOf(sent('Search Returned No Results')).length).toBeGreaterThan(10)
      expect(algolia.analytics.calls.filter(({ path }) => path.includes('nowhere'))).toHaveLength(1)
    })
  })

  it('refuses a second run with one state, and takes over from one that was killed', async () => {
    await withSearches({ isNow: true }, async ({ start, file }) => {
      await file(process.pid, 'state.json.lock')
      const second = start(['--zero-results'])
      expect(await second.ended).toBe(2)
      expect(second.stderr).toMatch(
        new RegExp(`Another run with the same state is going on \\(process ${process.pid}\\)`)
      )
      await file(999_999_999, 'state.json.lock')
      expect(await start(['--zero-results']).ended).toBe(0)
    })
  })

  it('begins anew with a warning for another source in Segment, and refuses a damaged state', async () => {
    await withSearches({}, async ({ run, log, segment, sent, file }) => {
      await run({ zeroResults: true })
      const before = sent().length
      segment.writeKey = 'another-write-key'
      expect((await run({ zeroResults: true, segmentWriteKey: 'another-write-key' })).outcome).toBe('delivered')
      expect(log).toContainEqual(expect.stringContaining('Segment source has changed since the state was written'))
      expect(segment.statistics.repeated).toBe(before)
      await file({ version: 2 }, 'state.json')
      expect(await run({ zeroResults: true })).toMatchObject({
        outcome: 'failed',
        error: { kind: 'config', message: expect.stringContaining('is damaged, or another version has written it') }
      })
    })
  })

  it('runs again and again, serves metrics, and ends in order when it is told to', async () => {
    await withSearches({ isNow: true }, async ({ start, segment, webhookUrl }) => {
      const running = start(['--report', 'weekly', '--every', '1s', '--metrics-port', '0'], {
        SEARCHES_WEBHOOK_URL: webhookUrl
      })
      await until(() => (running.stderr.match(/Delivered/g) ?? []).length >= 2)
      const [, address] = /Metrics are served on (\S+),/.exec(running.stderr) ?? []
      const metrics = await (await fetch(`http://${address}/metrics`)).text()
      expect(metrics).toMatch(/^algolia_searches_reports_total 1$/m)
      expect(metrics).toMatch(/^algolia_searches_webhook_messages_total 1$/m)
      expect(metrics).toMatch(/^algolia_searches_runs_total\{outcome="delivered"\} [2-9]$/m)
      running.child.kill('SIGTERM')
      expect(await running.ended).toBe(2)
      expect(segment.messages).toHaveLength(1)
    })
  })
})
