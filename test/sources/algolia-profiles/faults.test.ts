import { PackageError } from '../../../src/errors'
import { NoAnswer } from '../../../src/algolia/api/transport'
import { type SimulatedFault } from '../../support/simulated-algolia'
import { API_KEY } from '../../support/source'

import { SECOND, World } from '../../support/faulty-reads'

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
