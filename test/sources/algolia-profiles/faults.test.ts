import { PackageError } from '../../../src/errors'
import type { Environment } from '../../../src/algolia/api/environment'
import { read, type ReadInput } from '../../../src/sources/algolia-profiles/source'
import { NoAnswer } from '../../../src/algolia/api/transport'
import { Chance } from '../../support/chance'
import { populate } from '../../support/populations'
import {
  SimulatedAlgolia,
  type SimulatedCall,
  type SimulatedFault,
  type SimulationOptions
} from '../../support/simulated-algolia'
import {
  API_KEY,
  catalogOf,
  configuration,
  type HostState,
  readInProcess,
  type ReadInProcess,
  SourceOutput,
  stateOfWindows
} from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

const SECOND = 1000

/** An application of 100 profiles, and reads from it of ten pages, on virtual time. */
class World {
  readonly clock = new VirtualClock()
  readonly algolia: SimulatedAlgolia
  /** When each call arrived, in seconds since the world began. */
  readonly arrivals: number[] = []
  faultOf: (call: SimulatedCall) => SimulatedFault | undefined = () => undefined
  private readonly begin = this.clock.now()
  private random = new Chance(1).next

  constructor(options: Partial<SimulationOptions> = {}) {
    this.algolia = new SimulatedAlgolia({
      clock: this.clock,
      latency: () => 100,
      onCall: (call) => {
        this.arrivals.push((this.clock.now() - this.begin) / SECOND)
        return this.faultOf(call)
      },
      ...options
    })
    populate(this.algolia, 'uniform', 100, new Chance(1))
    jest.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => this.clock.timeout(milliseconds))
  }

  /** Makes calls with these numbers go wrong. */
  breakCalls(numbers: readonly number[], fault: SimulatedFault): void {
    this.faultOf = ({ number }) => (numbers.includes(number) ? fault : undefined)
  }

  read(state?: unknown, random: () => number = this.random): Promise<ReadInProcess> {
    return readInProcess(this.input(state), this.environment(random))
  }

  /** Reads for a consumer that takes the groups of messages one by one. */
  async *groups(): AsyncGenerator<SourceOutput, void> {
    const groups = read(this.input(), this.environment(this.random), new AbortController().signal)
    for await (const group of groups) yield new SourceOutput([...group])
  }

  private environment(random: () => number): Environment {
    return { clock: this.clock, random, createTransport: () => this.algolia }
  }

  private input(state?: unknown): ReadInput {
    const config = configuration({ pageSize: 10, concurrency: 4 })
    return { config, catalog: catalogOf('profiles'), state }
  }

  /** The state of a pass that is still to be read whole: two windows at the same time, then what is new. */
  stateOfTwoWindows(): HostState[] {
    const now = this.clock.now()
    return stateOfWindows(['profiles'], now, [now - 45 * 86_400 * SECOND, now])
  }

  /** Expects that a read handed over every profile once, and ended well. */
  expectComplete(read: ReadInProcess): void {
    expect(read.thrown).toBeUndefined()
    expect(read.statuses().at(-1)).toBe('COMPLETE')
    expect(read.userTokens().sort()).toEqual([...this.algolia.profiles.keys()].sort())
  }

  /** Expects that a read failed as it should, and that the next one, once all is well, reads the rest. */
  async expectFailureThatCanBeResumed(read: ReadInProcess, failureType: string, message: RegExp): Promise<void> {
    expect(read.thrown).toBeInstanceOf(PackageError)
    expect(read.thrown).toMatchObject({ failureType, message: expect.stringMatching(message) as string })
    expect(read.statuses().at(-1)).toBe('INCOMPLETE')
    this.faultOf = () => undefined
    this.clock.advance(3_600 * SECOND)
    const rest = await this.read(read.lastStates)
    expect(rest.thrown).toBeUndefined()
    expect([...read.userTokens(), ...rest.userTokens()].sort()).toEqual([...this.algolia.profiles.keys()].sort())
  }

  /** Seconds from the world's beginning until now. */
  get seconds(): number {
    return (this.clock.now() - this.begin) / SECOND
  }
}

