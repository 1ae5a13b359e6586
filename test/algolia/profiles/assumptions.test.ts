import * as fc from 'fast-check'
import { Chance } from '../../support/chance'
import { populateWith, TIMES, TOKENS } from '../../support/populations'
import { SimulatedAlgolia, type SimulationOptions } from '../../support/simulated-algolia'
import { catalogOf, configuration, type HostState, readInProcess, type ReadInProcess } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

/** What a read takes for granted, and what becomes of it where that doesn't hold. */

const HOUR = 3_600_000
const LONG = process.env.LONG === '1'

class World {
  readonly clock = new VirtualClock()
  readonly algolia: SimulatedAlgolia

  constructor(
    readonly chance: Chance,
    options: Partial<SimulationOptions> = {}
  ) {
    const rateLimit = { calls: 500, seconds: 60 }
    this.algolia = new SimulatedAlgolia({ clock: this.clock, latency: () => 300, rateLimit, ...options })
  }

  /** Reads, until it is killed by the answer to a call. */
  read(state: readonly HostState[], killedAt = Infinity): Promise<ReadInProcess> {
    const stop = new AbortController()
    const from = this.algolia.calls
    const createTransport = () => ({
      host: this.algolia.host,
      send: (path: string, signal: AbortSignal) => {
        if (this.algolia.calls - from >= killedAt) stop.abort(new Error('killed'))
        return this.algolia.send(path, signal)
      },
      close: () => this.algolia.close()
    })
    const input = { config: configuration({ pageSize: 20 }), catalog: catalogOf('profiles'), state }
    return readInProcess(input, { clock: this.clock, random: this.chance.next, createTransport }, stop.signal)
  }
}

describe('the order of user tokens', () => {
  const ORDERS: Record<string, (userToken: string) => string> = {
    'the expected one': (userToken) => userToken,
    'one that ignores case': (userToken) => userToken.toLowerCase() + userToken,
    'capitals last': (userToken) => userToken.replace(/[A-Za-z]/g, (letter) => (letter < 'a' ? `~${letter}` : letter)),
    backwards: (userToken) => [...userToken].map((letter) => String.fromCharCode(200 - letter.charCodeAt(0))).join(''),
    none: (userToken) =>
      String(new Chance(userToken.length * 31 + userToken.charCodeAt(2) * 7 + userToken.charCodeAt(4)).next()) +
      userToken
  }

  test.each(Object.keys(ORDERS))(
    'is %s: nothing is lost, killed or not',
    async (order) => {
      const given = fc.record({
        seed: fc.integer(),
        tokens: fc.constantFrom(...TOKENS),
        times: fc.constantFrom(...TIMES),
        kills: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 })
      })
      await fc.assert(
        fc.asyncProperty(given, async ({ seed, tokens, times, kills }) => {
          const chance = new Chance(seed)
          const world = new World(chance, { placeOf: ORDERS[order] as (userToken: string) => string })
          populateWith(world.algolia, { tokens, times }, 800, chance)
          const rows: string[] = []
          let state: HostState[] = []
          for (const killedAt of [...kills, Infinity]) {
            const read = await world.read(state, killedAt)
            rows.push(...read.userTokens())
            state = read.lastStates.length > 0 ? read.lastStates : state
          }
          expect(new Set(rows)).toEqual(new Set(world.algolia.profiles.keys()))
          // What comes again is known by its token in one run, and by its place in the expected order after a kill.
          if (kills.length === 0 || order === 'the expected one') expect(rows).toHaveLength(world.algolia.profiles.size)
        }),
        { numRuns: LONG ? 200 : 6, endOnFailure: true }
      )
    },
    600_000
  )
})

test('one node of several whose clock is an hour ahead does not move the cursor, whatever part of the pages it answers', async () => {
  const part = fc.constantFrom(0.3, 0.9, 1)
  const given = fc.record({ seed: fc.integer(), profiles: fc.constantFrom(5, 60, 400), part })
  await fc.assert(
    fc.asyncProperty(given, async ({ seed, profiles, part }) => {
      const chance = new Chance(seed)
      let isFirst = true
      const world: World = new World(chance, {
        onCall: () => {
          const ahead = isFirst || chance.happens(part)
          isFirst = false
          return ahead ? { headers: { date: new Date(world.clock.now() + HOUR).toUTCString() } } : undefined
        }
      })
      populateWith(world.algolia, { tokens: 'random', times: 'even' }, profiles, chance)
      const begin = world.clock.now()
      const read = await world.read([])
      const cursor = /"cursor":"([^"]+)"/.exec(JSON.stringify(read.lastStates))?.[1] ?? ''
      expect(Date.parse(cursor)).toBeLessThanOrEqual(begin - 600_000)
    }),
    { numRuns: LONG ? 300 : 15, endOnFailure: true }
  )
}, 600_000)
