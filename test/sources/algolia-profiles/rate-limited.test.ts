import { type SimulatedFault } from '../../support/simulated-algolia'

import { SECOND, World } from '../../support/faulty-reads'

afterEach(() => jest.restoreAllMocks())

describe.each([429, 421])('%d, too many requests,', (status) => {
  const answer = (world: World, reset: number | string | undefined): SimulatedFault => {
    const text = typeof reset === 'number' ? String(Math.floor(world.algolia.now() / SECOND) + reset) : reset
    const headers = { 'x-ratelimit-limit': '500', 'x-ratelimit-remaining': '0' }
    return { status, headers: text === undefined ? headers : { ...headers, 'x-ratelimit-reset': text } }
  }

  test('with a reset in the future waits for it, and tells the platform until when', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number === 4 ? answer(world, 30) : undefined)
    const read = await world.read()
    world.expectComplete(read)
    const [before = 0, refused = 0, after = 0] = world.arrivals.slice(2, 5)
    expect(refused - before).toBeLessThan(1)
    expect(after - refused).toBeGreaterThan(29)
    expect(after - refused).toBeLessThan(31)
    expect(read.summary).toMatchObject({ refusals: 1, retries: 1 })
    const waiting = read.statusTraces().find(({ reasons }) => reasons !== undefined)
    expect(waiting).toMatchObject({ status: 'RUNNING', reasons: [{ type: 'RATE_LIMITED' }] })
    const quotaReset = waiting?.reasons?.[0]?.rate_limited?.quota_reset ?? 0
    expect(Math.abs(quotaReset - (world.clock.now() - (world.seconds - after) * SECOND))).toBeLessThan(1 * SECOND)
    expect(read.statuses()).toEqual(['STARTED', 'RUNNING', 'RUNNING', 'RUNNING', 'COMPLETE'])
  })

  test('with a reset in the future is told when the wait begins, not when it is over', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number === 4 ? answer(world, 30) : undefined)
    let waits = 0
    for await (const group of world.groups()) {
      const [reason] = group.statusTraces().flatMap(({ reasons }) => reasons ?? [])
      if (reason === undefined) continue
      expect(world.clock.now()).toBeLessThan(reason.rate_limited?.quota_reset ?? 0)
      expect(world.algolia.calls).toBe(4)
      waits += 1
    }
    expect(waits).toBe(1)
  })

  test.each([3600 * SECOND, -3600 * SECOND])(
    'with a reset in the future tells until when by the clock of the server, which is %d ms ahead',
    async (clockOffset) => {
      const world = new World({ clockOffset })
      let reset = 0
      world.faultOf = ({ number }) => {
        if (number !== 4) return undefined
        reset = Math.floor(world.algolia.now() / SECOND + 30) * SECOND
        return answer(world, 30)
      }
      const read = await world.read()
      const waits = read.statusTraces().flatMap(({ reasons }) => reasons ?? [])
      expect(waits).toEqual([{ type: 'RATE_LIMITED', rate_limited: { quota_reset: reset } }])
    }
  )

  test.each<[string, number | string | undefined]>([
    ['in the past', -10],
    ['missing', undefined],
    ['years away', 100_000_000],
    ['no number', 'soon'],
    ['negative', '-1'],
    ['a number of seconds from now', '30']
  ])('with a reset that is %s is tried again after a short pause', async (_, reset) => {
    const world = new World()
    world.faultOf = ({ number }) => (number === 4 ? answer(world, reset) : undefined)
    world.expectComplete(await world.read())
    const pause = (world.arrivals[4] ?? 0) - (world.arrivals[3] ?? 0)
    expect(pause).toBeGreaterThan(0.2)
    expect(pause).toBeLessThan(1)
  })

  test('again and again ends within 90 seconds, and can be resumed', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 3 ? answer(world, 45) : undefined)
    const read = await world.read()
    expect(world.seconds).toBeLessThan(95)
    await world.expectFailureThatCanBeResumed(
      read,
      'transient_error',
      new RegExp(`no more calls for now \\(${status}\\)`)
    )
  })
})

describe.each(['soon', '-1', '1e3', ''])('an answer that counts "%s" calls', (count) => {
  test.each<[string, Record<string, string>]>([
    ['left', { 'x-ratelimit-limit': '500', 'x-ratelimit-remaining': count }],
    ['allowed', { 'x-ratelimit-limit': count, 'x-ratelimit-remaining': '5' }]
  ])('%s tells nothing, and the read goes on', async (_, counts) => {
    const world = new World()
    const reset = String(world.algolia.now() / SECOND + 40)
    world.faultOf = () => ({ headers: { ...counts, 'x-ratelimit-reset': reset } })
    world.expectComplete(await world.read())
    expect(world.seconds).toBeLessThan(5)
  })
})

test('a page that turns out to be none after its consumer took minutes over the one before is asked for again', async () => {
  const world = new World()
  world.breakCalls([2], { body: '<html>' })
  const userTokens: string[] = []
  for await (const group of world.groups()) {
    userTokens.push(...group.userTokens())
    if (userTokens.length === 10) await world.clock.sleep(200 * SECOND)
  }
  expect(new Set(userTokens)).toEqual(new Set(world.algolia.profiles.keys()))
})

test('chains that wait at the same time count once as time waited', async () => {
  const world = new World({ rateLimit: { calls: 3, seconds: 30 } })
  const read = await world.read(world.stateOfTwoWindows())
  expect(read.thrown).toBeUndefined()
  expect(read.summary.secondsWaited).toBeGreaterThan(30)
  expect(read.summary.secondsWaited).toBeLessThanOrEqual(world.seconds)
})