afterEach(() => jest.restoreAllMocks())

describe('a fault that passes', () => {
  test.each<[string, SimulatedFault]>([
    ['500', { status: 500 }],
    ['502 with a page of a proxy', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['408', { status: 408 }],
    ['a page of HTML with the status 200', { body: '<!doctype html><title>Maintenance</title>' }],
    ['JSON cut short', { body: '{"users":[{"userID":"a"},{"us' }],
    ['an empty body', { body: '' }],
    ['an object without users', { body: '{}' }],
    ['users that is no list', { body: '{"users":{"userID":"a"}}' }],
    ['null', { body: 'null' }],
    ['a list in place of the object', { body: '[{"userID":"a"}]' }],
    ['a page token that is no text', { body: '{"users":[],"nextPageToken":7}' }],
    ['a connection that breaks', new NoAnswer('ECONNRESET: read ECONNRESET')]
  ])('costs one more call, and is told: %s', async (_, fault) => {
    const world = new World()
    world.breakCalls([1, 4], fault)
    const read = await world.read()
    world.expectComplete(read)
    expect(world.algolia.calls).toBe(12)
    expect(read.summary).toMatchObject({ calls: 12, retries: 2 })
    expect(read.logs('WARN')).toHaveLength(2)
    for (const warning of read.logs('WARN')) expect(warning).toMatch(/Trying again in 0\.[2-5] s\.$/)
  })

  test('a call that never ends is given up after 90 seconds', async () => {
    const world: World = new World({ latency: (): number => (world.algolia.calls === 3 ? 3600 * SECOND : 100) })
    const read = await world.read()
    await world.expectFailureThatCanBeResumed(read, 'transient_error', /it took too long.*Check the network/)
  })

  test('several calls that go wrong one after the other are waited for ever longer', async () => {
    const world = new World()
    world.breakCalls([1, 2, 3, 4, 5, 6], { status: 503 })
    world.expectComplete(await world.read(undefined, () => 1))
    const pauses = world.arrivals.slice(1, 7).map((arrival, index) => arrival - (world.arrivals[index] ?? 0) - 0.1)
    expect(pauses.map((pause) => Number(pause.toFixed(3)))).toEqual([0.5, 1, 2, 4, 8, 16])
  })

  test('a call that has to wait for its turn longer than it may take is made nevertheless', async () => {
    const world = new World()
    const noneLeft = {
      'x-ratelimit-limit': '500',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(world.algolia.now() / SECOND + 110)
    }
    world.faultOf = ({ number }) =>
      number === 2 ? { headers: noneLeft } : number === 3 ? new NoAnswer('ECONNRESET: reset') : undefined
    const read = await world.read(world.stateOfTwoWindows())
    expect(read.thrown).toBeUndefined()
    expect(world.seconds).toBeGreaterThan(110)
    expect(new Set(read.userTokens())).toEqual(new Set(world.algolia.profiles.keys()))
  })

  test('is told before the call is tried again, not afterwards', async () => {
    const world = new World()
    world.breakCalls([4], { status: 503 })
    let warnings = 0
    for await (const group of world.groups()) {
      if (group.logs('WARN').length === 0) continue
      expect(group.logs('WARN')).toEqual([expect.stringContaining('Trying again') as string])
      expect(world.algolia.calls).toBe(4)
      warnings += 1
    }
    expect(warnings).toBe(1)
  })

  test('does not hold up a consumer that leaves while the read waits to try again', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 3 ? { status: 503 } : undefined)
    let leftAt: number | undefined
    for await (const group of world.groups()) {
      leftAt = world.seconds
      if (world.algolia.calls === 7 && group.logs('WARN').length > 0) break
    }
    expect(world.seconds).toBe(leftAt)
    await world.clock.sleep(60 * SECOND)
    expect(world.algolia.calls).toBe(7)
  })

  test('pauses are jittered: shortened by up to half', async () => {
    const pauseWith = async (random: () => number): Promise<number> => {
      const world = new World()
      world.breakCalls([1], { status: 503 })
      await world.read(undefined, random)
      return Number(((world.arrivals[1] ?? 0) - (world.arrivals[0] ?? 0) - 0.1).toFixed(3))
    }
    expect(await pauseWith(() => 0)).toBe(0.25)
    expect(await pauseWith(() => 0.5)).toBe(0.375)
    expect(await pauseWith(() => 1)).toBe(0.5)
  })
})

