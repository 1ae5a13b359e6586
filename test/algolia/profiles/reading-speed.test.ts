import { browseProfiles, type BrowseOptions } from '../../../src/sources/algolia-profiles'
import { read } from '../../../src/sources/algolia-profiles/source'
import { Chance } from '../../support/chance'
import { populate, type Population } from '../../support/populations'
import { readWhole } from '../../support/reads'
import { SimulatedAlgolia, type SimulationOptions } from '../../support/simulated-algolia'
import { API_KEY, catalogOf, configuration } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

const SECOND = 1000

// Minutes of reading take some seconds, and more on a busy machine.
jest.setTimeout(120_000)
const OPTIONS: BrowseOptions = { appId: 'LOCALALGOLIA', apiKey: API_KEY, region: 'us' }
const PAGE_SIZE = 10

interface ReadSpeed {
  readonly calls: number
  /** Calls in each period of the limit, the first and the last one left out. */
  readonly wholePeriods: number[]
  readonly seconds: number
  readonly refused: number
  readonly mostUnderWay: number
  readonly userTokens: number
}

/** Reads a population whole, on virtual time, at a latency that varies by a fifth, or for each 20th call is `each20th`. */
async function speedOf(
  population: Population,
  profiles: number,
  {
    milliseconds,
    each20th,
    rateLimit
  }: { milliseconds: number; each20th?: number; rateLimit?: SimulationOptions['rateLimit'] },
  concurrency = 8
): Promise<ReadSpeed> {
  const clock = new VirtualClock()
  const chance = new Chance(profiles + milliseconds)
  const begin = clock.now()
  const periods = new Map<number, number>()
  const algolia: SimulatedAlgolia = new SimulatedAlgolia({
    clock,
    rateLimit,
    latency: () =>
      each20th !== undefined && algolia.calls % 20 === 0 ? each20th : milliseconds * (0.8 + 0.4 * chance.next()),
    onCall: () => {
      const period = Math.floor(algolia.now() / SECOND / (rateLimit?.seconds ?? 60))
      periods.set(period, (periods.get(period) ?? 0) + 1)
    }
  })
  populate(algolia, population, profiles, chance)
  const input = { config: configuration({ pageSize: PAGE_SIZE, concurrency }), catalog: catalogOf('profiles') }
  const environment = { clock, random: chance.next, createTransport: () => algolia }
  const userTokens = new Set<unknown>()
  for await (const group of read(input, environment, new AbortController().signal)) {
    for (const message of group) if (message.type === 'RECORD') userTokens.add(message.record.data.algolia_user_id)
  }
  expect(userTokens.size).toBe(algolia.profiles.size)
  return {
    calls: algolia.calls,
    wholePeriods: [...periods.values()].slice(0, -1),
    seconds: (clock.now() - begin) / SECOND,
    refused: algolia.statuses.filter((status) => status === 429).length,
    mostUnderWay: algolia.mostUnderWay,
    userTokens: userTokens.size
  }
}

const MINUTELY = { calls: 500, seconds: 60 }
const LEAST = 1200
const MANY = LEAST * PAGE_SIZE

