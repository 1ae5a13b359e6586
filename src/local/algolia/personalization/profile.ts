/** What Algolia keeps for one user. `segments` may be missing, as it is on the profiles of the published API. */
export interface Profile {
  userID: string
  type: string
  affinities: Affinity[]
  segments?: ProfileSegment[]
  /** RFC 3339, with any number of fraction digits. */
  lastUpdatedAt: string
}

/** One thing a user likes, with a score from 1 to 20. */
export interface Affinity {
  name: string
  indices: string[]
  value: string
  score: number
  lastUpdatedAt: string
}

/** One audience a user is in, and which system put them there. Other properties are kept as they came. */
export interface ProfileSegment {
  id: string
  source: string
  [property: string]: unknown
}
