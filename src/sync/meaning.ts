import type { Affinity, ReadProfile } from '../algolia/profiles/profile'
import { STREAMS } from '../sources/algolia-profiles/streams'

/** The source of the profile segments that the destination of this package writes: Segment knows them already. */
const MANAGED_SOURCE = 'segment'

const rowsOfProfiles = STREAMS.find(({ name }) => name === 'profiles')!.rowsOf

/** @returns a profile with what is to reach Segment of it: without managed segments, and without weak affinities. */
export function meaningful(profile: ReadProfile, minScore: number): ReadProfile {
  return {
    ...profile,
    affinities:
      minScore > 0
        ? profile.affinities.filter(({ score }) => score !== undefined && score >= minScore)
        : profile.affinities,
    profileSegments: profile.profileSegments.filter(({ source }) => source !== MANAGED_SOURCE)
  }
}

/** The traits of a profile: the fields of the source's stream `profiles`. */
export function traitsOf(profile: ReadProfile): Record<string, unknown> {
  return rowsOfProfiles(profile)[0]!.data
}

/** @returns what a profile's traits mean: without times, and without the order of what is equally strong. */
export function meaningOf(traits: Record<string, unknown>): unknown[] {
  const { algolia_last_updated: _, ...meant } = traits
  return Object.entries(meant)
    .sort(byName)
    .map(([name, value]) => [name, sorted(value)])
}

/** @returns the strongest affinities, strongest first. */
export function strongest(affinities: readonly Affinity[], count: number): Affinity[] {
  return [...affinities].sort((one, other) => (other.score ?? 0) - (one.score ?? 0)).slice(0, count)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return [...(value as string[])].sort()
  return typeof value === 'object' && value !== null ? Object.entries(value).sort(byName) : value
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1
}