describe('a large read', () => {
  test.each<[Population, number]>([
    ['uniform', 200],
    ['most of them lately', 200]
  ])(
    'of profiles that lie %s, at %d ms, uses 95 %% of the calls, is never refused, and repeats little',
    async (population, milliseconds) => {
      const speed = await speedOf(population, MANY, { milliseconds, rateLimit: MINUTELY })
      for (const calls of speed.wholePeriods) expect(calls).toBeGreaterThanOrEqual(475)
      expect(speed.refused).toBe(0)
      expect(speed.calls).toBeLessThanOrEqual(1.02 * LEAST + 8)
      expect(speed.mostUnderWay).toBeLessThanOrEqual(8)
      expect(speed.seconds).toBeLessThan(200)
    }
  )

  test.each<[Population]>([['at one instant'], ['within one second'], ['clustered']])(
    'of profiles that can hardly be told apart by time (%s) costs next to no more calls',
    async (population) => {
      const speed = await speedOf(population, MANY, { milliseconds: 700, rateLimit: MINUTELY })
      expect(speed.refused).toBe(0)
      expect(speed.calls).toBeLessThanOrEqual(1.02 * LEAST + 8)
    }
  )

  test('is not refused where the limit has shorter periods than documented', async () => {
    const speed = await speedOf('uniform', MANY, { milliseconds: 200, rateLimit: { calls: 50, seconds: 6 } })
    expect(speed.refused).toBe(0)
    // What a single chain can do: that more would be worth it isn't known when they would be cheap.
    for (const calls of speed.wholePeriods.slice(2)) expect(calls).toBeGreaterThanOrEqual(28)
  })

  test.each([1, 2, 4, 16])(
    'never makes more calls at the same time than the configuration allows: %d',
    async (concurrency) => {
      const speed = await speedOf('uniform', 3000, { milliseconds: 300 }, concurrency)
      expect(speed.mostUnderWay).toBeLessThanOrEqual(concurrency)
      expect(speed.mostUnderWay).toBeGreaterThanOrEqual(Math.min(concurrency, 6))
    }
  )

  test('costs no call more than it must where one chain of calls uses the limit up', async () => {
    const speed = await speedOf('uniform', MANY, { milliseconds: 80, rateLimit: MINUTELY })
    expect(speed.calls).toBe(LEAST)
    expect(speed.mostUnderWay).toBe(1)
  })

  test('costs no call more than it must where a call now and then takes long', async () => {
    const speed = await speedOf('uniform', MANY, { milliseconds: 80, each20th: 2000, rateLimit: MINUTELY })
    expect(speed.calls).toBe(LEAST)
    expect(speed.mostUnderWay).toBe(1)
  })
})

describe('browsing', () => {
  test.each([1, 4])('makes no more calls at the same time than it is told, and as many: %d', async (concurrency) => {
    const clock = new VirtualClock()
    const algolia = new SimulatedAlgolia({ clock, latency: () => 2 * SECOND, rateLimit: MINUTELY })
    populate(algolia, 'uniform', 1500, new Chance(1))
    const environment = { clock, random: () => 0.5, createTransport: () => algolia }
    const userTokens = new Set<string>()
    for await (const page of browseProfiles({ ...OPTIONS, pageSize: PAGE_SIZE, concurrency }, environment)) {
      for (const { userID } of page) userTokens.add(userID)
    }
    expect(userTokens.size).toBe(algolia.profiles.size)
    expect(algolia.mostUnderWay).toBe(concurrency)
  })

  test('keeps to the limit of Algolia', async () => {
    const clock = new VirtualClock()
    const algolia = new SimulatedAlgolia({ clock, latency: () => 50, rateLimit: { calls: 30, seconds: 60 } })
    populate(algolia, 'uniform', 1000, new Chance(1))
    let profiles = 0
    const environment = { clock, random: () => 0.5, createTransport: () => algolia }
    for await (const page of browseProfiles({ ...OPTIONS, pageSize: PAGE_SIZE }, environment)) profiles += page.length
    expect(profiles).toBe(1000)
    expect(new Set(algolia.statuses)).toEqual(new Set([200]))
  })
})

test.each([0, 1, 9, 10, 11, 30])('a read of %d profiles costs no call more than it must', async (profiles) => {
  const speed = await speedOf('uniform', profiles, { milliseconds: 200, rateLimit: MINUTELY })
  expect(speed.calls).toBe(Math.max(1, Math.ceil(profiles / PAGE_SIZE)))
})

describe('how many pages are left', () => {
  const given = {
    times: 'bursty',
    profiles: 60_000,
    pageSize: 100,
    concurrency: 8,
    limit: 500,
    second: 5,
    seed: 3
  } as const

  test.each([50, 300])('is about right from early on where user tokens are random, at %d ms', async (latency) => {
    const { forecasts } = await readWhole({ ...given, tokens: 'random', latency })
    for (const { said, left } of forecasts.slice(40, -40)) {
      expect(said).toBeGreaterThan(0.7 * left)
      expect(said).toBeLessThan(1.4 * left)
    }
    expect(forecasts.at(-1)).toEqual({ said: 0, left: 0 })
  })

  test('is not told where kinds of user tokens follow one another', async () => {
    const { forecasts } = await readWhole({ ...given, tokens: 'prefixed', latency: 300 })
    expect(forecasts.slice(0, -10).filter(({ said }) => said !== undefined)).toHaveLength(0)
  })
})
