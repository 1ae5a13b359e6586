import { profileContexts, type ProfileContextsOptions } from '../../src/contexts'
import { NoAnswer } from '../../src/algolia/api/transport'
import { found, notFound, ProfileServer } from '../support/profile-server'
import { VirtualClock } from '../support/virtual-clock'

const SECOND = 1000
const credentials = { appId: 'APP', apiKey: 'very-secret-key', region: 'us' } as const

function start(script: ProfileServer['script'], options: Partial<ProfileContextsOptions> = {}) {
  const clock = new VirtualClock()
  const server = new ProfileServer(clock, script)
  const problems: string[] = []
  const onProblem = (message: string): unknown => problems.push(message)
  const contexts = profileContexts({ ...credentials, onProblem, ...options }, server.environment)
  return { clock, server, contexts, problems }
}

/** Lets everything that is under way go on as far as it can. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A promise and the means to keep it. */
function later<Value>() {
  let keep: (value: Value) => void = () => undefined
  const promise = new Promise<Value>((resolve) => (keep = resolve))
  return { promise, keep }
}

describe('the cache', () => {
  test('an answer is used for its time, then used once more while Algolia is asked again, and in the end no longer', async () => {
    const { clock, server, contexts } = start((token) => found(token, 'vip'), { freshSeconds: 60, staleSeconds: 600 })
    expect(await contexts.lookUp('ada')).toEqual(['vip'])
    clock.advance(59 * SECOND)
    expect(await contexts.lookUp('ada')).toEqual(['vip'])
    expect(server.asked).toEqual(['ada'])

    server.script = (token) => found(token, 'bargain-hunter')
    clock.advance(SECOND)
    expect(await contexts.lookUp('ada')).toEqual(['vip'])
    await settle()
    expect(await contexts.lookUp('ada')).toEqual(['bargain-hunter'])
    expect(server.asked).toEqual(['ada', 'ada'])

    server.script = (token) => found(token)
    clock.advance(600 * SECOND)
    expect(await contexts.lookUp('ada')).toEqual([])
    expect(server.asked).toHaveLength(3)
  })

  test('one call is under way for a token, whoever asks meanwhile', async () => {
    const { server, contexts } = start(async (token) => {
      await settle()
      return found(token, 'vip')
    })
    const answers = await Promise.all(Array.from({ length: 100 }, () => contexts.lookUp('ada')))
    expect(new Set(answers.map(String))).toEqual(new Set(['vip']))
    expect(server.asked).toEqual(['ada'])
  })

  test('that there is no profile is an answer, too', async () => {
    const { server, contexts, problems } = start(() => notFound)
    expect(await contexts.lookUp('nobody')).toEqual([])
    expect(await contexts.lookUp('nobody')).toEqual([])
    expect(server.asked).toEqual(['nobody'])
    expect(problems).toEqual([])
  })

  test('the tokens that were not used for the longest time make room', async () => {
    const { server, contexts } = start((token) => found(token, `of-${token}`), { maxProfiles: 2 })
    for (const token of ['a', 'b', 'a', 'c', 'a', 'b']) expect(await contexts.lookUp(token)).toEqual([`of-${token}`])
    expect(server.asked).toEqual(['a', 'b', 'c', 'b'])
  })

  test('a list that was given out is the own of who asked', async () => {
    const { contexts } = start((token) => found(token, 'vip'))
    for (let time = 0; time < 3; time += 1) {
      const list = await contexts.lookUp('ada')
      list.push('mine')
      expect(list).toEqual(['vip', 'mine'])
    }
  })

  test('an answer that comes too late for one search is there for the next', async () => {
    const { promise, keep } = later<ReturnType<typeof found>>()
    const { contexts } = start(() => promise)
    expect(await contexts.lookUp('ada')).toEqual([])
    keep(found('ada', 'vip'))
    await settle()
    expect(await contexts.lookUp('ada')).toEqual(['vip'])
  })

  test('the rules of ruleContextsOf apply', async () => {
    const rules = { priority: ['z'], prefix: 'p-', limit: 2 }
    const { contexts } = start((token) => found(token, 'a', 'b', 'z'), rules)
    expect(await contexts.lookUp('ada')).toEqual(['p-z', 'p-a'])
  })
})

