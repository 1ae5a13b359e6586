import { setMaxListeners } from 'node:events'
import { CallBudget, type LimitHeaders } from '../../../src/algolia/api/rate-limit'
import { PERSONALIZATION } from '../../../src/algolia/api/apis'
import { getUsers } from '../../../src/algolia/profiles/users'
import { AlgoliaClient } from '../../../src/algolia/api/client'
import { Chance } from '../../support/chance'
import { SimulatedAlgolia, type SimulationOptions } from '../../support/simulated-algolia'
import { VirtualClock } from '../../support/virtual-clock'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

interface Use {
  /** Calls of the client in each period that it was there for from beginning to end. */
  readonly wholePeriods: number[]
  readonly refused: number
  readonly algolia: SimulatedAlgolia
}

async function call(client: AlgoliaClient, signal: AbortSignal): Promise<void> {
  const query = { indices: [], affinities: [], after: undefined, before: undefined, limit: 1, pageToken: undefined }
  await getUsers(client, query, signal)
}

/** Lets chains call as fast as they may for some periods. @param others calls a second that somebody else makes */
async function useUp(
  { chains, periods, others = 0 }: { chains: number; periods: number; others?: number },
  simulation: Partial<SimulationOptions> & { rateLimit: { calls: number; seconds: number } }
): Promise<Use> {
  const clock = new VirtualClock()
  const period = simulation.rateLimit.seconds * SECOND
  const calls = new Map<number, number>()
  const algolia: SimulatedAlgolia = new SimulatedAlgolia({
    clock,
    onCall: () => {
      const index = Math.floor(algolia.now() / period)
      calls.set(index, (calls.get(index) ?? 0) + 1)
    },
    ...simulation
  })
  const end = clock.now() + periods * period
  const client = new AlgoliaClient({
    api: PERSONALIZATION,
    transport: algolia,
    apiKey: 'key',
    clock,
    random: new Chance(7).next
  })
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const chain = async (): Promise<void> => {
    while (clock.now() < end) await call(client, signal)
  }
  const somebodyElse = async (): Promise<void> => {
    while (others > 0 && clock.now() < end) {
      await clock.sleep(SECOND / others)
      algolia.takeCall()
    }
  }
  await Promise.all([...Array.from({ length: chains }, chain), somebodyElse()])
  const whole = [...calls].sort(([one], [other]) => one - other).slice(1, -1)
  return {
    wholePeriods: whole.map(([, count]) => count),
    refused: algolia.statuses.filter((status) => status === 429).length,
    algolia
  }
}

describe('chains that call as fast as they may', () => {
  const rateLimit = { calls: 500, seconds: 60 }

  test.each([
    [20, 2],
    [200, 3],
    [500, 6],
    [1000, 10],
    [1000, 16]
  ])(
    'use at least 95 %% of the calls at a latency of %d ms in %d chains, and are never refused',
    async (ms, chains) => {
      const chance = new Chance(ms)
      const latency = (): number => ms * (0.8 + 0.4 * chance.next())
      const { wholePeriods, refused } = await useUp({ chains, periods: 5 }, { rateLimit, latency })
      expect(wholePeriods).toHaveLength(4)
      for (const calls of wholePeriods) {
        expect(calls).toBeGreaterThanOrEqual(475)
        expect(calls).toBeLessThanOrEqual(500)
      }
      expect(refused).toBe(0)
    }
  )

  test.each([HOUR, -HOUR, 0.9 * SECOND, -0.9 * SECOND])(
    'do so with a server whose clock is %d ms ahead of theirs',
    async (clockOffset) => {
      const { wholePeriods, refused } = await useUp(
        { chains: 4, periods: 4 },
        { rateLimit, clockOffset, latency: () => 200 }
      )
      for (const calls of wholePeriods) expect(calls).toBeGreaterThanOrEqual(475)
      expect(refused).toBe(0)
    }
  )

  test('take what somebody else leaves, and are hardly ever refused', async () => {
    const { wholePeriods, refused } = await useUp(
      { chains: 6, periods: 5, others: 3 },
      { rateLimit, latency: () => 300 }
    )
    for (const calls of wholePeriods) {
      expect(calls).toBeGreaterThanOrEqual(0.95 * (500 - 180))
      expect(calls).toBeLessThanOrEqual(500 - 180 + 30)
    }
    expect(refused).toBeLessThanOrEqual(10)
  })

  test('use up a limit whose periods are shorter than documented', async () => {
    const { wholePeriods, refused } = await useUp(
      { chains: 4, periods: 10 },
      { rateLimit: { calls: 50, seconds: 6 }, latency: () => 200 }
    )
    for (const calls of wholePeriods) expect(calls).toBeGreaterThanOrEqual(0.95 * 50)
    expect(refused).toBe(0)
  })

  test('leave calls to others at any moment of the second half of a period', async () => {
    const clock = new VirtualClock(Date.parse('2026-03-01T12:00:00Z'))
    const left: number[] = []
    const algolia: SimulatedAlgolia = new SimulatedAlgolia({
      clock,
      rateLimit,
      latency: () => 20,
      onCall: ({ number }) => void (number % 25 === 0 && clock.now() % MINUTE < 50 * SECOND && left.push(500 - number))
    })
    const client = new AlgoliaClient({
      api: PERSONALIZATION,
      transport: algolia,
      apiKey: 'key',
      clock,
      random: () => 0.5
    })
    while (clock.now() % MINUTE < 50 * SECOND) await call(client, new AbortController().signal)
    expect(Math.min(...left)).toBeGreaterThan(40)
  })
})

