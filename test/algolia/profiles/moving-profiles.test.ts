import { setTimeout as wait } from 'node:timers/promises'
import type { Profile } from '../../../src/local/algolia'
import { Chance } from '../../support/chance'
import { catalogOf, configuration, runRead, startSource, withAlgolia } from '../../support/source'

const HOUR = 3_600_000

/** A profile whose version stands in its type. @param updatedAt Unix milliseconds */
function profileOf(userID: string, version: number, updatedAt: number, fraction: string): Profile {
  const lastUpdatedAt = `${new Date(updatedAt).toISOString().slice(0, 19)}${fraction}Z`
  return { userID, type: `v${version}`, affinities: [], lastUpdatedAt }
}

test.each([0, HOUR, -HOUR])(
  'profiles that are updated while a read goes on come with their last version, in it or in the next (server %d ms ahead)',
  async (clockOffset) => {
    const chance = new Chance(clockOffset)
    // Many share a second, and many lie on its edge.
    const fractions = ['', '.000001', '.5', '.999999999']
    const begin = Math.floor(Date.now() / 1000) * 1000 + clockOffset
    const profiles = Array.from({ length: 800 }, (_, index) =>
      profileOf(`user-${chance.below(1e9)}-${index}`, 1, begin - 1000 * chance.below(40), chance.oneOf(fractions))
    )
    await withAlgolia({ profiles, clockOffset, latency: 10 }, async ({ url, profiles: store }) => {
      const versions = new Map(profiles.map(({ userID }) => [userID, 1]))
      const update = (userID: string): void => {
        const version = (versions.get(userID) ?? 0) + 1
        versions.set(userID, version)
        store.put(profileOf(userID, version, Date.now() + clockOffset, chance.oneOf(fractions)))
      }
      const config = configuration({ pageSize: 10, concurrency: 8 })
      const running = await startSource('read', { url, config, catalog: catalogOf('profiles') })
      while (running.process.exitCode === null) {
        update(chance.happens(0.1) ? `new-${versions.size}` : chance.oneOf(profiles).userID)
        await wait(3)
      }
      const first = await running.ended
      const next = await runRead({ url, config, state: first.lastStates })
      expect([first.exitCode, next.exitCode]).toEqual([0, 0])
      const last = new Map(
        [...first.rows('profiles'), ...next.rows('profiles')].map((row) => [row.algolia_user_id, row.algolia_user_type])
      )
      expect(Object.fromEntries(last)).toEqual(
        Object.fromEntries([...versions].map(([userID, version]) => [userID, `v${version}`]))
      )
      for (const userToken of profiles.map(({ userID }) => userID)) expect(last.has(userToken)).toBe(true)
      const warnings = clockOffset > 0 ? [expect.stringContaining("this machine's clock is 60 minutes behind")] : []
      expect(first.logs('WARN')).toEqual(warnings)
    })
  }
)

test('a short pass whose pages all come from a node with a clock that is an hour ahead misses nothing that follows', async () => {
  const begin = Date.now()
  const profiles = Array.from({ length: 30 }, (_, index) => profileOf(`user-${index}`, 1, begin - HOUR, '.5'))
  await withAlgolia({ profiles }, async ({ url, faults, profiles: store }) => {
    const date = (): string => new Date(Date.now() + HOUR).toUTCString()
    faults.add({
      when: () => true,
      then: { change: (answer) => ({ ...answer, headers: { ...answer.headers, date: date() } }) }
    })
    const config = configuration({ pageSize: 10 })
    const first = await runRead({ url, config })
    store.put(profileOf('user-7', 2, Date.now(), '.5'))
    const next = await runRead({ url, config, state: first.lastStates })
    expect(next.rows('profiles')).toEqual([
      expect.objectContaining({ algolia_user_id: 'user-7', algolia_user_type: 'v2' })
    ])
  })
})

test('microseconds, of any number of digits, come as they are', async () => {
  const times = ['', '.1', '.12', '.123', '.1234', '.123456', '.123456789', '.000000001'].map(
    (fraction) => `2026-01-01T00:00:00${fraction}Z`
  )
  const profiles = times.map((lastUpdatedAt, index) => ({
    userID: `user-${index}`,
    type: 'basic',
    affinities: [],
    lastUpdatedAt
  }))
  await withAlgolia({ profiles }, async ({ url }) => {
    const run = await runRead({ url })
    expect(run.rows('profiles').map((row) => row.algolia_last_updated)).toEqual(times)
  })
})
