import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { MAX_CONCURRENT_USERS, MAX_UNANSWERED_CALLS } from '../../../src/destinations/algolia-personalization/constants'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'
import type { BatchEntry, Event } from '../../support/destination'

const algolia = algoliaForEachTest()
const host = new Host()

function statuses(entries: BatchEntry[]): number[] {
  return entries.map(({ status }) => status)
}

test('1,000 events over 200 users cost 2 calls for a user whose list changes and 1 for one whose does not', async () => {
  const users = Array.from({ length: 200 }, (_, index) => `u${index}`)
  // Every fourth user is in both audiences already, every fourth has no profile and only exits.
  const unchanged = users.filter((_, index) => index % 4 === 0)
  const strangers = users.filter((_, index) => index % 4 === 1)
  const both = ['vip', 'loyal'].map((id) => ({ id, source: 'segment' }))
  for (const user of unchanged) giveProfile(algolia, user, both)
  const events = [0, 1, 2, 3, 4].flatMap((round) =>
    users.map((user) => audienceTrack(user, round % 2 ? 'vip' : 'loyal', !strangers.includes(user)))
  )

  const entries = await host.deliverBatch('syncAudience', events)

  expect(entries).toHaveLength(1000)
  expect(new Set(statuses(entries))).toEqual(new Set([200]))
  const callsOf = (user: string) => callsTo(algolia).filter((call) => call.split('/')[3] === user).length
  for (const user of users) {
    const changes = !unchanged.includes(user) && !strangers.includes(user)
    expect(callsOf(user)).toBe(changes ? 2 : 1)
    expect(managedIds(algolia, user).sort()).toEqual(strangers.includes(user) ? [] : ['loyal', 'vip'])
  }
})

test('each event has its outcome at its own index, whatever becomes of the others', async () => {
  const users = Array.from({ length: 60 }, (_, index) => `u${index}`)
  // In turn: delivered, refused by the host (no audience), no usable token, failing in Algolia, not for this action.
  const events = users.map((user, index): Event => {
    const event = audienceTrack(user, 'vip', index % 5 !== 4)
    if (index % 5 === 1) return { ...event, properties: {}, context: {} }
    if (index % 5 === 2) return { ...event, userId: `${user} ` }
    return event
  })
  algolia.faults.status(500, { when: ({ userID }) => Number(userID?.slice(1)) % 5 === 3 })

  const entries = await host.deliverBatch('enterAudience', events)

  expect(statuses(entries)).toEqual(users.map((_, index) => [200, 400, 400, 500, 200][index % 5]))
  entries.forEach((entry, index) => {
    if (index % 5 !== 1) expect(entry.sent).toMatchObject({ userToken: events[index]?.userId, segmentId: 'vip' })
  })
  expect([...algolia.profiles].map(({ userID }) => userID)).toEqual(users.filter((_, index) => index % 5 === 0).sort())
})

test('an empty list of responses never comes back: each payload has a response, also when all are refused', async () => {
  const entries = await host.deliverBatch('syncAudience', [
    audienceTrack(' ', 'vip', true),
    audienceTrack('?', 'a', true)
  ])
  expect(statuses(entries)).toEqual([400, 400])
  expect(algolia.calls).toEqual([])
})

test.each([
  [[true, false, true], ['vip']],
  [[false, true, false], []],
  [[true, true, false, false], []]
])('a user who enters (true) and exits in the order %j ends as the last event says', async (memberships, expected) => {
  const events = memberships.map((entered) => audienceTrack('shopper-1', 'vip', entered))
  const entries = await host.deliverBatch('syncAudience', [...events, audienceTrack('shopper-1', 'other', true)])
  expect(statuses(entries)).toEqual([...memberships.map(() => 200), 200])
  expect(managedIds(algolia, 'shopper-1').sort()).toEqual([...expected, 'other'].sort())
})

test('several audiences of a user come with one read and one write', async () => {
  giveProfile(algolia, 'shopper-1', [{ id: 'old', source: 'segment' }])
  await host.deliverBatch('syncAudience', [
    audienceTrack('shopper-1', 'a', true),
    audienceTrack('shopper-1', 'b', true),
    audienceTrack('shopper-1', 'old', false)
  ])
  expect(callsTo(algolia).slice(0, 2)).toEqual(['GET /2/users/shopper-1', 'PUT /2/users/shopper-1/segments'])
  expect(managedIds(algolia, 'shopper-1')).toEqual(['a', 'b'])
})