test('a call that waits goes out as soon as an answer to another call says that it may', async () => {
  const clock = new VirtualClock()
  const begin = clock.now()
  const answers = [
    { latency: 100, remaining: 400, reset: 40 },
    { latency: 100, remaining: 0, reset: 40 },
    { latency: 5 * SECOND, remaining: 499, reset: 60 },
    { latency: 100, remaining: 498, reset: 60 }
  ]
  const arrivals: number[] = []
  const algolia: SimulatedAlgolia = new SimulatedAlgolia({
    clock,
    latency: () => answers[algolia.calls - 1]?.latency ?? 0,
    onCall: ({ number }) => {
      arrivals[number] = clock.now() - begin
      const { remaining = 0, reset = 0 } = answers[number - 1] ?? {}
      return {
        headers: {
          'x-ratelimit-limit': '500',
          'x-ratelimit-remaining': String(remaining),
          'x-ratelimit-reset': String(begin / SECOND + reset)
        }
      }
    }
  })
  const client = new AlgoliaClient({
    api: PERSONALIZATION,
    transport: algolia,
    apiKey: 'key',
    clock,
    random: () => 0.5
  })
  const { signal } = new AbortController()
  await call(client, signal)
  const twoCalls = async (): Promise<void> => {
    await call(client, signal)
    await call(client, signal)
  }
  await Promise.all([twoCalls(), call(client, signal)])
  expect(arrivals[4]).toBeGreaterThan(5 * SECOND)
  expect(arrivals[4]).toBeLessThan(6 * SECOND)
})

