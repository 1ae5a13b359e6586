import type { Window } from './windows'

/**
 * Where to cut a window of time, so that its parts hold about as many profiles each. All there is to go by are the times on
 * its first pages. As pages come in the order of user tokens, these are a fair sample of the window, unless tokens grow
 * with time; and whether they do shows on the pages themselves. The more it does, the more time itself counts.
 *
 * Bounds are whole seconds, so profiles of the second at which is cut are on the pages of both sides. So a cut lies in a
 * second with next to none; where there is no such second, there is no cut.
 */

/** Where a part holds more than this, it takes nearly as long alone as the whole. */
const LARGEST_PART = 0.75

/** When a profile was updated. */
export interface Moment {
  readonly second: number
  /** Whether its time has no fraction: then it is on the pages of one side of a cut alone. */
  readonly isWhole: boolean
}

/** A cut, and the share of the window that is expected up to it. */
export interface Cut {
  /** The last second of the earlier part. */
  readonly second: number
  readonly share: number
}

/** The part of a window that may be on the pages of two parts, for the sake of all cuts. */
const MOST_OVERLAP = 0.005

/** The least and the most that time itself counts, as samples are small, and as pages that grow with time have an end. */
const LEAST_BY_TIME = 1 / 16
const MOST_BY_TIME = 15 / 16

/**
 * @param sample moments of the window's first profiles, in the order of their user tokens
 * @param end cuts lie before this second
 * @param parts how many are wanted
 * @returns ascending cuts strictly inside the window: none where its profiles can't be told apart by time
 */
export function chooseCuts(
  window: Pick<Window, 'after'>,
  sample: readonly Moment[],
  end: number,
  parts: number
): Cut[] {
  const within = sample.filter(({ second }) => second < end)
  const seconds = within.map(({ second }) => second).sort((one, other) => one - other)
  const [first, last] = [seconds[0], seconds.at(-1)]
  if (first === undefined || first === last) return []
  const low = window.after ?? first - 1
  const byTime = Math.min(MOST_BY_TIME, Math.max(LEAST_BY_TIME, drift(within) ** 2))
  const share = (second: number): number =>
    ((1 - byTime) * countUpTo(seconds, second)) / seconds.length + (byTime * (second - low)) / (end - low)
  const fractional = within.filter(({ isWhole }) => !isWhole).map(({ second }) => second)
  const overlap = overlapOf(
    fractional.sort((one, other) => one - other),
    within.length,
    low,
    end
  )
  for (let wanted = parts; wanted > 1; wanted = Math.ceil(wanted / 2)) {
    const isFit = (second: number): boolean =>
      second > low && second + 1 < end && overlap(second) <= MOST_OVERLAP / (wanted - 1)
    const cuts: Cut[] = []
    for (let part = 1; part < wanted; part += 1) {
      const least = (cuts.at(-1)?.share ?? 0) + 1 / (4 * wanted)
      const second = nearestFit(part / wanted, { low, end, seconds, share, isFit })
      if (second === undefined || share(second) < least || share(second) > 1 - 1 / (4 * wanted)) continue
      cuts.push({ second, share: share(second) })
    }
    if (isWorthIt(cuts)) return cuts
  }
  return []
}

/** Whether no part holds nearly all: then its chain would take as long as one for the whole. */
function isWorthIt(cuts: readonly Cut[]): boolean {
  return [...cuts.map(({ share }) => share), 1].every(
    (share, index) => share - (cuts[index - 1]?.share ?? 0) <= LARGEST_PART
  )
}

/** How much times grow with the order of user tokens, from -1 to 1; about 0 where they have nothing to do with it. */
function drift(sample: readonly Moment[]): number {
  const half = Math.floor(sample.length / 2)
  let later = 0
  for (let index = 0; index < half; index += 1) {
    later += Math.sign((sample[index + half]?.second ?? 0) - (sample[index]?.second ?? 0))
  }
  return half === 0 ? 0 : later / half
}

interface Search {
  readonly low: number
  readonly end: number
  /** Ascending. */
  readonly seconds: readonly number[]
  readonly share: (second: number) => number
  readonly isFit: (second: number) => boolean
}

/** @returns the second, of those where a cut may lie, whose share is nearest to the one that is wanted */
function nearestFit(wanted: number, { low, end, seconds, share, isFit }: Search): number | undefined {
  const exact = firstWhere(low, end, (second) => share(second) >= wanted)
  if (isFit(exact)) return exact
  const between = (index: number): number => Math.floor(((seconds[index - 1] ?? low) + (seconds[index] ?? end)) / 2)
  const here = countUpTo(seconds, exact)
  const fitting: number[] = []
  for (let index = here; index >= 0; index -= 1) {
    if (!isFit(between(index)) || between(index) > exact) continue
    fitting.push(between(index))
    break
  }
  for (let index = here; index <= seconds.length; index += 1) {
    if (!isFit(between(index)) || between(index) < exact) continue
    fitting.push(between(index))
    break
  }
  const distance = (second: number): number => Math.abs(share(second) - wanted)
  return fitting.sort((one, other) => distance(one) - distance(other))[0]
}

/** @returns what part of a window lies about in a second, with a fraction: by those in it, and by how far the next one is */
function overlapOf(ascending: readonly number[], size: number, low: number, end: number) {
  return (second: number): number => {
    if (ascending.length === 0) return 0
    const here = countUpTo(ascending, second)
    const inIt = here - countUpTo(ascending, second - 1)
    const [before, behind] = [second - (ascending[here - 1] ?? low), (ascending[here] ?? end) - second]
    return Math.max(inIt, 1 / Math.max(1, Math.min(before, behind))) / size
  }
}

function countUpTo(ascending: readonly number[], value: number): number {
  return firstWhere(0, ascending.length, (index) => (ascending[index] ?? Infinity) > value)
}

/** @returns the first whole number from `low` up to `high` for which a condition, once true, stays true; else `high`. */
function firstWhere(low: number, high: number, isTrue: (value: number) => boolean): number {
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isTrue(middle)) high = middle
    else low = middle + 1
  }
  return low
}
