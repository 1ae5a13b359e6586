import { Destination } from '@segment/actions-core'
import { defaultValues } from '@segment/actions-core'
import destination from '../../src/destinations/algolia-personalization'
import type { Profile } from '../../src/local/algolia'
import { type Bench, profile, sentTo, withBench } from '../support/segment'

/** More when there is time. */
const MANY = process.env.LONG ? 200_000 : 2_000
const MEMBERSHIPS = process.env.LONG ? 10_000 : 300

const at = '2026-01-02T03:04:05Z'

function affinity(value: string, score = 10, name = 'category'): Profile['affinities'][number] {
  return { name, value, score, indices: ['products'], lastUpdatedAt: at }
}

function updated(known: Profile, changes: Partial<Profile> = {}): Profile {
  return { ...known, lastUpdatedAt: new Date().toISOString(), ...changes }
}

const shopper = profile('user-1', {
  affinities: [affinity('shoes', 18), affinity('Hoka', 7, 'brand')],
  segments: [
    { id: 'vip', source: 'segment' },
    { id: 'b2b', source: 'crm' }
  ]
})

/** What is sent after a profile has become another one, in a sync with these settings. */
async function sentAfter(changes: Partial<Profile>, config = {}): Promise<number> {
  return withBench({ profiles: [shopper] }, async ({ sync, segment, algolia }) => {
    await sync({ config })
    algolia.profiles.put(updated(shopper, changes))
    const { outcome, summary } = await sync({ config })
    expect(outcome).toBe('delivered')
    expect(summary.profiles.sent + summary.profiles.known).toBe(1)
    return segment.calls.length - 1
  })
}

describe('what a profile means', () => {
  it.each<[string, Partial<Profile>]>([
    ['its time moved', {}],
    [
      'the times of its affinities moved',
      { affinities: shopper.affinities.map((each) => ({ ...each, lastUpdatedAt: '2026-03-01T00:00:00Z' })) }
    ],
    ['a managed segment came', { segments: [...shopper.segments!, { id: 'runners', source: 'segment' }] }],
    ['a managed segment went', { segments: shopper.segments!.slice(1) }],
    ['its affinities stand in another order', { affinities: [...shopper.affinities].reverse() }]
  ])('is the same when %s: nothing is sent', async (_, changes) => {
    expect(await sentAfter(changes)).toBe(0)
  })

  it.each<[string, Partial<Profile>]>([
    ['an affinity fell away', { affinities: shopper.affinities.slice(1) }],
    ['an affinity came', { affinities: [...shopper.affinities, affinity('coats')] }],
    ['a score changed', { affinities: [affinity('shoes', 17), shopper.affinities[1]!] }],
    ['a segment of another source came', { segments: [...shopper.segments!, { id: 'x', source: 'crm' }] }],
    ['a segment of another source went', { segments: shopper.segments!.slice(0, 1) }],
    ['a segment came from another source', { segments: [{ id: 'b2b', source: 'erp' }] }],
    ['its type changed', { type: 'predictive' }]
  ])('is another when %s: it is sent', async (_, changes) => {
    expect(await sentAfter(changes)).toBe(1)
  })

  it('is told with messages of their own when it is again what it was before', async () => {
    await withBench({ profiles: [shopper] }, async ({ sync, segment, algolia }) => {
      await sync()
      for (const type of ['predictive', 'basic', 'predictive', 'basic']) {
        algolia.profiles.put(updated(shopper, { type }))
        await sync()
      }
      expect(sentTo(segment).map(({ traits }) => traits.algolia_user_type)).toEqual([
        'basic',
        'predictive',
        'basic',
        'predictive',
        'basic'
      ])
      expect(segment.statistics.repeated).toBe(0)
    })
  })

  it('leaves managed segments out of what Segment gets', async () => {
    await withBench({ profiles: [shopper] }, async ({ sync, segment }) => {
      await sync()
      expect(segment.calls).toMatchObject([
        { traits: { algolia_segment_ids: ['b2b'], algolia_segment_sources: ['crm'] } }
      ])
    })
  })
})

describe('--min-score', () => {
  it('leaves weak affinities out, and takes a score that crosses it for a change, and one that stays below for none', async () => {
    const config = { minScore: 8 }
    await withBench({ profiles: [shopper] }, async ({ sync, segment }) => {
      await sync({ config })
      expect(sentTo(segment)[0]?.traits.algolia_affinities_value).toEqual(['shoes'])
    })
    expect(await sentAfter({ affinities: [shopper.affinities[0]!, affinity('Hoka', 8, 'brand')] }, config)).toBe(1)
    expect(await sentAfter({ affinities: [shopper.affinities[0]!, affinity('Hoka', 6, 'brand')] }, config)).toBe(0)
  })

  it('that has changed lets everything be read anew, says so, and sends what it changes', async () => {
    const other = profile('user-2', { affinities: [affinity('coats', 20)] })
    await withBench({ profiles: [shopper, other] }, async ({ sync, segment, log }) => {
      await sync()
      expect((await sync({ config: { minScore: 8 } })).summary.profiles).toMatchObject({ read: 2, sent: 1, known: 1 })
      expect(sentTo(segment)[2]?.traits.algolia_affinities_value).toEqual(['shoes'])
      expect(log.filter((line) => line.startsWith('warn: '))).toEqual([
        expect.stringContaining('least score has changed')
      ])
    })
  })
})

