import { startLocalAlgolia, type LocalAlgoliaOptions, type Profile } from '../../../src/local/algolia'
import { compareTimestamps, parseTimestamp } from '../../../src/local/algolia/timestamps'

const now = Date.parse('2025-06-15T10:30:00.000Z')

async function madeUp(options: LocalAlgoliaOptions): Promise<Profile[]> {
  const algolia = await startLocalAlgolia({ now, ...options })
  await algolia.close()
  return [...algolia.profiles]
}

describe('made-up profiles', () => {
  let profiles: Profile[]
  beforeAll(async () => {
    profiles = await madeUp({ profiles: 5000 })
  })

  it('are the same for the same seed and moment, and others for another seed', async () => {
    expect(await madeUp({ profiles: 5000 })).toEqual(profiles)
    const known = new Set(profiles.map(({ userID }) => userID))
    const others = await madeUp({ profiles: 5000, seed: 2 })
    expect(others.filter(({ userID }) => known.has(userID) && /^anonymous-/.test(userID))).toEqual([])
  })

  it('are as many as asked for, each with its own valid user token, in byte order', () => {
    const userIDs = profiles.map(({ userID }) => userID)
    expect(new Set(userIDs).size).toBe(5000)
    expect(userIDs.filter((userID) => !/^[A-Za-z0-9=+/_-]{1,129}$/.test(userID))).toEqual([])
    expect(userIDs).toEqual([...userIDs].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))))
  })

  it('belong to anonymous and identified users, with every character that a user token may have', () => {
    const userIDs = profiles.map(({ userID }) => userID)
    const uuid = /^anonymous-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(userIDs.filter((userID) => uuid.test(userID)).length).toBeGreaterThan(2000)
    expect(userIDs.filter((userID) => /^user-\d+$/.test(userID)).length).toBeGreaterThan(100)
    for (const character of '/+=-_') expect(userIDs.some((userID) => userID.includes(character))).toBe(true)
  })

  it('can all be anonymous, or like nothing, as shops have them whose tokens or events are wrong', async () => {
    const anonymous = await madeUp({ profiles: 500, tokens: 'anonymous' })
    expect(anonymous.filter(({ userID }) => !userID.startsWith('anonymous-'))).toEqual([])
    expect(anonymous).toHaveLength(500)
    const without = await madeUp({ profiles: 5000, affinities: false })
    expect(without).toEqual(profiles.map((profile) => ({ ...profile, affinities: [] })))
  })

  it('have affinities as the API describes them, or none', () => {
    expect(profiles.some(({ affinities }) => affinities.length === 0)).toBe(true)
    const affinities = profiles.flatMap((profile) => profile.affinities)
    for (const affinity of affinities.slice(0, 1000)) {
      expect(affinity).toEqual({
        name: expect.stringMatching(/^(category|brand|color)$/),
        indices: expect.any(Array),
        value: expect.any(String),
        score: expect.any(Number),
        lastUpdatedAt: expect.any(String)
      })
    }
    expect(new Set(affinities.map(({ score }) => score))).toEqual(
      new Set(Array.from({ length: 20 }, (_, index) => index + 1))
    )
    expect(new Set(affinities.flatMap(({ indices }) => indices)).size).toBeGreaterThan(2)
  })

  it('can have one affinity twice, for different indices, but not for the same', () => {
    const kinds = (profile: Profile): string[] => profile.affinities.map(({ name, value }) => `${name}:${value}`)
    expect(profiles.some((profile) => new Set(kinds(profile)).size < profile.affinities.length)).toBe(true)
    for (const { affinities } of profiles) {
      const exact = affinities.map(({ name, value, indices }) => JSON.stringify([name, value, indices]))
      expect(new Set(exact).size).toBe(exact.length)
    }
  })

  it('have profile segments of several sources, some with unknown properties; or an empty list; or no such property', () => {
    expect(profiles.some((profile) => !('segments' in profile))).toBe(true)
    expect(profiles.some(({ segments }) => segments?.length === 0)).toBe(true)
    const segments = profiles.flatMap((profile) => profile.segments ?? [])
    expect(new Set(segments.map(({ source }) => source))).toEqual(new Set(['segment', 'adobe', 'lytics', 'dashboard']))
    const unknown = segments.filter((segment) => Object.keys(segment).length > 2)
    expect(unknown.length).toBeGreaterThan(0)
    expect(unknown.length).toBeLessThan(segments.length / 2)
  })

  it('were updated within the 90 days before the moment given, with 0, 3, 6 or 9 digits, and some at the same moment', () => {
    const times = profiles.map(({ lastUpdatedAt }) => lastUpdatedAt)
    const [earliest, latest] = [now - 91 * 86_400_000, now].map((time) => parseTimestamp(new Date(time).toISOString())!)
    for (const time of times) {
      expect(compareTimestamps(parseTimestamp(time)!, earliest!)).toBeGreaterThan(0)
      expect(compareTimestamps(parseTimestamp(time)!, latest!)).toBeLessThanOrEqual(0)
    }
    const digits = new Set(times.map((time) => /\.(\d+)Z/.exec(time)?.[1]?.length ?? 0))
    expect(digits).toEqual(new Set([0, 3, 6, 9]))
    expect(new Set(times).size).toBeLessThan(times.length)
    const months = new Set(times.map((time) => time.slice(0, 7)))
    expect(months).toEqual(new Set(['2025-03', '2025-04', '2025-05', '2025-06']))
  })

  it('are of a realistic size', () => {
    const average = JSON.stringify(profiles).length / profiles.length
    expect(average).toBeGreaterThan(600)
    expect(average).toBeLessThan(1200)
  })
})
