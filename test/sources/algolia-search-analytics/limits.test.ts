import { API_KEY, catalogOf, runSource } from '../../support/source'
import {
  analyticsConfig,
  NOW,
  readAnalytics,
  SimulatedAnalytics,
  STREAM_NAMES,
  withAnalytics,
  worldOf
} from '../../support/search-analytics'
import { VirtualClock } from '../../support/virtual-clock'

const LIST = 'searches_without_clicks'

async function check(url: string, config: unknown) {
  const { messages } = await runSource('check', { source: 'algolia-search-analytics', url, config })
  const [message] = messages.filter(({ type }) => type === 'CONNECTION_STATUS')
  if (message?.type !== 'CONNECTION_STATUS') throw new Error('There is no status')
  return message.connectionStatus
}

test('check asks for the status of each index, and says what a first read takes', async () => {
  await withAnalytics(async (algolia) => {
    const config = analyticsConfig({ indices: ['products', 'blog'], filterAttributes: ['brand'] })
    const { status, message } = await check(algolia.analytics.url, config)
    const paths = algolia.analytics.calls.map(({ path }) => path)
    expect(paths.sort()).toEqual(['/2/status?index=blog', '/2/status?index=products'])
    expect(status).toBe('SUCCEEDED')
    expect(message).toContain(`: ${2 * (10 + 3 * 8)} calls, about a minute`)
  })
})

test('check names the indices that there are not, of twenty at most', async () => {
  await withAnalytics(async (algolia) => {
    const config = analyticsConfig({ indices: ['products', 'prodcuts', 'no such'] })
    const { status, message } = await check(algolia.analytics.url, config)
    expect(status).toBe('FAILED')
    expect(message).toContain('prodcuts and no such')
    algolia.analytics.clearCalls()
    const many = Array.from({ length: 25 }, (_, place) => `index ${place}`)
    await check(algolia.analytics.url, analyticsConfig({ indices: many }))
    expect(algolia.analytics.calls).toHaveLength(20)
  })
})

test.each([
  ['a wrong key', { apiKey: 'wrong' }, 401],
  ['a key without the ACL', { apiKey: 'search-only' }, 403]
])('%s is a config error that names the ACL, and not the key', async (_, changes, status) => {
  await withAnalytics(
    async (algolia) => {
      const run = await readAnalytics(analyticsConfig(changes), catalogOf('searches', 'top_hits'), worldOf(algolia))
      expect(run.thrown).toMatchObject({ kind: 'config', status })
      const { message } = run.thrown as Error
      for (const word of ['application', 'API key', 'ACL analytics', 'region']) expect(message).toContain(word)
      expect(message).not.toMatch(new RegExp(`wrong|search-only|${API_KEY}`))
      expect(run.statuses('searches')).toEqual(['STARTED', 'INCOMPLETE'])
    },
    { keys: { 'search-only': ['search'] } }
  )
})

test('what may pass is tried again; a page of HTML that says 404 is no missing index', async () => {
  await withAnalytics(async (algolia) => {
    const { faults } = algolia.analytics
    faults.drop('before', { call: 1 })
    faults.htmlPage({ status: 503, call: 2 })
    const run = await readAnalytics(analyticsConfig(), catalogOf(...STREAM_NAMES.slice(0, 10)), worldOf(algolia))
    expect([run.thrown, run.summary.retries, run.rows('purchase_rate').length]).toEqual([undefined, 2, 3])
    faults.htmlPage({ status: 404 })
    const stranger = await readAnalytics(analyticsConfig(), catalogOf('searches'), worldOf(algolia))
    expect(stranger.thrown).toMatchObject({ kind: 'config', status: 404 })
    expect(stranger.logs('WARN')).toEqual([])
  })
})

test.each([200, 3000])(
  'at 100 calls a minute a long read uses 95 in 100 of them and never meets a 429; answers take %d ms',
  async (latency) => {
    const clock = new VirtualClock(NOW)
    const analytics = new SimulatedAnalytics(clock, latency)
    const environment = { clock, random: () => 0.5, createTransport: () => analytics }
    const days = 425
    const run = await readAnalytics(analyticsConfig({ startDate: '2024-12-31' }), catalogOf(LIST), environment)
    expect([run.thrown, run.rows(LIST).length]).toEqual([undefined, days])
    expect(analytics.statuses).toEqual(Array.from({ length: days }, () => 200))
    // By the limit alone, the last of them could go out after four whole minutes.
    const least = Math.floor((days - 1) / 100) * 60_000
    expect(run.logs()[0]).toContain(`${days} calls, about 5 minutes at 100 of the 100`)
    expect((clock.now() - NOW - latency) * 0.95).toBeLessThan(Math.max(least, (days / 100) * 60_000))
  }
)

test('of the calls that may be used, no minute has more', async () => {
  const clock = new VirtualClock(NOW)
  const analytics = new SimulatedAnalytics(clock, 100)
  const at: number[] = []
  const transport = {
    host: analytics.host,
    close: () => analytics.close(),
    send: (path: string, signal: AbortSignal) => {
      at.push(clock.now())
      return analytics.send(path, signal)
    }
  }
  const environment = { clock, random: () => 0.5, createTransport: () => transport }
  const config = analyticsConfig({ startDate: '2025-10-01', callsPerMinute: 40 })
  const run = await readAnalytics(config, catalogOf(LIST), environment)
  expect([run.thrown, at.length]).toEqual([undefined, 151])
  for (const [place, time] of at.entries()) expect(time - (at[place - 40] ?? -Infinity)).toBeGreaterThanOrEqual(60_000)
  expect(run.logs()[0]).toContain('151 calls, about 4 minutes at 40 of the 100')
})
