import { LONGEST_SPREAD_MS, OLDEST_READ_MS, SETTLING_MS, SPREAD_CALLS } from '../constants'

/** What a new call weighs in the average. */
const WEIGHT = 1 / 16

/** How long a call has taken lately, from sending it to its answer, in milliseconds: an average of all that this process makes. */
let average = 0

/** How long things take, and so how long to wait: all in milliseconds of {@link monotonic}'s clock. */
export const pace = {
  /** A call was answered after so long. */
  took(milliseconds: number): void {
    average += (milliseconds - average) * WEIGHT
  },

  /**
   * How old a read may be when the write that was made of it is sent. Where calls take long, twice what one takes: no read
   * would be young enough otherwise.
   */
  oldestRead(): number {
    return Math.max(OLDEST_READ_MS, 2 * average)
  },

  /** How long a profile must have stayed as it is, so that no write made of an earlier read can arrive any more. */
  untilSettled(): number {
    const { least, most } = SETTLING_MS
    return Math.min(least * (this.oldestRead() / OLDEST_READ_MS), Math.max(least, most))
  },

  /** Over how long several processes spread their next writes to one profile, so that they seldom undo each other's. */
  spread(): number {
    return Math.min(SPREAD_CALLS * average, LONGEST_SPREAD_MS)
  }
}

/** A clock that nobody sets, in milliseconds. */
export function monotonic(): number {
  return performance.now()
}
