import { catalogOf, type HostState, type ReadInProcess, runSource, type SyncMode } from '../../support/source'
import {
  analyticsConfig,
  NOW,
  pathsCalled,
  readAnalytics,
  STREAM_NAMES,
  withAnalytics,
  worldOf
} from '../../support/search-analytics'

const DAY = 86_400_000
/** Streams of every kind: by day, by currency, lists, and two that share their calls. */
const STREAMS = ['searches', 'revenue', 'top_countries', 'top_filter_attributes', 'top_filters']

/** What a host has got up to a message: the rows as texts, and the last state of each stream. */
function upTo({ messages }: ReadInProcess, end: number): { rows: Set<string>; states: HostState[] } {
  const states = new Map<unknown, HostState>()
  const rows = new Set<string>()
  for (const message of messages.slice(0, end)) {
    if (message.type === 'STATE') states.set(message.state.stream?.stream_descriptor.name, message.state)
    if (message.type === 'RECORD') rows.add(JSON.stringify([message.record.stream, message.record.data]))
  }
  return { rows, states: [...states.values()] }
}

const allOf = (run: ReadInProcess): Set<string> => upTo(run, run.messages.length).rows

test.each(['incremental', 'full_refresh'] as const)(
  '%s: started from any state, what came before it and what comes then are everything',
  async (mode: SyncMode) => {
    await withAnalytics(async (algolia) => {
      const config = analyticsConfig({ indices: ['products', 'blog'], limit: 5 })
      const streams = catalogOf(...STREAMS.map((name) => [name, mode] as const))
      const whole = await readAnalytics(config, streams, worldOf(algolia))
      const everything = allOf(whole)
      const ends = whole.messages.flatMap(({ type }, place) => (type === 'STATE' ? [place + 1] : []))
      expect(ends).toHaveLength(STREAMS.length * 2 * 3)
      for (const end of ends) {
        const { rows, states } = upTo(whole, end)
        const rest = await readAnalytics(config, streams, worldOf(algolia), states)
        expect([end, rest.thrown]).toEqual([end, undefined])
        expect([end, new Set([...rows, ...allOf(rest)])]).toEqual([end, everything])
      }
    })
  }
)

test('days of a stream and index go out ascending, each with a state of its own', async () => {
  await withAnalytics(async (algolia) => {
    const config = analyticsConfig({ indices: ['products', 'blog'] })
    const run = await readAnalytics(config, catalogOf('searches', 'top_countries'), worldOf(algolia))
    for (const stream of ['searches', 'top_countries']) {
      const told = run.messages.flatMap((message) => {
        if (message.type === 'RECORD' && message.record.stream === stream) return [String(message.record.data.date)]
        return message.type === 'STATE' && message.state.stream?.stream_descriptor.name === stream ? ['state'] : []
      })
      const ofIndex = ['2026-02-26', 'state', '2026-02-27', 'state', '2026-02-28', 'state']
      expect(told.filter((one, place) => one !== told[place - 1])).toEqual([...ofIndex, ...ofIndex])
    }
  })
})

test('the next read begins with the days that may still have changed', async () => {
  let now = NOW
  await withAnalytics(
    async (algolia) => {
      const world = worldOf(algolia, () => now)
      const days = async (changes: object, state: unknown): Promise<unknown[]> => {
        const run = await readAnalytics(analyticsConfig({ ...changes }), catalogOf('searches'), world, state)
        expect(run.logs('WARN')).toEqual([])
        return run.rows('searches').map(({ date }) => String(date).slice(5))
      }
      const startDate = '2026-02-20'
      const { lastStates } = await readAnalytics(analyticsConfig({ startDate }), catalogOf('searches'), world)
      now += 2 * DAY
      expect(await days({ startDate }, lastStates)).toEqual(['02-26', '02-27', '02-28', '03-01', '03-02'])
      expect(await days({ startDate, lookbackDays: 0 }, lastStates)).toEqual(['03-01', '03-02'])
      expect(await days({ startDate: '2026-02-28' }, lastStates)).toEqual(['02-28', '03-01', '03-02'])
      // However long ago that was, where there is no start date.
      now += 60 * DAY
      const late = await days({ startDate: '' }, lastStates)
      expect([late[0], late.length, late.at(-1)]).toEqual(['02-26', 65, '05-01'])
    },
    { clock: () => now }
  )
})