describe('what is known of the limit', () => {
  const SERVER = Date.parse('2026-03-01T12:00:00Z')
  const headers = (changes: Partial<LimitHeaders> = {}): LimitHeaders => {
    return { limit: 500, remaining: 400, reset: SERVER / SECOND + 40, date: SERVER, ...changes }
  }
  const answered = (...answers: LimitHeaders[]): CallBudget => {
    const budget = new CallBudget()
    for (const answer of answers) {
      budget.sent(SERVER)
      budget.ended(SERVER, answer)
    }
    return budget
  }

  test('is nothing before the first answer, for which the other calls wait', () => {
    const budget = new CallBudget()
    expect(budget.nextCallAt(SERVER)).toBe(SERVER)
    budget.sent(SERVER)
    expect(budget.nextCallAt(SERVER)).toBeGreaterThan(SERVER)
    budget.ended(SERVER)
    budget.sent(SERVER)
    expect(budget.nextCallAt(SERVER)).toBe(SERVER)
    expect(budget.rate).toBeUndefined()
    expect(budget.callsLeft(SERVER)).toBeUndefined()
  })

  test('is the least that the answers of a period told, less the calls under way', () => {
    const budget = answered(headers({ remaining: 20 }), headers({ remaining: 22 }))
    expect(budget.callsLeft(SERVER)).toBe(20)
    budget.sent(SERVER)
    expect(budget.callsLeft(SERVER)).toBe(19)
  })

  test('lets no call out when none is left, until the reset', () => {
    const budget = answered(headers({ remaining: 0 }))
    expect(budget.nextCallAt(SERVER)).toBe(SERVER + 40 * SECOND)
    expect(budget.nextCallAt(SERVER + 40 * SECOND)).toBe(SERVER + 40 * SECOND)
    expect(budget.callsLeft(SERVER + 40 * SECOND)).toBe(500)
  })

  test('lets no call out when none is left, also where Algolia tells no limit', () => {
    const budget = answered(headers({ limit: undefined, remaining: 0 }))
    expect(budget.nextCallAt(SERVER)).toBe(SERVER + 40 * SECOND)
  })

  test('is not made up from a limit of 0, which would make each call wait for ever', () => {
    const budget = answered(headers(), headers({ limit: 0 }))
    expect(budget.rate).toBe(500 / MINUTE)
  })

  test('ignores late answers of a period that is over', () => {
    const budget = answered(
      headers({ reset: SERVER / SECOND + 40, remaining: 300 }),
      headers({ reset: SERVER / SECOND + 20, remaining: 0 })
    )
    expect(budget.callsLeft(SERVER)).toBe(300)
  })

  test.each<[string, Partial<LimitHeaders>]>([
    ['no reset', { reset: undefined }],
    ['a reset in the past', { reset: SERVER / SECOND - 1 }],
    ['a reset that is now', { reset: SERVER / SECOND }],
    ['a reset that is hours away', { reset: SERVER / SECOND + 7200 }],
    ['no count of what is left', { remaining: undefined }]
  ])('is not made up from %s', (_, changes) => {
    const budget = answered(headers({ remaining: 0, ...changes }))
    expect(budget.nextCallAt(SERVER)).toBe(SERVER)
  })

  test.each([HOUR, -HOUR])('goes by the clock of the server, which is %d ms ahead', (offset) => {
    const budget = new CallBudget()
    const local = SERVER - offset
    budget.sent(local)
    budget.ended(local, headers({ remaining: 0 }))
    expect(budget.serverTime(local)).toBe(SERVER)
    expect(budget.nextCallAt(local)).toBe(local + 40 * SECOND)
  })

  test('takes the clock of the server from the freshest date: old on arrival and rounded down, the others lie before it', () => {
    const budget = answered(
      headers({ date: SERVER - 900 }),
      headers({ date: SERVER }),
      headers({ date: SERVER - 5000 })
    )
    expect(budget.serverTime(SERVER)).toBe(SERVER)
    expect(answered(headers({ date: SERVER + HOUR, reset: undefined })).serverTime(SERVER)).toBe(SERVER)
  })

  test('after a refusal waits for the reset that it told, but never less than the pause before a retry', () => {
    expect(answered(headers()).refused(SERVER, headers(), 500)).toBe(SERVER + 40 * SECOND)
    expect(answered(headers()).refused(SERVER, headers({ reset: SERVER / SECOND + 1 }), 5000)).toBe(SERVER + 5000)
    expect(answered(headers()).refused(SERVER, headers({ reset: undefined }), 500)).toBe(SERVER + 500)
    const budget = answered(headers())
    budget.refused(SERVER, headers(), 500)
    expect(budget.nextCallAt(SERVER)).toBe(SERVER + 40 * SECOND)
  })

  test('is not shortened by a second refusal that tells no reset', () => {
    const budget = answered(headers())
    budget.refused(SERVER, headers(), 500)
    expect(budget.refused(SERVER + SECOND, headers({ reset: undefined }), 500)).toBe(SERVER + 40 * SECOND)
    expect(budget.nextCallAt(SERVER + 2 * SECOND)).toBe(SERVER + 40 * SECOND)
  })

  test('lets a hurried call out at once, as long as others are left most of what an even spread leaves them', () => {
    const reset = SERVER / SECOND + 30
    const enough = answered(headers({ remaining: 200, reset }))
    expect(enough.nextCallAt(SERVER)).toBeGreaterThan(SERVER)
    expect(enough.nextCallAt(SERVER, { isHurried: true })).toBe(SERVER)
    const few = answered(headers({ remaining: 140, reset }))
    expect(few.nextCallAt(SERVER, { isHurried: true })).toBe(few.nextCallAt(SERVER))
    const none = answered(headers({ remaining: 0, reset }))
    expect(none.nextCallAt(SERVER, { isHurried: true })).toBe(SERVER + 30 * SECOND)
    for (let place = 0; place < 60; place += 1) enough.keepPlace()
    expect(enough.nextCallAt(SERVER, { isHurried: true })).toBeGreaterThan(SERVER)
  })

  test('does not take a pause between two periods for a longer period', () => {
    const budget = answered(headers())
    budget.sent(SERVER + HOUR)
    budget.ended(SERVER + HOUR, headers({ reset: (SERVER + HOUR) / SECOND + 40, date: SERVER + HOUR }))
    expect(budget.rate).toBe(500 / MINUTE)
  })

  test('gives the rate by the documented minute, or by the shorter periods that the resets show', () => {
    expect(answered(headers()).rate).toBe(500 / MINUTE)
    const budget = answered(headers())
    budget.sent(SERVER + 41 * SECOND)
    budget.ended(SERVER + 41 * SECOND, headers({ reset: SERVER / SECOND + 50, date: SERVER + 41 * SECOND }))
    expect(budget.rate).toBe(500 / (10 * SECOND))
  })

  test('is not misled by a reset that moves on with each answer', () => {
    const budget = answered(...[0, 1, 2, 3].map((step) => headers({ reset: SERVER / SECOND + 60 + step })))
    expect(budget.rate).toBe(500 / MINUTE)
  })
})