test("one user's failure touches no other user", async () => {
  algolia.faults.status(503, { when: ({ userID }) => userID === 'unlucky' })
  algolia.faults.drop('before', { when: ({ userID }) => userID === 'cut-off' })
  const users = ['a', 'unlucky', 'b', 'cut-off', 'c']
  const entries = await host.deliverBatch(
    'enterAudience',
    users.map((user) => audienceTrack(user, 'vip', true))
  )
  expect(statuses(entries)).toEqual([200, 503, 200, 503, 200])
  for (const user of ['a', 'b', 'c']) expect(managedIds(algolia, user)).toEqual(['vip'])
})

test('when an event fails in a way that the host retries, the later ones of its user fail with it', async () => {
  algolia.faults.status(500, {
    when: ({ route, userID }) => route === 'writeProfileSegments' && userID === 'u1',
    times: 1
  })
  const events = [
    audienceTrack('u1', 'vip', true),
    audienceTrack('u2', 'vip', true),
    audienceTrack('u1', 'never-in-it', false),
    audienceTrack('u1', 'vip', false),
    audienceTrack('u1', 'loyal', true)
  ]
  const entries = await host.deliverBatch('syncAudience', events)
  expect(statuses(entries)).toEqual([500, 200, 500, 500, 500])

  const again = await host.deliverBatch(
    'syncAudience',
    events.filter((_, index) => entries[index]?.status !== 200)
  )
  expect(statuses(again)).toEqual([200, 200, 200, 200])
  expect(managedIds(algolia, 'u1')).toEqual(['loyal'])
})

test('an event that is refused for good holds up no other event of its user', async () => {
  const entries = await host.deliverBatch('syncAudience', [
    audienceTrack('u1', 'line\nbreak', true),
    audienceTrack('u1', 'vip', true),
    { type: 'track', event: 'Order Completed', userId: 'u1', properties: { audience_key: 'unclear' } },
    audienceTrack('u1', 'loyal', true)
  ])
  expect(statuses(entries)).toEqual([400, 200, 400, 200])
  expect(managedIds(algolia, 'u1')).toEqual(['vip', 'loyal'])
})

test('payloads are not changed', async () => {
  const events = [audienceTrack('u1', 'vip', true), audienceTrack('u1', 'vip', false)]
  const before = structuredClone(events)
  await host.deliverBatch('syncAudience', events)
  expect(events).toEqual(before)
})

test('of a server that never answers, a batch finds out in the time of a few calls', async () => {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let connections = 0
  server.on('connection', () => (connections += 1))
  process.env.ALGOLIA_PERSONALIZATION_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const events = Array.from({ length: 250 }, (_, index) => audienceTrack(`u${index}`, 'vip', true))
  const entries = await host.deliverBatch('enterAudience', events)
  await new Promise((resolve) => server.close(resolve))
  expect(new Set(statuses(entries))).toEqual(new Set([503]))
  for (const { errormessage } of entries) expect(errormessage).toMatch(/no connection.*tries again/)
  expect(connections).toBeLessThan(3 * MAX_UNANSWERED_CALLS)
})

test('calls without an answer stop a batch only when none between them is answered', async () => {
  let number = 0
  algolia.faults.add({
    when: () => (number += 1) % 2 === 0,
    then: { noAnswer: { how: 'drop', when: 'before' } }
  })
  const events = Array.from({ length: 100 }, (_, index) => audienceTrack(`u${index}`, 'vip', false))
  const entries = await host.deliverBatch('exitAudience', events)
  expect(statuses(entries).filter((status) => status === 200)).toHaveLength(50)
  expect(algolia.calls).toHaveLength(100)
})

test.each([
  [404, '{"status":404,"message":"Not Found"}', 404],
  [405, '{"status":405,"message":"Method Not Allowed"}', 405],
  [404, '{"message":"no Route matched with those values"}', 502]
])('a write answered %i with %s stops the batch', async (status, body, answered) => {
  algolia.faults.latency = 10
  algolia.faults.status(status, { when: ({ method }) => method === 'PUT', body })
  const events = Array.from({ length: 125 }, (_, index) => audienceTrack(`u${index}`, 'vip', true))
  const entries = await host.deliverBatch('enterAudience', events)
  expect(new Set(entries.map((entry) => entry.status))).toEqual(new Set([answered]))
  expect(algolia.calls.length).toBeLessThanOrEqual(4 * MAX_CONCURRENT_USERS)
})
