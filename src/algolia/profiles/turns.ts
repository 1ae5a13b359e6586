/**
 * Which of several windows is read next, so that all of them end at about the same time.
 *
 * Pages come in the order of user tokens, in every window. Where times have nothing to do with that order, the windows go
 * through the same tokens side by side: the one that has come less far has more before it, and of what they have had up to
 * one place each has had its part of the whole. That holds for tokens of any look and any kinds. Where tokens grow with
 * time, each window has a stretch of that order to itself; then its expected share tells instead.
 */

/** How far a window has been read in the order of user tokens. */
export interface Course {
  /** The first user token of its pages; undefined while it isn't known, and where an earlier run read it. */
  readonly from: string | undefined
  /** The last one; undefined where nothing has been read yet, or pages weren't in the expected order. */
  readonly to: string | undefined
  /** Profiles that have been read of it. */
  readonly read: number
  /** The part of the pass's profiles that is expected in it. */
  readonly share: number
  /** @returns how many of its profiles have no later token than that; undefined where it isn't known any more */
  readonly countTo: (userToken: string) => number | undefined
}

/** @returns the windows in the order in which they should be read, the one that is farthest behind first */
export function inTurn<Window extends Course>(windows: readonly Window[]): Window[] {
  const fraction = ({ read, share }: Window): number => (read === 0 ? 0 : read / share)
  const isUnknown = ({ read, from, to }: Window): boolean => read > 0 && (from === undefined || to === undefined)
  const byShare = windows.some(isUnknown) || areApart(windows)
  return [...windows].sort(
    (one, other) =>
      (byShare ? fraction(one) - fraction(other) : compare(one.to ?? '', other.to ?? '')) || other.share - one.share
  )
}

/**
 * @param windows all that are left, `window` among them
 * @returns the part of them that a window holds, as far as what has been read tells; else undefined
 */
export function shareSeen(window: Course, windows: readonly Course[]): number | undefined {
  if (windows.length < 2 || areApart(windows)) return undefined
  const lowest = windows.map(({ to }) => to ?? '').reduce((one, other) => (other < one ? other : one))
  let all = 0
  for (const { countTo } of windows) {
    const count = countTo(lowest)
    if (count === undefined) return undefined
    all += count
  }
  return all === 0 ? undefined : (window.countTo(lowest) ?? 0) / all
}

/** Whether the windows that have been begun lie one behind the other in the order of user tokens. */
function areApart(windows: readonly Course[]): boolean {
  const begun = windows.flatMap(({ from, to }) => (from === undefined || to === undefined ? [] : [{ from, to }]))
  begun.sort((one, other) => compare(one.from, other.from))
  return begun.length > 1 && begun.every(({ from }, index) => from > (begun[index - 1]?.to ?? ''))
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}
