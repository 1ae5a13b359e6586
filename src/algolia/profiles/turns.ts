/**
 * Which of several windows is read next, so that all of them end at about the same time.
 *
 * Pages come in the order of user tokens, in every window. Where times have next to nothing to do with that order, the
 * windows go through the same tokens side by side: the one that has come less far has more before it, and of what they have
 * had up to one place each has had its part of the whole. That holds for tokens of any look and any kinds. Where tokens
 * grow with time, each window has a stretch of that order nearly to itself; then its expected share tells instead.
 */

/** How far a window has been read. */
export interface Course {
  /** Up to which user token; empty at its beginning, undefined where pages weren't in the expected order. */
  readonly to: string | undefined
  /** Profiles that have been read of it. */
  readonly read: number
  /** The part of the pass's profiles that is expected in it. */
  readonly share: number
  /** @returns how many of its profiles have no later token than that; undefined where it isn't known any more */
  readonly countTo: (userToken: string) => number | undefined
}

/** What the pages of all windows say of them, up to the place that all have come to. */
export interface Comparison {
  /** Whether they go through the same user tokens. */
  readonly isSideBySide: boolean
  /** What part each has had of the profiles up to there. */
  readonly shares: readonly number[]
}

/** Where one window has more than this of all up to some place, and less than half as much was expected, tokens grow with time. */
const MOST_OF_ONE = 0.7

/** @returns undefined where the windows can't be compared: not all have been begun, or what they have had isn't known any more */
export function compare(windows: readonly Course[]): Comparison | undefined {
  const lowest = lowestOf(windows)
  if (windows.length < 2 || lowest === '') return undefined
  const counts = windows.map(({ countTo }) => countTo(lowest) ?? NaN)
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (!(all > 0)) return undefined
  const most = Math.max(...counts)
  const shares = counts.map((count) => count / all)
  const promised = (windows[counts.indexOf(most)]?.share ?? 0) / windows.reduce((sum, { share }) => sum + share, 0)
  return { isSideBySide: most / all <= MOST_OF_ONE || promised > most / all / 2, shares }
}

/**
 * @param isSideBySide whether the windows are known to go through the same user tokens
 * @returns the windows in the order in which they should be read, the one that is farthest behind first
 */
export function inTurn<Window extends Course>(windows: readonly Window[], isSideBySide: boolean): Window[] {
  const byPlace = isSideBySide && windows.every(({ to }) => to !== undefined)
  const fraction = ({ read, share }: Window): number => (read === 0 ? 0 : read / share)
  return [...windows].sort((one, other) => {
    const behind = byPlace ? inOrder(one.to ?? '', other.to ?? '') : fraction(one) - fraction(other)
    return behind || other.share - one.share
  })
}

/** @returns the place that all have come to, empty where there is none */
function lowestOf(windows: readonly Course[]): string {
  return windows.map(({ to = '' }) => to).reduce((one, other) => (other < one ? other : one), windows[0]?.to ?? '')
}

function inOrder(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}
