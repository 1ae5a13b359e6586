import { MOST_EVENTS } from './http/bodies'

/** How much is taken, read or shown at most; the page says so where a cap cuts something off. */
export const CAPS = {
  events: MOST_EVENTS,
  /** Profiles read before and after a sending: each costs two calls. */
  profiles: 20,
  /** Calls that are shown of a sending. */
  calls: 100,
  /** Rows of each stream that are kept of a run. */
  rows: 10_000
} as const