describe('a fault that does not pass', () => {
  test.each<[string, SimulatedFault, RegExp]>([
    ['500', { status: 500 }, /Algolia failed to answer \(500\).*the state is kept/],
    ['429 without a reset', { status: 429 }, /no more calls for now \(429\)/],
    ['a page of HTML', { body: '<html>' }, /not a page of profiles \(it is not JSON\)/],
    ['a broken connection', new NoAnswer('ECONNREFUSED: refused'), /could not be reached.*ECONNREFUSED/]
  ])('is given up within 90 seconds, in a bounded number of calls: %s', async (_, fault, message) => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 3 ? fault : undefined)
    const read = await world.read()
    expect(world.seconds).toBeGreaterThan(60)
    expect(world.seconds).toBeLessThan(95)
    expect(world.algolia.calls).toBeLessThan(20)
    await world.expectFailureThatCanBeResumed(read, 'transient_error', message)
  })

  test.each<[number, RegExp]>([
    [401, /refused the credentials \(401\).*API key/],
    [402, /plan .* Advanced Personalization \(402\)/],
    [403, /refused the credentials \(403\)/]
  ])('stops the read at once in the middle, with a config error: %d', async (status, message) => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 3 ? { status } : undefined)
    const read = await world.read()
    expect(world.algolia.calls).toBe(4)
    await world.expectFailureThatCanBeResumed(read, 'config_error', message)
  })

  test.each<[string, number, SimulatedFault | undefined]>([
    ['waits for an answer', 3600 * SECOND, undefined],
    ['is being tried again', 100, { status: 503 }]
  ])('stops the read at once, also while another window %s', async (_, latency, fault) => {
    const world: World = new World({ latency: () => (world.algolia.calls === 2 ? latency : 100) })
    world.faultOf = ({ number }) => (number === 3 ? { status: 401 } : number === 1 ? undefined : fault)
    const read = await world.read(world.stateOfTwoWindows())
    expect(world.seconds).toBeLessThan(1)
    await world.expectFailureThatCanBeResumed(read, 'config_error', /refused the credentials \(401\)/)
  })

  test.each([400, 404, 422])('%d without a page token is a config error, with what Algolia says', async (status) => {
    const world = new World()
    world.faultOf = () => ({ status, body: JSON.stringify({ status, message: 'unknown index' }) })
    const read = await world.read()
    expect(world.algolia.calls).toBe(1)
    expect(read.thrown).toMatchObject({
      failureType: 'config_error',
      message: expect.stringContaining('unknown index') as string
    })
    expect(read.lastStates).toEqual([])
  })

  test.each([301, 418, 501])('%d is an answer that is not understood: a config error at once', async (status) => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 3 ? { status } : undefined)
    const read = await world.read()
    await world.expectFailureThatCanBeResumed(read, 'config_error', new RegExp(`not understood \\(${status}`))
  })
})

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

