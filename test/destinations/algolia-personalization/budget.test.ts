import definition from '../../../src/destinations/algolia-personalization'
import fc from 'fast-check'
import { Budget, budgetOf } from '../../../src/destinations/algolia-personalization/api/budget'
import { MAX_CONCURRENT_USERS } from '../../../src/destinations/algolia-personalization/constants'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, settings } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'
import type { Event } from '../../support/destination'

const algolia = algoliaForEachTest()
const host = new Host()

const resetHeaders = (remaining: string) => ({ 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': '1800000000' })
const resetTime = '2027-01-15T08:00:00.000Z'

function entering(count: number): Event[] {
  return Array.from({ length: count }, (_, index) => audienceTrack(`u${index}`, 'vip', true))
}

/** The calls after those that may have been sent before the answer to call number `last` arrived. */
function callsAfter(last: number): string[] {
  return callsTo(algolia).slice(last - 1 + 2 * MAX_CONCURRENT_USERS)
}

test.each([429, 421])(
  'after a %i nothing further is sent, and the rest answer 429 with the reset time',
  async (status) => {
    algolia.faults.status(status, { call: 20, headers: resetHeaders('7') })
    const entries = await host.deliverBatch('enterAudience', entering(100))
    expect(callsAfter(20)).toEqual([])
    const failed = entries.filter((entry) => entry.status !== 200)
    expect(failed.length).toBeGreaterThan(50)
    for (const entry of failed) {
      expect(entry).toMatchObject({ status: 429, errortype: 'TOO_MANY_REQUESTS' })
      expect(entry.errormessage).toContain(resetTime)
    }
  }
)

test('after an answer that says that no calls remain nothing further is sent, and replaying the failed events finishes the job', async () => {
  algolia.application.rateLimit = { calls: 60, seconds: 3600 }
  const events = entering(100)
  const entries = await host.deliverBatch('enterAudience', events)
  expect(callsAfter(60)).toEqual([])
  const failed = events.filter((_, index) => entries[index]?.status !== 200)
  expect(failed.length).toBeGreaterThan(50)
  expect(new Set(entries.map(({ status }) => status))).toEqual(new Set([200, 429]))
  for (const entry of entries) if (entry.status === 429) expect(entry.errormessage).toMatch(/until \d{4}-\d\d-\d\dT/)

  algolia.application.rateLimit = false
  // It doesn't ask before the minute is over.
  const now = performance.now.bind(performance)
  jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000)
  const again = await host.deliverBatch('enterAudience', failed)
  expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200]))
  for (let index = 0; index < 100; index++) expect(managedIds(algolia, `u${index}`)).toEqual(['vip'])
})

describe('an answer that says that no calls remain counts as what it is', () => {
  const lastCall = { headers: resetHeaders('0') }

  test('a read: when nothing is to be written the event is delivered', async () => {
    algolia.faults.status(404, { ...lastCall, times: 1 })
    await expect(host.deliver('exitAudience', audienceTrack('u1', 'vip', false))).resolves.toMatchObject({
      status: 200
    })
  })

  test('a read: when the list must be written, the event answers 429 and nothing more is sent', async () => {
    algolia.faults.status(404, { ...lastCall, times: 1 })
    await expect(host.deliver('enterAudience', audienceTrack('u1', 'vip', true))).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining(resetTime)
    })
    expect(callsTo(algolia)).toEqual(['GET /2/users/u1'])
  })

  test('a write: nobody can look at it any more, so the event answers 429, and sent again it is read and looked at', async () => {
    const change = (answer: { headers: Record<string, string> }) => ({
      ...answer,
      headers: { ...answer.headers, ...lastCall.headers }
    })
    algolia.faults.add({ when: ({ method }) => method === 'PUT', then: { change: change as never }, times: 1 })
    const event = audienceTrack('u1', 'vip', true)
    await expect(host.deliver('enterAudience', event)).rejects.toMatchObject({ status: 429 })
    algolia.clearCalls()
    await expect(host.deliver('enterAudience', event)).resolves.toMatchObject({ result: 'profile unchanged' })
    expect(callsTo(algolia)).toEqual(['GET /2/users/u1', 'GET /2/users/u1'])
  })
})

test('an exit of a user without a profile, whose user was written without a look, ends when it is sent again', async () => {
  const now = new Date().toISOString()
  const enter = { ...audienceTrack('left-alone', 'vip', true), timestamp: now }
  const exit = { ...audienceTrack('left-alone', 'other', false), timestamp: now }
  algolia.faults.status(503, { when: ({ number }) => number === 3 })
  await expect(host.deliver('syncAudience', enter)).rejects.toMatchObject({ status: 503 })
  algolia.profiles.delete('left-alone')
  await expect(host.deliver('syncAudience', exit)).resolves.toMatchObject({ result: 'profile unchanged' })
})

test.each([undefined, '', 'none', '-1', '0x0', '1.5', 'Infinity'])(
  'a header x-ratelimit-remaining of %j says nothing',
  async (remaining) => {
    algolia.faults.status(404, { headers: { 'x-ratelimit-remaining': remaining ?? null }, times: 1 })
    await host.deliver('enterAudience', audienceTrack('u1', 'vip', true))
    expect(managedIds(algolia, 'u1')).toEqual(['vip'])
  }
)

