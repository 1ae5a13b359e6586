import { momentOf } from './chain'
import { chooseCuts, type Moment } from './cuts'
import type { HandedOut } from './repeats'
import { LATENESS_SECONDS, type Part, type Window } from './windows'

/** What is known of a window that may be cut. */
export interface Known {
  /** When the profiles on its pages were updated, in the order of their user tokens. */
  readonly sample: readonly Moment[]
  /** What has been handed out of it. */
  readonly all: HandedOut
  /** The part of the pass that is expected in it. */
  readonly share: number
}

/**
 * The parts into which a window is cut. Of one that is open towards the present, the last ten minutes are a part of their
 * own, and not counted.
 * @param count how many are wanted
 * @param startedAt when the pass began, whole Unix seconds
 * @returns undefined where little would be won, or profiles can't be told apart by time
 */
export function partsOf(
  window: Window,
  { sample, all, share: inAll }: Known,
  count: number,
  startedAt: number
): Part[] | undefined {
  const end = window.before ?? startedAt - LATENESS_SECONDS
  const lately = sample.filter(({ second }) => second >= end).length
  // Where most profiles lie in the part that comes last, little would be won.
  if (lately > sample.length / 2) return undefined
  const cuts = chooseCuts(window, sample, end, count)
  if (cuts.length === 0) return undefined
  const inTime = 1 - lately / sample.length
  const bounds = [
    { second: undefined, share: 0 },
    ...cuts.map(({ second, share }) => ({ second, share: share * inTime })),
    ...(window.before === undefined ? [{ second: end - 1, share: inTime }] : []),
    { second: undefined, share: 1 }
  ]
  const moments = [...all.values()].flatMap((updatedAt) => momentOf(updatedAt) ?? [])
  return bounds.slice(1).map(({ second, share }, index) => {
    const from = bounds[index]
    const after = from?.second ?? window.after
    const before = second === undefined ? window.before : second + 1
    const ofPass = inAll * (share - (from?.share ?? 0))
    return { after, before, share: ofPass, again: moments.filter((moment) => isWithin(moment, after, before)).length }
  })
}

/** Whether a moment is on the pages between two bounds. */
function isWithin({ second, isWhole }: Moment, after: number | undefined, before: number | undefined): boolean {
  if (after !== undefined && (second < after || (second === after && isWhole))) return false
  return before === undefined || second < before
}