describe('page tokens', () => {
  const page = (users: string[], nextPageToken?: string): SimulatedFault => ({
    body: JSON.stringify({ users: users.map((userID) => ({ userID })), nextPageToken })
  })

  test.each([1, 2, 3, 7, 40])('that go round in a circle of %d end the read with a transient error', async (length) => {
    const world = new World()
    world.faultOf = ({ number }) => page([`user-${number}`], `token-${number % length}`)
    const read = await world.read()
    expect(read.thrown).toMatchObject({
      failureType: 'transient_error',
      message: expect.stringContaining('repeat') as string
    })
    expect(read.statuses().at(-1)).toBe('INCOMPLETE')
    expect(world.algolia.calls).toBeLessThan(4 * length + 8)
  })

  test('that go round in a circle after a while are noticed as well', async () => {
    const world = new World()
    world.faultOf = ({ number }) => page([], `token-${number < 50 ? number : 50 + (number % 6)}`)
    const read = await world.read()
    expect(read.thrown).toMatchObject({ failureType: 'transient_error' })
    expect(world.algolia.calls).toBeLessThan(200)
  })

  test('that lead back to where a resumed read began are noticed as well', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 2 ? { status: 401 } : undefined)
    const first = await world.read()
    const [state] = first.lastStates as { stream: { stream_state: { pass: { windows: { pageToken: string }[] } } } }[]
    const token = state?.stream.stream_state.pass.windows[0]?.pageToken ?? ''
    world.faultOf = () => page(['someone'], token)
    expect((await world.read(first.lastStates)).thrown).toMatchObject({ failureType: 'transient_error' })
    expect(world.algolia.calls).toBe(4)
  })

  test('on empty pages lead on', async () => {
    const world = new World()
    world.faultOf = ({ number }) =>
      number < 5 ? page([], `token-${number}`) : number === 5 ? page(['someone']) : undefined
    const read = await world.read()
    expect(read.thrown).toBeUndefined()
    expect(read.userTokens()).toEqual(['someone'])
  })

  test('on the last page may lead to an empty one', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number === 1 ? page(['someone'], 'end') : page([]))
    const read = await world.read()
    expect(read.thrown).toBeUndefined()
    expect(read.userTokens()).toEqual(['someone'])
    expect(read.statuses().at(-1)).toBe('COMPLETE')
  })

  test.each<[string, SimulatedFault]>([
    ['undefined', { body: '{"users":[{"userID":"only"}]}' }],
    ['null', { body: '{"users":[{"userID":"only"}],"nextPageToken":null}' }],
    ['empty', { body: '{"users":[{"userID":"only"}],"nextPageToken":""}' }]
  ])('that are %s end a window', async (_, fault) => {
    const world = new World()
    world.faultOf = () => fault
    const read = await world.read()
    expect(read.thrown).toBeUndefined()
    expect(read.userTokens()).toEqual(['only'])
  })

  test('that are always new, on pages that are always empty, do not keep a read going for ever', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 3 ? page([], `token-${number}`) : undefined)
    const read = await world.read()
    expect(world.algolia.calls).toBeLessThan(5000)
    expect(read.thrown).toMatchObject({
      failureType: 'transient_error',
      message: expect.stringContaining('pages stay empty') as string
    })
  })

  test('on very many empty pages lead on, as long as some profiles come in between', async () => {
    const world = new World()
    world.faultOf = ({ number }) =>
      number % 600 === 0
        ? page([`user-${number}`], number < 1200 ? `token-${number}` : undefined)
        : page([], `token-${number}`)
    const read = await world.read()
    expect(read.thrown).toBeUndefined()
    expect(read.userTokens()).toEqual(['user-600', 'user-1200'])
  })

  test.each([400, 404, 410, 422])(
    'that are no longer taken (%d) make their window start anew, with a warning',
    async (status) => {
      const world = new World()
      world.breakCalls([4], { status })
      const read = await world.read()
      expect(read.thrown).toBeUndefined()
      expect(read.logs('WARN')).toEqual([expect.stringContaining('no longer takes a page token')])
      world.expectComplete(read)
      expect(world.algolia.calls).toBe(14)
    }
  )

  test('that are never taken end the read: a window starts anew only once', async () => {
    const world = new World()
    world.faultOf = ({ query }) => (query.has('nextPageToken') ? { status: 422 } : undefined)
    const read = await world.read()
    expect(world.algolia.calls).toBe(4)
    expect(read.thrown).toMatchObject({
      failureType: 'transient_error',
      message: expect.stringContaining('page token') as string
    })
    world.faultOf = () => undefined
    const rest = await world.read(read.lastStates)
    expect(rest.thrown).toBeUndefined()
    expect(new Set([...read.userTokens(), ...rest.userTokens()])).toEqual(new Set(world.algolia.profiles.keys()))
  })

  test('of a state that are no longer taken, days later, make the read begin its windows anew', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 4 ? { status: 401 } : undefined)
    const first = await world.read()
    world.clock.advance(5 * 86_400 * SECOND)
    const from = world.algolia.calls
    world.breakCalls([from + 1], { status: 422 })
    const second = await world.read(first.lastStates)
    expect(second.thrown).toBeUndefined()
    // What had been handed out is left out.
    const all = [...first.userTokens(), ...second.userTokens()]
    expect(all.sort()).toEqual([...world.algolia.profiles.keys()].sort())
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

