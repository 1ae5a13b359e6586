import fc from 'fast-check'
import type { Fault } from '../../../src/local/algolia'
import { MAX_CONCURRENT_USERS } from '../../../src/destinations/algolia-personalization/constants'
import { linesInUse } from '../../../src/destinations/algolia-personalization/delivery/user-locks'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host } from '../../support/destination'
import { callsTo, managedIds } from '../../support/profiles'

/** A small part of the true times, so that a test lasts no minutes; their order is the same. */
const TIMEOUT = 400
jest.mock('../../../src/destinations/algolia-personalization/constants', () => ({
  ...jest.requireActual<object>('../../../src/destinations/algolia-personalization/constants'),
  REQUEST_TIMEOUT_MS: 400,
  WRITE_HOLD_MS: 1_500,
  TURN_PATIENCE_MS: 800
}))
jest.setTimeout(process.env.LONG ? 3_600_000 : 60_000)

const algolia = algoliaForEachTest()
const host = new Host()

const isWrite = ({ method }: { method: string }) => method === 'PUT'

test('a write that lands late, after an abort, loses nothing of the next event of the user', async () => {
  const abort = new AbortController()
  algolia.faults.delay(TIMEOUT / 2, { when: isWrite, times: 1 })
  const first = host.deliverBatch('enterAudience', [audienceTrack('u', 'a', true)], { signal: abort.signal })
  while (!callsTo(algolia).some((call) => call.startsWith('PUT'))) await pause(2)
  abort.abort()
  expect(await first).toMatchObject([{ status: 408 }])
  // It waits for the answer of the write, and so reads what it left.
  await host.deliver('enterAudience', audienceTrack('u', 'b', true))
  expect(managedIds(algolia, 'u')).toEqual(['a', 'b'])
})

test('a write that lands after its time was up loses nothing of the next event of the user', async () => {
  algolia.faults.delay(TIMEOUT + 200, { when: isWrite, times: 1 })
  await expect(host.deliver('enterAudience', audienceTrack('u', 'a', true))).rejects.toMatchObject({ status: 504 })
  await host.deliver('enterAudience', audienceTrack('u', 'b', true))
  expect(managedIds(algolia, 'u')).toEqual(['a', 'b'])
})

test('who waits too long for such a turn answers 408, without a call; others are not held up', async () => {
  algolia.faults.hang('before', { when: isWrite, times: 1 })
  await expect(host.deliver('enterAudience', audienceTrack('u', 'a', true))).rejects.toMatchObject({ status: 504 })
  algolia.clearCalls()
  const entries = await host.deliverBatch('enterAudience', [
    audienceTrack('u', 'b', true),
    audienceTrack('v', 'b', true)
  ])
  expect(entries.map(({ status }) => status)).toEqual([408, 200])
  expect(entries[0]?.errormessage).toMatch(/no answer yet/)
  expect(callsTo(algolia).filter((call) => call.includes('/u'))).not.toContain('GET /2/users/u')
  await pause(600)
  await host.deliver('enterAudience', audienceTrack('u', 'b', true))
  expect(managedIds(algolia, 'u')).toEqual(['b'])
})

test.each([
  ['a page of a gateway', { status: 502, body: '<h1>Bad Gateway</h1>' }, true],
  ['an empty answer of a gateway', { status: 504, body: '' }, true],
  ['an error of Algolia’s own', { status: 503, body: '{"status":503}' }, false]
])('%s holds the turn as no answer does: %s', async (_, answer, isHeld) => {
  algolia.faults.status(answer.status, { when: isWrite, times: 1, body: answer.body })
  await expect(host.deliver('enterAudience', audienceTrack('u', 'a', true))).rejects.toMatchObject({
    status: answer.status
  })
  const next = host.deliver('enterAudience', audienceTrack('u', 'b', true))
  if (isHeld) await expect(next).rejects.toMatchObject({ status: 408 })
  else await next
})