describe('the calls that Algolia allows', () => {
  const limits = (clock: VirtualClock, remaining: number) => ({
    'x-ratelimit-limit': '500',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.floor(clock.now() / SECOND) + 30)
  })

  test('the share of others is left to them until the limit is reset; what is known is used meanwhile', async () => {
    const { clock, server, contexts, problems } = start((token) => found(token, 'vip'), { freshSeconds: 10 })
    server.script = (token) => ({ ...found(token, 'vip'), headers: limits(clock, 101) })
    expect(await contexts.lookUp('ada')).toEqual(['vip'])
    server.script = (token) => ({ ...found(token, 'vip'), headers: limits(clock, 100) })
    expect(await contexts.lookUp('bob')).toEqual(['vip'])

    clock.advance(11 * SECOND)
    expect(await contexts.lookUp('carol')).toEqual([])
    expect(await contexts.lookUp('ada')).toEqual(['vip'])
    expect(server.asked).toEqual(['ada', 'bob'])
    expect(problems).toEqual([expect.stringContaining('Few calls are left')])

    clock.advance(20 * SECOND)
    expect(await contexts.lookUp('carol')).toEqual(['vip'])
  })

  test('calls under way count, so that many at once do not use up what is left', async () => {
    const { clock, server, contexts } = start((token) => found(token, 'vip'))
    server.script = (token) => ({ ...found(token, 'vip'), headers: limits(clock, 105) })
    await contexts.lookUp('first')
    server.script = () => new Promise(() => undefined)
    await Promise.all(Array.from({ length: 20 }, (_, number) => contexts.lookUp(`token-${number}`)))
    expect(server.asked).toHaveLength(1 + 5)
  })

  test('a refusal for want of calls ends the asking until the reset that it tells', async () => {
    const { clock, server, contexts } = start((token) => found(token, 'vip'))
    server.script = () => ({
      status: 429,
      headers: limits(clock, 0),
      body: { status: 429, message: 'Too many requests' }
    })
    expect(await contexts.lookUp('ada')).toEqual([])
    server.script = (token) => found(token, 'vip')
    clock.advance(29 * SECOND)
    expect(await contexts.lookUp('bob')).toEqual([])
    expect(server.asked).toEqual(['ada'])
    clock.advance(2 * SECOND)
    expect(await contexts.lookUp('bob')).toEqual(['vip'])
  })

  test('as many calls are under way as can be answered in time, and not more', async () => {
    const { server, contexts } = start(() => new Promise(() => undefined))
    await Promise.all(Array.from({ length: 1000 }, (_, number) => contexts.lookUp(`token-${number}`)))
    expect(server.asked).toHaveLength(50)
  })

  test.each([undefined, null, 7, '', 'ada@example.com', 'a b', 'x'.repeat(130)])(
    '%p is no token of Algolia, and costs no call',
    async (token) => {
      const { server, contexts } = start(() => notFound)
      expect(await contexts.lookUp(token as never)).toEqual([])
      expect(server.asked).toEqual([])
    }
  )
})

