import type { LocalAlgolia, Profile } from '../../src/local/algolia'

/** Gives a user a profile; `segments` may be anything that a misbehaving Algolia could hold there. */
export function giveProfile(algolia: LocalAlgolia, userID: string, segments?: unknown): void {
  const profile = { userID, type: 'basic', affinities: [], segments, lastUpdatedAt: '2026-01-01T00:00:00.000001Z' }
  algolia.profiles.put(profile as Profile)
}

/** The ids of the managed segments on a user's profile. */
export function managedIds(algolia: LocalAlgolia, userID: string): string[] {
  const segments = algolia.profiles.get(userID)?.segments ?? []
  return segments.filter(({ source }) => source === 'segment').map(({ id }) => id)
}

/** The calls that reached Algolia, such as `GET /2/users/u1`. */
export function callsTo(algolia: LocalAlgolia): string[] {
  return algolia.calls.map(({ method, path }) => `${method} ${path}`)
}
