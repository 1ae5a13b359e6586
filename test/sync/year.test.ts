import { keepSyncing, syncProfiles } from '../../src/sync'
import { Chance } from '../support/chance'
import { config, sentTo, withBench } from '../support/segment'
import { SimulatedAlgolia } from '../support/simulated-algolia'
import { VirtualClock } from '../support/virtual-clock'

const DAYS = 365
const DAY = 86_400_000

it('a year of daily runs sends each change once, nothing else, and misses none', async () => {
  const chance = new Chance(Number(process.env.SEED ?? 815))
  await withBench({ profiles: 0 }, async ({ segment, stateFile }) => {
    const clock = new VirtualClock()
    const algolia = new SimulatedAlgolia({ clock })
    const shop = (): void => {
      const now = clock.now() * 1_000
      const tokens = [...algolia.profiles.keys()]
      const somebody = (): string => tokens[chance.below(tokens.length)] ?? 'anonymous-0'
      for (let times = 0; times < 3; times += 1) algolia.put(somebody(), now)
      algolia.put(`anonymous-${algolia.profiles.size}`, now)
      // Their times move, and nothing else does.
      for (let times = 0; times < 5; times += 1) {
        const token = somebody()
        algolia.profiles.set(token, { ...algolia.profiles.get(token)!, updatedAt: now })
      }
    }
    const stop = new AbortController()
    const last = new Map<string, string>()
    let [runs, told, changes] = [0, 0, 0]
    await keepSyncing(
      async () => {
        shop()
        clock.advance(1_000)
        const expected = [...algolia.profiles].filter(([token, { version }]) => last.get(token) !== `v${version}`)
        const options = { config: { ...config, userIdPattern: undefined }, stateFile }
        const environment = { clock, random: () => 0, createTransport: () => algolia, segmentUrl: segment.url }
        expect((await syncProfiles(options, environment)).outcome).toBe('delivered')
        for (const { traits } of sentTo(segment).slice(told)) last.set(traits.algolia_user_id, traits.algolia_user_type)
        changes += expected.length
        told = segment.calls.length
        expect(told).toBe(changes)
        runs += 1
        if (runs === DAYS) stop.abort()
        return true
      },
      { interval: DAY, clock, signal: stop.signal }
    )
    expect(runs).toBe(DAYS)
    for (const [token, { version }] of algolia.profiles) expect(last.get(token)).toBe(`v${version}`)
    expect(segment.statistics).toMatchObject({ repeated: 0, rejected: 0 })
  })
}, 120_000)