test.each([undefined, 'soon', '0', '-5', '99999999999999999999', '1800000000000'])(
  'a header x-ratelimit-reset of %j is not quoted as a time',
  async (reset) => {
    algolia.faults.status(429, { headers: { 'x-ratelimit-reset': reset ?? null } })
    await expect(host.deliver('enterAudience', audienceTrack('u1', 'vip', true))).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining('no more calls for now')
    })
  }
)

test.each([
  [401, 'INVALID_AUTHENTICATION'],
  [402, 'PAYMENT_REQUIRED']
])(
  'after a %i nothing further is sent, the rest answer the same, and what was written is retried',
  async (status, errortype) => {
    algolia.faults.status(status, { when: ({ number }) => number >= 20 })
    const entries = await host.deliverBatch('enterAudience', entering(100))
    expect(callsAfter(20)).toEqual([])
    expect(new Set(entries.map((entry) => entry.status))).toEqual(new Set([503, status]))
    expect(entries.at(-1)).toMatchObject({ status, errortype })
  }
)

describe('when the host aborts', () => {
  test('nothing further is sent, and the rest answer 408', async () => {
    const host = new Host()
    const abort = new AbortController()
    algolia.faults.add({
      when: ({ number }) => {
        if (number === 40) abort.abort()
        return false
      },
      then: {}
    })
    const entries = await host.deliverBatch('enterAudience', entering(100), { signal: abort.signal })
    // Nobody has looked at what was written before.
    expect(new Set(entries.map(({ status }) => status))).toEqual(new Set([408]))
    expect(entries.at(-1)).toMatchObject({ errortype: 'REQUEST_TIMEOUT' })
    expect(callsAfter(40)).toEqual([])
  })

  test("nothing further is sent, though the host's client takes no notice of the signal", async () => {
    const abort = new AbortController()
    const request = jest.fn(() => {
      abort.abort()
      return Promise.resolve({ ok: true, status: 200, headers: new Headers(), data: { userID: 'u1' }, content: '{}' })
    })
    const { enterAudience } = definition.actions
    const payload = [{ userToken: 'u1', segmentId: 'vip' }]
    await enterAudience?.performBatch?.(request as never, { payload, settings, signal: abort.signal })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(request).toHaveBeenCalledTimes(1)
  })

  test('before the call, nothing is sent at all, but what needs no call is answered', async () => {
    const signal = AbortSignal.abort()
    const events = [...entering(2), audienceTrack('u3', 'vip', false), audienceTrack(' ', 'vip', true)]
    const entries = await host.deliverBatch('enterAudience', events, { signal })
    expect(entries.map(({ status }) => status)).toEqual([408, 408, 200, 400])
    await expect(host.deliver('enterAudience', entering(1)[0]!, { signal })).rejects.toMatchObject({ status: 408 })
    expect(algolia.calls).toEqual([])
  })

  test('the call returns at once, though calls are unanswered', async () => {
    const abort = new AbortController()
    algolia.faults.hang('before', {
      when: ({ number }) => {
        if (number === MAX_CONCURRENT_USERS) abort.abort()
        return true
      }
    })
    const entries = await host.deliverBatch('enterAudience', entering(100), { signal: abort.signal })
    expect(new Set(entries.map(({ status }) => status))).toEqual(new Set([408]))
    expect(algolia.calls.length).toBe(MAX_CONCURRENT_USERS)
  })

  test('the call returns at once, though it waits for another call that serves the same users', async () => {
    algolia.faults.hang('before')
    let otherEnded = false
    const other = host.deliverBatch('enterAudience', entering(3)).then(() => (otherEnded = true))
    const abort = new AbortController()
    const waiting = new Host().deliverBatch('enterAudience', entering(3), { signal: abort.signal })
    setTimeout(() => abort.abort(), 50)
    expect((await waiting).map(({ status }) => status)).toEqual([408, 408, 408])
    expect(otherEnded).toBe(false)
    await algolia.close()
    await other
  })

  test('it is listened to once for a batch, and no more after it', async () => {
    const { signal } = new AbortController()
    const added = jest.spyOn(signal, 'addEventListener')
    const removed = jest.spyOn(signal, 'removeEventListener')
    giveProfile(algolia, 'u1', [])
    await host.deliverBatch('enterAudience', entering(50), { signal })
    expect(added).toHaveBeenCalledTimes(1)
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(added.mock.calls.map(([, listener]) => listener))
  })
})

