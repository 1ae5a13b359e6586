import { SETTLING_MS } from '../../../src/destinations/algolia-personalization/constants'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, settings } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'
import type { Event } from '../../support/destination'

const algolia = algoliaForEachTest()
const host = new Host()
/** The memory of what was delivered lately is the process's: each test has a user of its own. */
let user: string
let number = 0

beforeEach(() => {
  user = `u${(number += 1)}`
})

function at(second: number, entered: boolean, audience = 'vip', userId = user): Event {
  return {
    ...audienceTrack(userId, audience, entered),
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
  }
}

const results = (entries: { body?: unknown }[]) => entries.map(({ body }) => (body as { result: string }).result)

test('an older event that comes later is superseded, without a call', async () => {
  await host.deliver('syncAudience', at(20, false))
  algolia.clearCalls()
  await expect(host.deliver('syncAudience', at(10, true))).resolves.toEqual({ status: 200, result: 'superseded' })
  expect(callsTo(algolia)).toEqual([])
  expect(managedIds(algolia, user)).toEqual([])
})

test('in a batch the newest event counts, wherever it stands; of equal times the later one', async () => {
  const entries = await host.deliverBatch('syncAudience', [
    at(30, true),
    at(10, false),
    at(20, false),
    at(5, true, 'b'),
    at(5, false, 'b')
  ])
  expect(results(entries)).toEqual(['profile updated', 'superseded', 'superseded', 'superseded', 'profile updated'])
  expect(managedIds(algolia, user)).toEqual(['vip'])
})

test('other audiences and other users of the same time are not touched', async () => {
  await host.deliver('syncAudience', at(20, true))
  await host.deliver('syncAudience', at(10, true, 'b'))
  await host.deliver('syncAudience', at(10, true, 'vip', `${user}-other`))
  expect([managedIds(algolia, user), managedIds(algolia, `${user}-other`)]).toEqual([['vip', 'b'], ['vip']])
})

test('an event without a readable time has that of its arrival, and so has one from the future', async () => {
  await host.deliver('syncAudience', { ...at(0, true), timestamp: '2999-01-01T00:00:00Z' })
  await host.deliver('syncAudience', { ...at(0, false), timestamp: 'soon' })
  expect(managedIds(algolia, user)).toEqual([])
  await expect(host.deliver('syncAudience', at(10, true))).resolves.toMatchObject({ result: 'superseded' })
})

test('an event that failed is not remembered: its retry counts, and so does an older one before it', async () => {
  algolia.faults.status(503, { when: ({ method }) => method === 'PUT', times: 1 })
  await expect(host.deliver('syncAudience', at(20, true))).rejects.toMatchObject({ status: 503 })
  giveProfile(algolia, user, [{ id: 'vip', source: 'segment' }])
  await expect(host.deliver('syncAudience', at(10, false))).resolves.toMatchObject({ result: 'profile updated' })
  await expect(host.deliver('syncAudience', at(20, true))).resolves.toMatchObject({ result: 'profile updated' })
  expect(managedIds(algolia, user)).toEqual(['vip'])
})

test('a repair never undoes what a newer event of this process has done since', async () => {
  algolia.faults.latency = 20
  const enter = host.deliver('syncAudience', at(10, true))
  while (managedIds(algolia, user).length === 0) await pause(2)
  // Somebody else takes it away, and a newer event leaves before anybody has looked.
  giveProfile(algolia, user, [{ id: 'b', source: 'segment' }])
  const exit = host.deliver('syncAudience', at(20, false))
  await expect(Promise.all([enter, exit])).resolves.toMatchObject([{ result: 'superseded' }, { status: 200 }])
  expect(managedIds(algolia, user)).toEqual(['b'])
})

test('a profile that is deleted before anybody has looked stays deleted', async () => {
  algolia.faults.latency = 20
  SETTLING_MS.least = 200
  const enter = host.deliver('syncAudience', at(10, true))
  while (managedIds(algolia, user).length === 0) await pause(2)
  await host.destination.onDelete!({ type: 'delete', userId: user } as never, { ...settings })
  SETTLING_MS.least = 0
  await expect(enter).resolves.toMatchObject({ result: 'superseded' })
  expect(algolia.profiles.get(user)).toBeUndefined()
})

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

test('the newest event counts as such though the clock was set back after the one before', async () => {
  const now = Date.now()
  const timed = (entered: boolean, time: number): Event => ({
    ...at(0, entered),
    timestamp: new Date(time).toISOString()
  })
  await host.deliver('syncAudience', timed(true, now - 1_000))
  const clock = jest.spyOn(Date, 'now').mockReturnValue(now - 60_000)
  try {
    await host.deliver('syncAudience', timed(false, now))
  } finally {
    clock.mockRestore()
  }
  expect(managedIds(algolia, user)).toEqual([])
})