test.each<[string, SimulatedFault]>([
  ['a failing server', { status: 502 }],
  ['one that refuses a call', { status: 429 }],
  ['one that refuses a call for now', { status: 429, headers: { 'x-ratelimit-remaining': '0' } }],
  ['one that waited too long', { status: 408 }],
  ['one whose page is none', { body: '<html>Welcome' }]
])('the time of %s, maybe that of a proxy, does not move the cursor', async (_, fault) => {
  const world = new World()
  const nextYear = new Date(world.algolia.now() + 365 * 86_400 * SECOND).toUTCString()
  const date = { date: nextYear }
  world.breakCalls([1, 5], { ...fault, headers: { ...(fault instanceof Error ? {} : fault.headers), ...date } })
  const read = await world.read()
  world.expectComplete(read)
  expect(JSON.stringify(read.lastStates)).toContain('"cursor":"2026-03-01T11:49:59Z"')
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

test('a body that repeats the API key does not get it into a message', async () => {
  for (const fault of [
    { status: 500, body: `<pre>X-Algolia-API-Key: ${API_KEY}</pre>` },
    { status: 404, body: JSON.stringify({ message: `the key ${API_KEY} is unknown` }) },
    { status: 401, body: `${'x'.repeat(195)}${API_KEY}` },
    { status: 503, body: `${API_KEY} is not ${API_KEY}` },
    { body: `<p>${API_KEY}<p>${API_KEY}` },
    { body: `<html>${API_KEY}` },
    { body: `"${API_KEY}"` },
    { status: 404, body: `{"message":"the key ${escaped((code) => `\\u${code.padStart(4, '0')}`)} is unknown"}` },
    { status: 403, body: `{"key":"${escaped((code) => `\\u${code.padStart(4, '0')}`)}"}` },
    { status: 500, body: `/login?key=${escaped((code) => `%${code.toUpperCase()}`)}` },
    { status: 503, body: `<p>${escaped((code) => `&#x${code};`)}` },
    { body: `(\\u0063${API_KEY.slice(1).replace('-', '\\-')})` }
  ]) {
    const world = new World()
    world.faultOf = () => fault
    const read = await world.read()
    expect(read.thrown).toBeInstanceOf(PackageError)
    const { message, internalMessage } = read.thrown as PackageError
    const told = JSON.stringify([read.messages, message, internalMessage])
    expect(told).not.toContain(API_KEY.slice(1, 6))
    for (const code of ['61', '0061']) expect(told).not.toMatch(new RegExp(`[u%x]${code}`, 'i'))
  }
})

/** The API key, each of its characters as an escape makes it of the hexadecimal code. */
function escaped(escape: (code: string) => string): string {
  return [...API_KEY].map((character) => escape(character.charCodeAt(0).toString(16))).join('')
}

test('what stands in a page that can not be read is not told: it may be profiles', async () => {
  for (const fault of [
    { body: '{"users":[{"userID":"jane.doe=token"}],"nextPageToken":5}' },
    { body: '{"users":[{"userID":"jane.doe=token","type":"ba' },
    { status: 206, body: '{"users":[{"userID":"jane.doe=token"}]}' }
  ]) {
    const world = new World()
    world.faultOf = () => fault
    const read = await world.read()
    const { message, internalMessage } = read.thrown as PackageError
    expect(JSON.stringify([read.messages, message, internalMessage])).not.toContain('jane')
    expect(internalMessage).toContain('characters of JSON')
  }
})
