import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'
import type { Event } from '../../support/destination'

const algolia = algoliaForEachTest()
const host = new Host()

/** An event of a person with further user tokens: mapped ones, and external IDs. */
function ofPerson(
  userId: string,
  others: string[],
  externalIds?: unknown
): { event: Event; mapping: Record<string, unknown> } {
  const event = audienceTrack(userId, 'vip', true)
  return {
    event: {
      ...event,
      properties: { ...event.properties, others },
      context: { ...event.context, externalIds: externalIds as never }
    },
    mapping: { otherUserTokens: { '@path': '$.properties.others' } }
  }
}

const external = (id: unknown, type = 'algolia_user_token') => ({ id, type, collection: 'users', encoding: 'none' })

test('a change goes to each distinct token, at two calls a token and one look', async () => {
  const { event, mapping } = ofPerson(
    'a',
    ['b', 'b', 'a'],
    [external('c'), external('b'), external('x', 'email'), 7, null]
  )
  const [entry] = await host.deliverBatch('enterAudience', [event], { mapping })
  expect(entry).toMatchObject({ status: 200, body: { result: 'profile updated' } })
  for (const token of ['a', 'b', 'c']) expect(managedIds(algolia, token)).toEqual(['vip'])
  expect([...algolia.profiles]).toHaveLength(3)
  expect(algolia.calls).toHaveLength(3 * 2 + 1)
})

test('the outcome is the worst one, and its message names the token by its place and beginning', async () => {
  algolia.faults.status(503, { when: ({ userID }) => userID === 'other-2' })
  const { event, mapping } = ofPerson('main', ['other-1', 'other-2'])
  const [entry] = await host.deliverBatch('enterAudience', [event], { mapping })
  expect(entry).toMatchObject({
    status: 503,
    errormessage: expect.stringMatching(/^For the other user token 2 \("oth…"/)
  })
  expect(entry?.errormessage).not.toContain('other-2')
  expect([managedIds(algolia, 'main'), managedIds(algolia, 'other-1')]).toEqual([['vip'], ['vip']])
})

test('a bad other token is refused with 400, and the others are served', async () => {
  const { event, mapping } = ofPerson('main', ['maya@example.com', 'other'])
  const [entry] = await host.deliverBatch('enterAudience', [event], { mapping })
  expect(entry).toMatchObject({ status: 400, errormessage: expect.stringContaining('"may…"') })
  expect(entry?.errormessage).not.toContain('maya@')
  expect([managedIds(algolia, 'main'), managedIds(algolia, 'other')]).toEqual([['vip'], ['vip']])
})

test('what is retried wins over what is refused', async () => {
  algolia.faults.status(500, { when: ({ userID }) => userID === 'other' })
  const { event, mapping } = ofPerson('main', ['not ok', 'other'])
  const [entry] = await host.deliverBatch('enterAudience', [event], { mapping })
  expect(entry).toMatchObject({ status: 500 })
})

test('an event that is retried takes with it the later events that share any token', async () => {
  algolia.faults.status(500, { when: ({ userID }) => userID === 'a' })
  const people = [ofPerson('a', ['b']), ofPerson('b', ['c']), ofPerson('c', []), ofPerson('d', [])]
  const events = people.map(({ event }) => event)
  const entries = await host.deliverBatch('enterAudience', events, { mapping: people[0]!.mapping })
  expect(entries.map(({ status }) => status)).toEqual([500, 500, 500, 200])
})

test('more than 20 distinct tokens refuse the event before any call', async () => {
  const tokens = Array.from({ length: 20 }, (_, index) => `t${index}`)
  const { event, mapping } = ofPerson('main', tokens)
  await expect(host.deliver('enterAudience', event, { mapping })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('21 user tokens')
  })
  expect(algolia.calls).toEqual([])
  const fitting = ofPerson('main', [...tokens.slice(1), 'main'])
  await host.deliver('enterAudience', fitting.event, { mapping })
  expect([...algolia.profiles]).toHaveLength(20)
})

test('an event with 100 other tokens is refused alone, and the others of its batch are delivered', async () => {
  const many = ofPerson(
    'main',
    Array.from({ length: 100 }, (_, index) => `t${index}`)
  )
  const events = [ofPerson('before', []).event, many.event, ofPerson('after', []).event]
  const entries = await host.deliverBatch('enterAudience', events, { mapping: many.mapping })
  expect(entries.map(({ status }) => status)).toEqual([200, 400, 200])
  expect(entries[1]?.errormessage).toContain('101 user tokens')
  expect([...algolia.profiles].map(({ userID }) => userID).sort()).toEqual(['after', 'before'])
})

test('of a profile with 1,000 segments none is lost', async () => {
  const segments = Array.from({ length: 1000 }, (_, index) => ({ id: `audience-${index}`, source: 'segment' }))
  giveProfile(algolia, 'collector', segments)
  await host.deliver('syncAudience', audienceTrack('collector', 'vip', true))
  expect(algolia.profiles.get('collector')?.segments).toEqual([...segments, { id: 'vip', source: 'segment' }])
  await host.deliver('syncAudience', audienceTrack('collector', 'audience-500', false))
  expect(algolia.profiles.get('collector')?.segments).toHaveLength(1000)
  expect(managedIds(algolia, 'collector')).not.toContain('audience-500')
})

test.each(['not JSON', '{"id":"x"}', '[[]]', '[{"type":"algolia_user_token"}]'])(
  'external IDs that are %s are ignored',
  async (externalIds) => {
    await host.deliver('enterAudience', audienceTrack('a', 'vip', true), { mapping: { externalIds } })
    expect([...algolia.profiles].map(({ userID }) => userID)).toEqual(['a'])
  }
)

describe('createProfiles off', () => {
  const mapping = { createProfiles: false }

  test.each([true, false])(
    'a token without a profile costs one read and no write, and answers no profile (enters: %s)',
    async (entered) => {
      await expect(
        host.deliver('syncAudience', audienceTrack('stranger', 'vip', entered), { mapping })
      ).resolves.toEqual({ status: 200, result: 'no profile' })
      expect(callsTo(algolia)).toEqual(['GET /2/users/stranger'])
      expect([...algolia.profiles]).toEqual([])
    }
  )

  test('a token with a profile is updated, and the event says so though another has none', async () => {
    giveProfile(algolia, 'known')
    const { event, mapping: others } = ofPerson('stranger', ['known'])
    await expect(host.deliver('syncAudience', event, { mapping: { ...mapping, ...others } })).resolves.toMatchObject({
      result: 'profile updated'
    })
    expect(managedIds(algolia, 'known')).toEqual(['vip'])
    expect(algolia.profiles.get('stranger')).toBeUndefined()
  })
})

test('with createProfiles on, an exit makes no empty profile', async () => {
  await expect(host.deliver('syncAudience', audienceTrack('stranger', 'vip', false))).resolves.toMatchObject({
    result: 'profile unchanged'
  })
  expect([...algolia.profiles]).toEqual([])
})
