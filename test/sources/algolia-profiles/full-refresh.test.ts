import * as fc from 'fast-check'
import { Chance } from '../../support/chance'
import { changeOne, populate, type Population } from '../../support/populations'
import { SimulatedAlgolia } from '../../support/simulated-algolia'
import { catalogOf, configuration, readInProcess } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

/**
 * A full refresh replaces what was there before. A profile that is there all the time has to be in it, however often it is
 * updated meanwhile: no next run makes up for it.
 */
test('a full refresh has every profile that was there all the time, whatever is changed while it goes on', async () => {
  let splits = 0
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(),
        population: fc.constantFrom<Population>('uniform', 'clustered', 'user tokens that grow with time'),
        latency: fc.constantFrom(50, 500),
        changes: fc.integer({ min: 10, max: 200 })
      }),
      async ({ seed, population, latency, changes }) => {
        const chance = new Chance(seed)
        const clock = new VirtualClock()
        const algolia: SimulatedAlgolia = new SimulatedAlgolia({
          clock,
          latency: () => latency * (0.5 + chance.next()),
          onCall: () => {
            for (let left = changes / 100; left > 0; left -= 1) {
              if (chance.happens(Math.min(1, left))) changeOne(algolia, chance)
            }
          }
        })
        populate(algolia, population, 500, chance)
        const atFirst = [...algolia.profiles.keys()]
        const input = {
          config: configuration({ pageSize: 4, concurrency: 8 }),
          catalog: catalogOf(['profiles', 'full_refresh'])
        }
        const read = await readInProcess(input, { clock, random: chance.next, createTransport: () => algolia })
        if (algolia.mostUnderWay > 1) splits += 1
        const seen = new Set(read.userTokens())
        const allTheTime = atFirst.filter((userToken) => algolia.profiles.has(userToken))
        expect(allTheTime.filter((userToken) => !seen.has(userToken))).toEqual([])
      }
    ),
    { numRuns: 40 }
  )
  expect(splits).toBeGreaterThan(20)
}, 120_000)