describe('never an exception into a search', () => {
  const apiError = (status: number, token: string) => ({
    status,
    body: { status, message: `key very-secret-key, user ${token}` }
  })

  test.each<[string, ProfileServer['script']]>([
    ...[400, 401, 402, 403, 405, 408, 421, 422, 429, 500, 502, 503].map(
      (status) => [`a ${status}`, (token) => apiError(status, token)] as [string, ProfileServer['script']]
    ),
    ['a page in place of JSON', (token) => ({ body: `<html>very-secret-key ${token}</html>` })],
    ['a list', () => ({ body: [found('ada-of-the-shop', 'wrong').body] })],
    ['the profile of another user', () => found('somebody-else', 'wrong')],
    ['a proxy that knows no such address', () => ({ status: 404, body: '<html>Not found</html>' })],
    ['a 404 that is JSON, but not of Algolia', () => ({ status: 404, body: { error: 'no route' } })],
    ['a broken connection', () => Promise.reject(new NoAnswer('ECONNRESET: read'))],
    ['a mistake of our own', () => Promise.reject(new TypeError('very-secret-key is not a function'))]
  ])(
    '%s: what was known is used on; else there are no contexts, and the reason is told without secrets',
    async (_, script) => {
      const { clock, server, contexts, problems } = start((token) => found(token, 'vip'), { freshSeconds: 60 })
      expect(await contexts.lookUp('ada-of-the-shop')).toEqual(['vip'])
      server.script = script
      clock.advance(60 * SECOND)
      expect(await contexts.lookUp('ada-of-the-shop')).toEqual(['vip'])
      await settle()
      expect(await contexts.lookUp('ada-of-the-shop')).toEqual(['vip'])
      expect(await contexts.lookUp('bob-of-the-shop')).toEqual([])
      expect(server.asked).toContain('ada-of-the-shop')
      expect(problems.length).toBeGreaterThan(0)
      expect(problems.join()).not.toMatch(/very-secret-key|-of-the-shop/)
    }
  )

  test.each<[string, ProfileServer['script'], RegExp]>([
    ['a refused key', () => apiError(401, ''), /refused the credentials \(401\).*ACLs search, browse and recommend/],
    ['a plan without the feature', () => apiError(402, ''), /plan .* \(402\)/],
    ['a failing server', () => apiError(503, ''), /failed to answer \(503\)\. It is asked again later\.$/],
    ['a refused user token', () => apiError(422, ''), /refused a user token \(422: /],
    [
      'a stranger who knows no such address',
      () => ({ status: 404, body: 'default backend' }),
      /not understood \(404: /
    ],
    ['a broken connection', () => Promise.reject(new NoAnswer('ECONNRESET')), /\(ECONNRESET\).* asked again later\.$/]
  ])('%s is told in the words of all that calls Algolia', async (_, script, words) => {
    const { contexts, problems } = start(script)
    await contexts.lookUp('ada')
    await settle()
    expect(problems).toEqual([expect.stringMatching(words)])
  })

  test('a token that failed is asked for again after a while, not with each search', async () => {
    const { clock, server, contexts } = start(() => ({ status: 500 }))
    for (let time = 0; time < 5; time += 1) await contexts.lookUp('ada')
    expect(server.asked).toHaveLength(1)
    server.script = (token) => found(token, 'vip')
    clock.advance(10 * SECOND)
    expect(await contexts.lookUp('ada')).toEqual(['vip'])
  })

  test('while nothing works, little is asked', async () => {
    const { clock, server, contexts } = start(() => ({ status: 503 }))
    for (let second = 0; second < 600; second += 1) {
      await contexts.lookUp(`token-${second}`)
      clock.advance(SECOND)
    }
    expect(server.asked.length).toBeLessThan(20)
    server.script = (token) => found(token, 'vip')
    clock.advance(60 * SECOND)
    expect(await contexts.lookUp('ada')).toEqual(['vip'])
  })

  test.each([401, 402, 403])(
    'a %i is said to every call until somebody acts, so one a minute is enough',
    async (status) => {
      const { clock, server, contexts } = start(() => ({ status, body: { status } }))
      for (let second = 0; second < 60; second += 1) {
        await contexts.lookUp(`token-${second}`)
        clock.advance(SECOND)
      }
      expect(server.asked).toHaveLength(1)
      server.script = (token) => found(token, 'vip')
      expect(await contexts.lookUp('ada')).toEqual(['vip'])
    }
  )

  test('the same problem is told once a minute, not with each search', async () => {
    const { clock, contexts, problems } = start(() => ({ status: 500 }))
    for (let second = 0; second < 120; second += 1) {
      await contexts.lookUp(`token-${second}`)
      clock.advance(SECOND)
    }
    expect(problems.length).toBeLessThanOrEqual(3)
  })

  test('a listener that throws costs nothing', async () => {
    const boom = (): never => {
      throw new Error('boom')
    }
    const options = { onCollision: boom, onProblem: boom }
    const { server, contexts } = start((token) => found(token, 'VIP customers', 'VIP_customers-bc4b89d03b76'), options)
    expect(await contexts.lookUp('ada')).toEqual(['VIP_customers-bc4b89d03b76'])
    server.script = () => ({ status: 500 })
    expect(await contexts.lookUp('bob')).toEqual([])
  })

  test('closed, it gives no contexts', async () => {
    const { server, contexts } = start((token) => found(token, 'vip'))
    await contexts.lookUp('ada')
    await contexts.close()
    expect(server.isClosed).toBe(true)
    expect(await contexts.lookUp('ada')).toEqual([])
  })
})

test.each<[string, object, string]>([
  ['no application', { appId: '' }, 'appId'],
  ['a key that cannot be one', { apiKey: 'very-secret-key with spaces' }, 'apiKey: must be printable'],
  ['a region that there is not', { region: 'de' }, 'region: must be us or eu'],
  ['an option that there is not', { cacheSize: 5 }, 'unknown key cacheSize'],
  ['a bad rule', { priority: ['vip', 7] }, 'priority.1: must be a text'],
  ['fresh for longer than stale', { freshSeconds: 60, staleSeconds: 30 }, 'staleSeconds: must not be less'],
  ['a share that is none', { reserve: 20 }, 'reserve: must be at most 1']
])('%s is refused before any look-up', (_, options, message) => {
  const construct = () => profileContexts({ ...credentials, ...options })
  expect(construct).toThrow(message)
  expect(construct).not.toThrow('very-secret-key')
})

test('without any options, it says which there have to be', () => {
  const construct = profileContexts as (options?: unknown) => unknown
  expect(() => construct()).toThrow('appId: is missing; apiKey: is missing; region: is missing')
})
