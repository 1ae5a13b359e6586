import { setTimeout as wait } from 'node:timers/promises'
import { startLocalAlgolia, type LocalAlgolia, type Profile } from '../../../src/local/algolia'
import { Chance } from '../../support/chance'
import {
  API_KEY,
  catalogOf,
  configuration,
  type HostState,
  type SourceRun,
  startSource,
  type StreamName
} from '../../support/source'

const LONG = process.env.LONG === '1'
const KILLS = LONG ? 1000 : 14
const PROFILES = 2000
const PAGE_SIZE = 20

let algolia: LocalAlgolia
beforeAll(async () => {
  algolia = await startLocalAlgolia({ apiKey: API_KEY, profiles: PROFILES, rateLimit: false, latency: 15 })
})
afterAll(() => algolia.close())

/**
 * Reads until done: each run goes on from the last whole STATE of the one before, and all but the last are killed.
 * @returns the runs, the last one whole
 */
async function readKilling(streams: readonly StreamName[], kills: number, chance: Chance): Promise<SourceRun[]> {
  const runs: SourceRun[] = []
  const state = new Map<string, HostState>()
  for (;;) {
    const running = await startSource('read', {
      url: algolia.url,
      config: configuration({ pageSize: PAGE_SIZE, concurrency: 6 }),
      catalog: catalogOf(...streams),
      state: [...state.values()]
    })
    // Once it has written something, at a random moment of what is left of a second: a read takes a bit more.
    if (runs.length < kills) {
      while (running.stdout === '' && running.process.exitCode === null) await wait(2)
      await wait(chance.happens(0.2) ? 0 : 600 * chance.next())
      running.process.kill('SIGKILL')
    }
    const run = await running.ended
    runs.push(run)
    for (const stream of streams) {
      const last = run.states(stream).at(-1)
      if (last !== undefined) state.set(stream, last)
    }
    if (run.signal === null) return runs
    expect(run.signal).toBe('SIGKILL')
  }
}

test(
  `killed ${KILLS} times at random moments and resumed, a read loses no profile and repeats little`,
  async () => {
    const chance = new Chance(Date.now())
    const expected = new Map<StreamName, number>([
      ['profiles', PROFILES],
      ['affinities', sumOf(({ affinities }) => affinities.length)],
      ['segments', sumOf(({ segments = [] }) => segments.length)]
    ])
    let kills = 0
    while (kills < KILLS) {
      const streams = chance.oneOf(SELECTIONS)
      const runs = await readKilling(streams, Math.min(KILLS - kills, 1 + chance.below(5)), chance)
      kills += runs.length - 1
      expect(runs.at(-1)?.exitCode).toBe(0)
      for (const stream of streams) expect(covered(runs, stream)).toBe(expected.get(stream))
      const rows = runs.reduce((count, run) => count + run.rows('profiles').length, 0)
      // A page whose states a kill cut off; those of another stream may have been whole.
      expect(rows - PROFILES).toBeLessThanOrEqual(2 * PAGE_SIZE * (runs.length - 1))
    }
  },
  KILLS * 10_000
)

const SELECTIONS: readonly StreamName[][] = [
  ['profiles'],
  ['profiles', 'affinities', 'segments'],
  ['segments', 'profiles']
]

function sumOf(count: (profile: Profile) => number): number {
  return [...algolia.profiles].reduce((sum, profile) => sum + count(profile), 0)
}

/** How many rows of a stream, told apart by their primary key, came before a state that covers them. */
function covered(runs: readonly SourceRun[], stream: StreamName): number {
  const keys = new Set<string>()
  for (const run of runs) {
    let uncovered: string[] = []
    for (const message of run.messages) {
      if (message.type === 'RECORD' && message.record.stream === stream) {
        const { algolia_user_id, algolia_affinity_id, algolia_segment_id, algolia_segment_source } = message.record.data
        uncovered.push(
          JSON.stringify([algolia_user_id, algolia_affinity_id, algolia_segment_id, algolia_segment_source])
        )
      } else if (message.type === 'STATE' && message.state.stream?.stream_descriptor.name === stream) {
        for (const key of uncovered) keys.add(key)
        uncovered = []
      }
    }
  }
  return keys.size
}