describe('a write that was promised and does not come is given back', () => {
  const promised = (): number => budgetOf(`${algolia.url} ${settings.appId}`).promised
  const bodies = {
    'a gateway’s object': '{"hello":"gateway"}',
    'an empty answer': '',
    'another profile': '{"userID":"someone"}',
    'unknown segments': '{"userID":"u0","segments":"none"}',
    'segments that are no objects': '{"userID":"u0","segments":[1]}',
    'an entry that is not UTF-8': '{"userID":"u0","segments":[{"id":"caf\uFFFD","source":"crm"}]}',
    'a page': '<h1>Welcome</h1>'
  }

  test.each(Object.entries(bodies))('%s', async (_, body) => {
    algolia.faults.status(200, { when: ({ route }) => route === 'getProfile', body })
    await expect(host.deliver('enterAudience', audienceTrack('u0', 'vip', true))).rejects.toThrow()
    expect(promised()).toBe(0)
  })

  test('whatever the reads and looks of a batch are answered', async () => {
    const anAnswer = fc.record({
      status: fc.constantFrom(200, 200, 404, 422, 429, 503),
      body: fc.constantFrom(...Object.values(bodies), '{"status":404}', '{}'),
      call: fc.integer({ min: 1, max: 12 })
    })
    await fc.assert(
      fc.asyncProperty(fc.array(anAnswer, { maxLength: 6 }), async (answers) => {
        algolia.faults.clear()
        algolia.clearCalls()
        for (const { call, status, body } of answers) {
          // A write that isn't confirmed would hold its user's turn.
          algolia.faults.status(status, { when: ({ number, method }) => number === call && method === 'GET', body })
        }
        await host.deliverBatch('syncAudience', entering(4))
        expect(promised()).toBe(0)
      }),
      { numRuns: 40 }
    )
  })
})

describe('the calls that are left', () => {
  const read = { keep: 6, promises: 1 }
  const period = { limit: 500, resetAt: 1_800_000_060 }
  let now = 0
  let budget = new Budget()

  beforeEach(() => {
    now = 5_000
    budget = new Budget()
    jest.spyOn(performance, 'now').mockImplementation(() => now)
  })

  /** An answer that says so, at 08:00:00 of a period that ends at 08:01:00. */
  function told(left: number, { limit, resetAt } = period): void {
    const headers = new Headers({
      date: new Date(1_800_000_000_000).toUTCString(),
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(left),
      'x-ratelimit-reset': String(resetAt)
    })
    budget.learn({ headers } as never)
  }

  /** Others send so many calls for each of ours. */
  function withOthers(share: number, from = 500): number {
    for (let answer = 0; answer < 100; answer++) told(from - share * answer)
    return from - share * 99
  }

  test('are left for looks: more where others use them, too, but never more than a quarter', () => {
    told(8)
    expect(budget.allows(read)).toBe('yes')
    told(7)
    expect(budget.allows(read)).toBe('no')
    budget = new Budget()
    // In another period each, as what others took in this one would count.
    const later = (minutes: number): number => period.resetAt + 60 * minutes
    withOthers(4, 10_000)
    told(6 * 4 + 2, { ...period, resetAt: later(1) })
    expect(budget.allows(read)).toBe('yes')
    told(6 * 4, { ...period, resetAt: later(2) })
    expect(budget.allows(read)).toBe('no')
    told(6, { limit: 20, resetAt: later(3) })
    expect(budget.allows(read)).toBe('no')
    told(7, { limit: 20, resetAt: later(4) })
    expect(budget.allows(read)).toBe('yes')
  })

  test('after a pause one call goes ahead, where others use them, too; nobody waits longer than a second for its answer', async () => {
    const left = withOthers(4, 1_000)
    now += 200
    expect(budget.allows(read)).toBe('yes')
    budget.begin()
    expect(budget.allows(read)).toBe('wait')
    told(left - 4)
    expect(budget.allows(read)).toBe('yes')
    budget.end()
    now += 200
    expect(budget.allows(read)).toBe('yes')
    budget.begin()
    const waiting = budget.nextEnd()
    now += 999
    expect(budget.allows(read)).toBe('wait')
    now += 1
    await waiting
    expect(budget.allows(read)).toBe('yes')
  })

  test('alone, all go at once, however long ago it was told', () => {
    told(400)
    now += 20_000
    for (let call = 0; call < 16; call++) {
      expect(budget.allows(read)).toBe('yes')
      budget.begin()
    }
  })

  test('when too few are left nothing is sent until the period is over; then one call that asks, once a second', () => {
    told(5)
    now += 59_999
    expect(budget.allows(read)).toBe('no')
    now += 1
    expect(budget.allows(read)).toBe('yes')
    expect(budget.allows(read)).toBe('no')
    now += 1_000
    expect(budget.allows(read)).toBe('yes')
    budget.begin()
    expect(budget.allows(read)).toBe('wait')
    told(499, { ...period, resetAt: period.resetAt + 60 })
    expect(budget.allows(read)).toBe('yes')
  })

  test('where none are left one call at a time asks, as that takes none away from anybody', () => {
    told(0)
    expect(budget.allows(read)).toBe('yes')
    budget.begin()
    expect(budget.allows(read)).toBe('wait')
    told(0)
    budget.end()
    expect(budget.allows(read)).toBe('yes')
    budget.begin()
    // The only one under way: nothing has overtaken it.
    told(100)
    expect(budget.allows(read)).toBe('yes')
    for (let call = 0; call < 70; call++) budget.begin()
    told(200)
    expect(budget.allows(read)).toBe('wait')
  })
})
