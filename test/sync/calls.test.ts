import { rm } from 'node:fs/promises'
import destination from '../../src/destinations/algolia-personalization'
import type { Profile } from '../../src/local/algolia'
import { changed, profile, type SentCall, sentTo, withBench } from '../support/segment'

const updated = '2026-01-02T03:04:05.678901Z'

const shopper: Profile = profile('user-1', {
  lastUpdatedAt: updated,
  affinities: [
    { name: 'brand', value: 'Hoka', indices: ['products'], score: 7, lastUpdatedAt: updated },
    { name: 'category', value: 'Trail shoes', indices: ['products'], score: 18, lastUpdatedAt: updated }
  ],
  segments: [
    { id: 'vip', source: 'segment' },
    { id: 'b2b', source: 'crm' }
  ]
})

/** The calls that Segment gets for these profiles. */
async function callsFor(profiles: readonly Profile[], config = {}): Promise<readonly SentCall[]> {
  return withBench({ profiles }, async ({ sync, segment }) => {
    expect(await sync({ config })).toMatchObject({ outcome: 'delivered' })
    expect(segment.rejected).toEqual([])
    return [...sentTo(segment)]
  })
}

describe('the calls of a profile', () => {
  it('identify the user with the fields of the stream profiles as traits, as of the update', async () => {
    const [call, ...others] = await callsFor([shopper])
    expect(others).toEqual([])
    expect(call).toMatchObject({
      type: 'identify',
      userId: 'user-1',
      timestamp: '2026-01-02T03:04:05.678Z',
      traits: {
        algolia_user_id: 'user-1',
        algolia_user_type: 'basic',
        algolia_affinities_name: ['category', 'brand'],
        algolia_affinities_value: ['Trail shoes', 'Hoka'],
        algolia_affinities_name_score: { category: 18, brand: 7 },
        algolia_affinities_value_score: { 'Trail shoes': 18, Hoka: 7 },
        algolia_segment_ids: ['b2b'],
        algolia_segment_sources: ['crm'],
        algolia_last_updated: updated
      }
    })
  })

  it('are kept from the destination of this package, by its name, and from no other', async () => {
    const calls = await callsFor([shopper], { firstSeenEvent: true })
    expect(calls).toHaveLength(2)
    for (const { integrations } of calls) expect(integrations).toEqual({ All: true, [destination.name]: false })
  })

  it('take tokens that Algolia made up as anonymous ids, and others that match the pattern as user ids', async () => {
    const calls = await callsFor([profile('anonymous-1'), profile('not-anonymous-1'), profile('Anonymous-1')])
    expect(calls.map(({ userId, anonymousId }) => ({ userId, anonymousId }))).toEqual([
      { userId: 'Anonymous-1' },
      { anonymousId: 'anonymous-1' },
      { userId: 'not-anonymous-1' }
    ])
  })

  it.each(['userId', 'anonymousId'] as const)('take every token as %s when told so', async (identity) => {
    const calls = await callsFor([profile('anonymous-1'), profile('user-1')], { identity })
    expect(calls.map((call) => call[identity])).toEqual(['anonymous-1', 'user-1'])
    const other = identity === 'userId' ? 'anonymousId' : 'userId'
    expect(calls.filter((call) => other in call)).toEqual([])
  })

  it('have a short message id that stands for the user token and the update, and for where it goes', async () => {
    const idOf = async (from: Profile, config = {}): Promise<string> =>
      (await callsFor([from], config))[0]?.messageId ?? ''
    const id = await idOf(shopper)
    expect(id.length).toBeLessThan(100)
    expect(await idOf({ ...shopper, segments: shopper.segments!.slice(1) })).toBe(id)
    expect(await idOf({ ...shopper, lastUpdatedAt: '2026-01-02T03:04:05.678902Z' })).not.toBe(id)
    expect(await idOf({ ...shopper, userID: 'user-2' })).not.toBe(id)
    expect(await idOf(shopper, { identity: 'anonymousId' })).not.toBe(id)
  })

  it('have other message ids for another source in Segment, which drops repeats wherever they come from', async () => {
    const ids = await Promise.all(
      ['key-of-one-source', 'key-of-another'].map((segmentWriteKey) =>
        withBench({ profiles: [shopper], segment: { writeKey: segmentWriteKey } }, async ({ sync, segment }) => {
          await sync({ config: { segmentWriteKey } })
          return segment.calls[0]?.messageId
        })
      )
    )
    expect(new Set(ids).size).toBe(2)
  })

  it('are told apart by what the profile holds when it tells no update', async () => {
    await withBench({ profiles: [] }, async ({ sync, segment, algolia, stateFile }) => {
      const bare = { userID: 'user-1', affinities: [] } as unknown as Profile
      for (const type of ['basic', 'basic', 'predictive']) {
        algolia.profiles.put({ ...bare, type })
        // Algolia does not find it by its time: all profiles have to be read.
        await rm(stateFile, { force: true })
        await sync()
      }
      expect(sentTo(segment).map(({ traits }) => traits.algolia_user_type)).toEqual(['basic', 'predictive'])
      expect(segment.statistics.repeated).toBe(0)
      expect(segment.calls[0]).not.toHaveProperty('traits.algolia_last_updated')
    })
  })
})

describe('a profile that was never seen before', () => {
  it('raises no event unless told so', async () => {
    const calls = await callsFor([shopper])
    expect(calls.map(({ type }) => type)).toEqual(['identify'])
  })

  it('raises an event after its identify call, once, also after a restart', async () => {
    await withBench({ profiles: [shopper] }, async ({ sync, segment, algolia }) => {
      const config = { firstSeenEvent: true }
      await sync({ config })
      algolia.profiles.put(changed(shopper))
      algolia.profiles.put(profile('anonymous-2'))
      await sync({ config })
      expect(segment.calls).toMatchObject([
        { type: 'identify', userId: 'user-1' },
        {
          type: 'track',
          event: 'Algolia Profile Created',
          userId: 'user-1',
          properties: {
            algolia_user_id: 'user-1',
            algolia_user_type: 'basic',
            algolia_last_updated: updated,
            algolia_strongest_affinities: [
              { name: 'category', value: 'Trail shoes', score: 18 },
              { name: 'brand', value: 'Hoka', score: 7 }
            ]
          }
        },
        { type: 'identify', anonymousId: 'anonymous-2' },
        { type: 'track', event: 'Algolia Profile Created', anonymousId: 'anonymous-2' },
        { type: 'identify', userId: 'user-1' }
      ])
      expect(segment.calls).toHaveLength(5)
    })
  })

  it('is one that was sent without the event before, too', async () => {
    await withBench({ profiles: [shopper] }, async ({ sync, segment, algolia }) => {
      await sync()
      algolia.profiles.put(changed(shopper))
      await sync({ config: { firstSeenEvent: true } })
      expect(segment.calls.map(({ type }) => type)).toEqual(['identify', 'identify'])
    })
  })

  it('raises the event with the same message id when it is sent again with a later update', async () => {
    await withBench({ profiles: [shopper] }, async ({ sync, segment, algolia }) => {
      const config = { firstSeenEvent: true }
      segment.fault = () => ({ status: 501, taken: true })
      expect(await sync({ config })).toMatchObject({ outcome: 'failed' })
      segment.fault = () => undefined
      algolia.profiles.put(changed(shopper))
      expect(await sync({ config })).toMatchObject({ outcome: 'delivered' })
      expect(segment.calls.map(({ type }) => type)).toEqual(['identify', 'track', 'identify'])
      expect(segment.statistics.repeated).toBe(1)
    })
  })
})
