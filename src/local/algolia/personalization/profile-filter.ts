import { compareTimestamps, type Timestamp } from '../timestamps'

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

/** What an affinity is about. */
export interface AffinityKind {
  readonly name: string
  readonly indices: readonly string[]
  readonly value: string
}

/** Whether a moment lies within the bounds; one that isn't known lies within no bound. */
export function isWithin({ updatedAfter, updatedBefore }: ProfileFilter, updatedAt: Timestamp | undefined): boolean {
  if (updatedAfter && !(updatedAt && compareTimestamps(updatedAt, updatedAfter) > 0)) return false
  return !updatedBefore || (updatedAt !== undefined && compareTimestamps(updatedAt, updatedBefore) < 0)
}

/** Whether the filter asks for affinities at all. */
export function asksForAffinities({ indices, affinities }: ProfileFilter): boolean {
  return indices.length > 0 || affinities.length > 0
}

/** Whether there is everything that the filter asks of affinities. */
export function hasAffinities(filter: ProfileFilter, affinities: readonly AffinityKind[]): boolean {
  return (
    filter.indices.every((index) => affinities.some((affinity) => affinity.indices.includes(index))) &&
    filter.affinities.every(({ name, value }) =>
      affinities.some((affinity) => affinity.name === name && (value === undefined || affinity.value === value))
    )
  )
}
