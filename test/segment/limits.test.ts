import { LIMITS } from '../../src/local/segment'
import type { Affinity, Profile } from '../../src/local/algolia'
import { profile, sentTo, versionsIn, versionsOf, withBench } from '../support/segment'

/** Affinities with scores 1-20 in turn; texts of other languages take more bytes than characters. */
function affinities(count: number, text = 'Wanderschuhe für größere Füße 登山靴'): Affinity[] {
  return Array.from({ length: count }, (_, index) => ({
    name: 'category',
    value: `${text} ${index}`,
    indices: ['products'],
    score: 1 + (index % 20),
    lastUpdatedAt: '2026-01-02T03:04:05Z'
  }))
}

describe("Segment's limits", () => {
  it('are kept by leaving out the weakest affinities of a profile that is too large, and saying so', async () => {
    const large = profile('user-1', { affinities: affinities(600) })
    await withBench({ profiles: [large] }, async ({ sync, segment, log }) => {
      const { outcome, summary } = await sync()
      expect(outcome).toBe('delivered')
      expect(summary.profiles).toMatchObject({ sent: 1, shortened: 1, rejected: 0 })
      const { traits } = sentTo(segment)[0]!
      const kept: number[] = Object.values(traits.algolia_affinities_value_score)
      expect(traits.algolia_affinities_value).toHaveLength(kept.length)

      // The strongest, all of those that are stronger than the weakest that is kept, and as many as fit.
      const weakest = Math.min(...kept)
      const stronger = large.affinities.filter(({ score }) => score > weakest).map(({ value }) => value)
      expect(traits.algolia_affinities_value).toEqual(expect.arrayContaining(stronger))
      const bytes = Buffer.byteLength(JSON.stringify(segment.calls[0]))
      expect(bytes).toBeLessThanOrEqual(LIMITS.callBytes)
      expect(bytes).toBeGreaterThan(LIMITS.callBytes - 600)
      const warning = `The profile user-1 is too large for Segment: the weakest ${600 - kept.length} of its 600 affinities are left out.`
      expect(log).toContain(`warn: ${warning}`)
    })
  })

  it('leave a profile whole that just fits', async () => {
    const small = profile('user-1', { affinities: affinities(100) })
    await withBench({ profiles: [small] }, async ({ sync, segment }) => {
      expect((await sync()).summary.profiles).toMatchObject({ sent: 1, shortened: 0 })
      expect(sentTo(segment)[0]?.traits.algolia_affinities_value).toHaveLength(100)
    })
  })

  it('reject a profile that is too large without affinities, report it, and let the others through', async () => {
    const segments = Array.from({ length: 2_000 }, (_, index) => ({ id: `an-audience-${index}`, source: 'crm' }))
    const profiles = [profile('user-1'), profile('user-2', { segments, affinities: affinities(3) }), profile('user-3')]
    await withBench({ profiles }, async ({ sync, segment, log }) => {
      const { outcome, summary } = await sync()
      expect(outcome).toBe('delivered')
      expect(summary.profiles).toMatchObject({ read: 3, sent: 2, rejected: 1, shortened: 0 })
      expect(segment.calls.map(({ userId }) => userId)).toEqual(['user-1', 'user-3'])
      expect(log.filter((line) => line.startsWith('warn: '))).toEqual([
        expect.stringMatching(/^warn: The profile user-2 is rejected, as it is too large for Segment: /)
      ])
    })
  })

  it('bound each batch, whatever the size of the profiles, and few batches are sent', async () => {
    const sizes = [0, 1, 5, 50, 250, 330, 400, 1_000]
    const profiles: Profile[] = Array.from({ length: 120 }, (_, index) => {
      // Letters only, quotes only, and letters of three bytes: the library reckons these very differently.
      const text = ['plain letters only', '"'.repeat(20), '登山靴登山靴'][index % 3]
      return profile(`user-${index}`, { affinities: affinities(sizes[index % sizes.length]!, text) })
    })
    await withBench({ profiles }, async ({ sync, segment }) => {
      const { outcome, summary } = await sync({ config: { firstSeenEvent: true } })
      expect(outcome).toBe('delivered')
      expect(segment.statistics).toMatchObject({
        accepted: 240,
        rejected: 0,
        byStatus: { 200: summary.segment.requests }
      })
      expect(versionsOf(segment.calls)).toEqual(versionsIn(profiles))
      const bytes = Buffer.byteLength(JSON.stringify(segment.calls))
      expect(summary.segment.requests).toBeLessThanOrEqual(Math.ceil(bytes / 440_000))
    })
  })
})

describe('a profile that Algolia gives in a broken form', () => {
  it('is rejected when it has no user token, and sent without its broken parts otherwise, and both are told', async () => {
    const broken = { ...profile('user-2'), affinities: [{ name: 'brand' }] } as unknown as Profile
    await withBench({ profiles: [profile('user-1'), broken] }, async ({ sync, segment, algolia, log }) => {
      algolia.faults.insertUsers({ 2: { type: 'basic' } })
      const { summary } = await sync()
      expect(summary.profiles).toMatchObject({ read: 3, sent: 2, rejected: 1 })
      expect(segment.calls.map(({ userId }) => userId)).toEqual(['user-1', 'user-2'])
      expect(log.filter((line) => line.startsWith('warn: '))).toEqual([
        'warn: A part of the profile user-2 is left out: affinities[0]: it is not an object with texts as name and value.',
        'warn: Profile 3 of a page of 3 is rejected: userID: it is missing, not a user token.'
      ])
    })
  })
})
