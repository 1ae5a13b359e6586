import { setTimeout as wait } from 'node:timers/promises'
import { Chance } from '../../support/chance'
import { API_KEY, catalogOf, type HostState, type SourceRun, startSource } from '../../support/source'
import { analyticsConfig, NOW, readAnalytics, withAnalytics, worldOf } from '../../support/search-analytics'

const KILLS = process.env.LONG ? 60 : 5
const STREAMS = ['searches', 'revenue', 'top_countries', 'searches_without_results']

test(`killed ${KILLS} times at random moments and resumed, a read loses no row`, async () => {
  const chance = new Chance(Number(process.env.SEED ?? 4711))
  await withAnalytics(
    async (algolia) => {
      // Fewer than half of the calls of a minute, which come without a pause.
      const config = analyticsConfig({
        indices: ['products', 'blog'],
        limit: 20,
        startDate: '2026-02-20',
        apiKey: API_KEY
      })
      const catalog = catalogOf(...STREAMS)
      const url = algolia.urls.analytics
      const runs: SourceRun[] = []
      const states = new Map<string, HostState>()
      const seen = new Set<string>()
      for (;;) {
        const state = [...states.values()]
        const running = await startSource('read', { source: 'algolia-search-analytics', url, config, catalog, state })
        if (runs.length < KILLS) {
          // Once it has written something, and at a random moment of what is left.
          while (running.stdout === '' && running.process.exitCode === null) await wait(2)
          await wait(chance.below(150))
          running.process.kill('SIGKILL')
        }
        const run = await running.ended
        runs.push(run)
        // A row counts where a state that came after it covers it: a host keeps no others.
        for (const stream of STREAMS) {
          let uncovered: string[] = []
          for (const message of run.messages) {
            if (message.type === 'RECORD' && message.record.stream === stream) {
              uncovered.push(JSON.stringify([stream, message.record.data]))
            } else if (message.type === 'STATE' && message.state.stream?.stream_descriptor.name === stream) {
              for (const row of uncovered) seen.add(row)
              uncovered = []
              states.set(stream, message.state)
            }
          }
        }
        if (run.signal === null) break
      }
      expect(runs.at(-1)?.exitCode).toBe(0)
      expect(runs.filter(({ signal }) => signal === 'SIGKILL').length).toBeGreaterThan(KILLS / 2)
      const whole = await readAnalytics(
        config,
        catalog,
        worldOf(algolia, () => NOW)
      )
      const expected = STREAMS.flatMap((stream) => whole.rows(stream).map((row) => JSON.stringify([stream, row])))
      expect(expected.length).toBeGreaterThan(300)
      expect(seen).toEqual(new Set(expected))
    },
    { latency: 20 }
  )
}, 120_000)
