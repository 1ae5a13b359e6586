import {
  LONGEST_SPREAD_MS,
  LONGEST_WRITE_MS,
  MAX_CONCURRENT_USERS,
  OLDEST_READ_MS,
  SETTLING_MS,
  SLOWER_WRITES,
  SPREAD_CALLS
} from '../constants'

/** What a new call weighs in the average. */
const WEIGHT = 1 / 16

/** How long a call has taken lately, from sending it to its answer, in milliseconds: an average of all that this process makes. */
let average = 0

/** What is left of the slowest call with each further one. */
const FORGETTING = 0.99

/** The longest that a call has taken lately: a write of another process may be under way for as long. */
let slowest = 0

/** How long the last reads of profiles have taken that were answered, the newest last. */
let reads: number[] = []

/** So many: more than are under way at once, as all of these take longer when the process stands still. */
const READS = 4 * MAX_CONCURRENT_USERS

/** How long things take, and so how long to wait: all in milliseconds of {@link monotonic}'s clock. */
export const pace = {
  /** A call was answered after so long. */
  took(milliseconds: number): void {
    average += (milliseconds - average) * WEIGHT
    slowest = Math.max(slowest * FORGETTING, milliseconds)
  },

  /** A profile was read so long. */
  tookRead(milliseconds: number): void {
    reads = [...reads.slice(1 - READS), milliseconds]
  },

  /**
   * How old a read may be when the write that was made of it is sent. Where reads take long, twice what one takes: none
   * would be young enough otherwise. The fastest tells what a read takes: where it takes longer as this process stands
   * still, the other processes know nothing of that.
   */
  oldestRead(): number {
    const fastest = reads.length > 0 ? Math.min(...reads) : 0
    return Math.max(OLDEST_READ_MS, Math.min(2 * fastest, SETTLING_MS.most - LONGEST_WRITE_MS))
  },

  /** How long a profile must have stayed as it is, so that no write made of an earlier read can arrive any more. */
  untilSettled(): number {
    const writes = Math.max(LONGEST_WRITE_MS, SLOWER_WRITES * slowest)
    const times = (this.oldestRead() + writes) / (OLDEST_READ_MS + LONGEST_WRITE_MS)
    return Math.min(SETTLING_MS.least * times, SETTLING_MS.most)
  },

  /** Over how long several processes spread their next writes to one profile, so that they seldom undo each other's. */
  spread(): number {
    return Math.min(Math.max(SPREAD_CALLS * average, SETTLING_MS.least), LONGEST_SPREAD_MS)
  }
}

/** A clock that nobody sets, in milliseconds. */
export function monotonic(): number {
  return performance.now()
}
