import type { Profile } from './profile'
import { compareTimestamps, type Timestamp } from './timestamps'

/** What `GET /2/users` can be narrowed to. A profile must match everything that is given. */
export interface ProfileFilter {
  /** Updated after this moment, not at it. */
  updatedAfter?: Timestamp
  /** Updated before this moment, not at it. */
  updatedBefore?: Timestamp
  /** Each of these indices stands in at least one affinity. */
  indices: readonly string[]
  /** Each is there, with the value if one is given. */
  affinities: readonly { name: string; value?: string }[]
}

/** The filter that every profile matches. */
export const everyProfile: ProfileFilter = { indices: [], affinities: [] }

/** Whether a moment lies within the bounds; one that isn't known lies within no bound. */
export function isWithin(filter: ProfileFilter, updatedAt: Timestamp | undefined): boolean {
  const { updatedAfter, updatedBefore } = filter
  if (updatedAfter && !(updatedAt && compareTimestamps(updatedAt, updatedAfter) > 0)) return false
  return !updatedBefore || (updatedAt !== undefined && compareTimestamps(updatedAt, updatedBefore) < 0)
}

/** Whether the affinities hold everything the filter asks of them. */
export function hasAffinities(filter: ProfileFilter, { affinities }: Profile): boolean {
  return (
    filter.indices.every((index) => affinities.some((affinity) => affinity.indices.includes(index))) &&
    filter.affinities.every(({ name, value }) =>
      affinities.some((affinity) => affinity.name === name && (value === undefined || affinity.value === value))
    )
  )
}