test('every second call hanging costs 250 users no more than three calls, and a silent server one', async () => {
  let number = 0
  const rule = algolia.faults.hang('before', { when: () => (number += 1) % 2 === 0 })
  const events = Array.from({ length: 250 }, (_, index) => audienceTrack(`u${index}`, 'vip', true))
  await host.deliverBatch('enterAudience', events)
  // Each round of calls that hang costs their time: as many as are under way at once.
  expect(number).toBeLessThanOrEqual(2 * 3 * MAX_CONCURRENT_USERS)
  algolia.faults.remove(rule)
  algolia.faults.hang('before')
  algolia.clearCalls()
  const entries = await host.deliverBatch(
    'exitAudience',
    events.map(({ userId }) => audienceTrack(`${userId}-x`, 'vip', false))
  )
  expect(new Set(entries.map(({ status }) => status))).toEqual(new Set([504]))
  expect(algolia.calls).toHaveLength(MAX_CONCURRENT_USERS)
})

/** What may become of a user's write: it is late, it never comes, its answer never comes, or a gateway makes one up. */
const aFault = fc.record({
  user: fc.constantFrom('u', 'v', 'w'),
  write: fc.integer({ min: 1, max: 4 }),
  fault: fc.constantFrom<Fault>(
    { delay: TIMEOUT / 2 },
    { delay: 2 * TIMEOUT },
    { noAnswer: { how: 'hang', when: 'before' } },
    { noAnswer: { how: 'hang', when: 'after' } },
    { noAnswer: { how: 'drop', when: 'after' } },
    { change: () => ({ status: 502, headers: {}, body: '<h1>Bad Gateway</h1>' }) }
  )
})
const aBatch = fc.record({
  audience: fc.constantFrom('a', 'b', 'c', 'd'),
  users: fc.uniqueArray(fc.constantFrom('u', 'v', 'w'), { minLength: 1 }),
  startsAfter: fc.integer({ min: 0, max: 200 }),
  abortsAfter: fc.option(fc.integer({ min: 0, max: 600 }), { nil: undefined })
})
/** Batches for the same three users, all within a moment. */
const aScene = fc.record({
  batches: fc.array(aBatch, { minLength: 5, maxLength: 5 }),
  faults: fc.array(aFault, { maxLength: 3 })
})

test('of what is answered 200 nothing is missing, whatever is aborted and whatever becomes of the calls', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(aScene, { minLength: 20, maxLength: 20 }), async (scenes) => {
      run += 1
      algolia.clearCalls()
      algolia.faults.clear()
      host.destination.responses.length = 0
      const readsLeft = new Map<string, number>()
      const writesWithoutRead: string[] = []
      algolia.faults.add({
        when: ({ route, userID = '' }) => {
          const left =
            (readsLeft.get(userID) ?? 0) + (route === 'getProfile' ? 1 : route === 'writeProfileSegments' ? -1 : 0)
          readsLeft.set(userID, left)
          if (left < 0) writesWithoutRead.push(userID)
          return false
        },
        then: {}
      })
      // Users of its own for each scene and run: what an earlier one left under way can't land here.
      await Promise.all(scenes.map((scene, index) => play(scene, `${run}-${index}`)))
      expect(writesWithoutRead).toEqual([])
    }),
    // A hundred batches a run.
    { numRuns: process.env.LONG ? 100 : 1 }
  )
})

async function play(
  { batches, faults }: { batches: RandomBatch[]; faults: RandomFault[] },
  scene: string
): Promise<void> {
  const own = (user: string) => `${user}-${scene}`
  for (const { user, write, fault } of faults) {
    let writes = 0
    algolia.faults.add({
      when: (call) => isWrite(call) && call.userID === own(user) && (writes += 1) === write,
      then: fault
    })
  }
  const answers = batches.map(async ({ audience, users, startsAfter, abortsAfter }) => {
    await pause(startsAfter)
    const abort = new AbortController()
    if (abortsAfter !== undefined) setTimeout(() => abort.abort(), abortsAfter)
    const events = users.map((user) => audienceTrack(own(user), audience, true))
    const entries = await host.deliverBatch('enterAudience', events, { signal: abort.signal })
    return entries.map(({ status }, index) => ({ user: own(users[index] ?? ''), audience, status }))
  })
  const answered = (await Promise.all(answers)).flat()
  // Whatever is still under way may land.
  while (linesInUse() > 0) await pause(10)
  for (const { user, audience, status } of answered) {
    const has = managedIds(algolia, user)
    if (status === 200) expect({ user, has }).toEqual({ user, has: expect.arrayContaining([audience]) })
  }
}

type RandomBatch = typeof aBatch extends fc.Arbitrary<infer Value> ? Value : never
type RandomFault = typeof aFault extends fc.Arbitrary<infer Value> ? Value : never

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