test.each([
  ['tags', { tags: 'device:mobile' }],
  ['limit', { limit: 7 }],
  ['filterAttributes', { filterAttributes: ['brand'] }]
])('other %s: everything is read anew, with a warning', async (key, changes) => {
  await withAnalytics(async (algolia) => {
    const streams = catalogOf('top_countries')
    const config = analyticsConfig({ startDate: '2026-02-20' })
    const { lastStates } = await readAnalytics(config, streams, worldOf(algolia))
    algolia.analytics.clearCalls()
    const run = await readAnalytics({ ...config, ...changes }, streams, worldOf(algolia), lastStates)
    expect(pathsCalled(algolia)).toHaveLength(9)
    expect(run.logs('WARN')).toEqual([expect.stringMatching(new RegExp(`^top_countries is read anew .*${key}`))])
    const [state] = run.lastStates as { stream: { stream_state: object } }[]
    expect(state?.stream.stream_state).toMatchObject(changes)
  })
})

test('an earlier start date and a state from the future are read anew, with a warning', async () => {
  await withAnalytics(async (algolia) => {
    const streams = catalogOf('searches')
    const { lastStates } = await readAnalytics(analyticsConfig(), streams, worldOf(algolia))
    const earlier = analyticsConfig({ startDate: '2026-02-20' })
    const run = await readAnalytics(earlier, streams, worldOf(algolia), lastStates)
    expect([run.rows('searches').length, run.logs('WARN').length]).toEqual([9, 1])
    const future = JSON.parse(JSON.stringify(lastStates).replaceAll('2026-02-28', '2026-04-28')) as HostState[]
    const anew = await readAnalytics(analyticsConfig({ lookbackDays: 0 }), streams, worldOf(algolia), future)
    expect([anew.rows('searches').length, anew.logs('WARN').length]).toEqual([3, 1])
  })
})

test('another index is read from the start, and one that is gone leaves the state', async () => {
  await withAnalytics(async (algolia) => {
    const streams = catalogOf('searches')
    const { lastStates } = await readAnalytics(analyticsConfig({ lookbackDays: 0 }), streams, worldOf(algolia))
    const both = analyticsConfig({ indices: ['products', 'blog'], lookbackDays: 0 })
    const run = await readAnalytics(both, streams, worldOf(algolia), lastStates)
    const indices = run.rows('searches').map((row) => row.algolia_index)
    expect([run.logs('WARN'), indices]).toEqual([[], ['blog', 'blog', 'blog']])
    const one = await readAnalytics(analyticsConfig({ indices: ['blog'] }), streams, worldOf(algolia), run.lastStates)
    expect(JSON.stringify(one.lastStates)).not.toContain('products')
  })
})

test('a full refresh that was finished starts over', async () => {
  await withAnalytics(async (algolia) => {
    const streams = catalogOf(['searches', 'full_refresh'])
    const first = await readAnalytics(analyticsConfig(), streams, worldOf(algolia))
    const again = await readAnalytics(analyticsConfig(), streams, worldOf(algolia), first.lastStates)
    expect(again.rows('searches')).toEqual(first.rows('searches'))
  })
})

test("a state that can't be read is refused before any call", async () => {
  await withAnalytics(async (algolia) => {
    const stream = { stream_descriptor: { name: 'searches' }, stream_state: { version: 9 } }
    const state = [{ type: 'STREAM', stream }]
    const run = await readAnalytics(analyticsConfig(), catalogOf('searches'), worldOf(algolia), state)
    expect([run.thrown, algolia.analytics.calls]).toEqual([expect.objectContaining({ kind: 'config' }), []])
  })
})

test('an index that is not there is told once; the others are read and keep their states; then the read fails', async () => {
  await withAnalytics(async (algolia) => {
    const changes = { limit: 5, startDate: '2026-02-28', filterAttributes: ['brand'] }
    const config = analyticsConfig({ indices: ['products', 'prodcuts', 'blog'], ...changes })
    const run = await runSource('read', {
      ...{ source: 'algolia-search-analytics', url: algolia.analytics.url },
      ...{ config, catalog: catalogOf(...STREAM_NAMES) }
    })
    expect(run.exitCode).toBe(1)
    algolia.analytics.clearCalls()
    await readAnalytics(config, catalogOf(...STREAM_NAMES), worldOf(algolia))
    expect(run.error.failure_type).toBe('config_error')
    expect(run.error.message).toContain('prodcuts')
    expect(run.logs('WARN').filter((text) => text.includes('prodcuts'))).toHaveLength(1)
    // It costs one call, however many streams there are.
    expect(algolia.analytics.calls.filter(({ status }) => status === 404)).toHaveLength(1)
    for (const name of STREAM_NAMES) {
      expect(run.statuses(name).at(-1)).toBe('INCOMPLETE')
      expect([name, new Set(run.rows(name).map((row) => row.date)).size]).toEqual([name, 1])
      const state = JSON.stringify(run.states(name).at(-1))
      expect(['products', 'blog', 'prodcuts'].map((index) => state.includes(index))).toEqual([true, true, false])
    }
  })
})