it(`${MANY} profiles whose times alone moved, or on which only managed segments changed, cost no call to Segment`, async () => {
  await withBench({ profiles: MANY }, async ({ sync, segment, algolia }) => {
    expect((await sync()).summary.profiles.sent).toBe(MANY)
    const { requests } = segment.statistics
    let index = 0
    for (const known of [...algolia.profiles]) {
      index += 1
      const segments = [...(known.segments ?? []), { id: `audience-${index}`, source: 'segment' }]
      algolia.profiles.put(updated(known, index % 2 === 0 ? { segments } : {}))
    }
    const { outcome, summary } = await sync()
    expect({ outcome, ...summary.profiles }).toMatchObject({ outcome: 'delivered', read: MANY, sent: 0, known: MANY })
    expect(segment.statistics.requests).toBe(requests)
  })
}, 600_000)

it(`${MEMBERSHIPS} memberships that the destination writes between two syncs come back as no call`, async () => {
  await withBench({ profiles: MEMBERSHIPS }, async (bench) => {
    const { sync, segment, algolia } = bench
    await sync()
    const { requests } = segment.statistics
    await enterAudience(bench)
    const members = [...algolia.profiles].filter(({ segments }) => segments?.some(({ id }) => id === 'echo'))
    expect(members).toHaveLength(MEMBERSHIPS)
    expect((await sync()).summary.profiles).toMatchObject({ read: MEMBERSHIPS, sent: 0, known: MEMBERSHIPS })
    expect(segment.statistics.requests).toBe(requests)
  })
}, 600_000)

/** Sends everybody into an audience, through the host's own class. */
async function enterAudience({ algolia }: Bench): Promise<void> {
  const before = process.env.ALGOLIA_PERSONALIZATION_URL
  process.env.ALGOLIA_PERSONALIZATION_URL = algolia.url
  try {
    const host = new Destination(destination)
    const fields = destination.actions.enterAudience!.fields
    const mapping = { ...defaultValues(fields), segmentId: 'echo', userToken: { '@path': '$.userId' } }
    const subscription = { partnerAction: 'enterAudience', subscribe: 'type = "track"', mapping }
    const { appId, apiKey } = algolia.application
    const events = [...algolia.profiles].map(({ userID }) => {
      return {
        type: 'track' as const,
        event: 'Audience Entered',
        userId: userID,
        properties: { audience_key: 'echo', echo: true }
      }
    })
    for (let start = 0; start < events.length; start += 100) {
      const batch = events.slice(start, start + 100)
      await host.onBatch(batch, { appId, apiKey, region: 'us', subscription })
    }
  } finally {
    if (before === undefined) delete process.env.ALGOLIA_PERSONALIZATION_URL
    else process.env.ALGOLIA_PERSONALIZATION_URL = before
  }
}

describe('what a run counts for Segment’s bill', () => {
  it('is users and calls, and a dry run ends with what the next one would cost', async () => {
    await withBench({ profiles: 40 }, async ({ start, sync }) => {
      const dry = start(['--dry-run', '--first-seen-event'])
      expect(await dry.ended).toBe(0)
      expect(dry.stderr).toMatch(/A run would send 80 calls about 40 users: .*bill.*\n$/)
      const { summary } = await sync({ config: { firstSeenEvent: true } })
      expect(summary.bill).toEqual({ users: 40, calls: 80 })
    })
  })
})

it('a profile that is never seen before carries its three strongest affinities and its type', async () => {
  const affinities = [4, 19, 12, 7].map((score) => affinity(`value ${score}`, score))
  await withBench({ profiles: [profile('user-1', { affinities, type: 'predictive' })] }, async ({ sync, segment }) => {
    await sync({ config: { firstSeenEvent: true, minScore: 5 } })
    expect(segment.calls[1]).toMatchObject({
      event: 'Algolia Profile Created',
      properties: {
        algolia_user_type: 'predictive',
        algolia_strongest_affinities: [
          { name: 'category', value: 'value 19', score: 19 },
          { name: 'category', value: 'value 12', score: 12 },
          { name: 'category', value: 'value 7', score: 7 }
        ]
      }
    })
  })
})
