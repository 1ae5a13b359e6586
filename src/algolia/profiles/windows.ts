/**
 * A pass over `/2/users`, as plain data: which windows of time are still to be read, and what each answer means for them.
 *
 * A chain of pages is read one call after the other, as each page holds the token of the next; reading faster than that
 * takes several chains, so several windows of time. How the profiles lie in time is unknown, so a pass starts as one
 * window, and a window is split only while it is being read: when it has proved long, and the chains under way can't
 * use the calls that Algolia allows. The cuts are chosen from the times on the pages read so far; as pages come in
 * the order of user tokens, they are as a rule a fair sample of the window, and where they aren't (tokens that grow with
 * time), half of the weight lies on time itself, so each part is much smaller than the whole in either case. The pages
 * of a split window are read again: that is the price, a handful of calls, and why nothing is split without need.
 *
 * A profile that is updated during the pass leaves its window for the one that is open towards the present. Were that one
 * read beside the others, it could come in behind the reader there and be gone before the reader gets to it here: an
 * incremental stream would have it in the next pass, but a full refresh would miss a profile that was there all the
 * time. So the open window is cut off short, and read when all the others have been.
 */

/**
 * A profile may be stored this many seconds after the time that it carries: what is updated from now on carries a time that
 * lies no earlier than that. An assumption, and a generous one.
 */
export const LATENESS_SECONDS = 600

/** A window of time, whole Unix seconds, both bounds exclusive and absent when open, and how far it has been read. */
export interface Window {
  readonly after?: number | undefined
  readonly before?: number | undefined
  /** The page to read next; absent at the window's start. */
  readonly pageToken?: string | undefined
  /** Pages read so far. */
  readonly pages: number
  /** Whether a refused page token has already sent this run back to the window's start. */
  readonly restarted?: boolean
}

/** A pass, as far as it has got. */
export interface Pass {
  /** What is left to read; empty when the pass is complete. */
  readonly windows: readonly Window[]
  /** Pages read in the pass. */
  readonly pages: number
  /** Pages of the longest window that has been read to its end. */
  readonly longest: number
}

/**
 * A window of which fewer pages have been read isn't split, since these are read again: at 200 ms a call, reading so many
 * one after the other takes four seconds, and no read of 20,000 profiles or fewer costs a call more than it must.
 */
export const PAGES_BEFORE_SPLIT = 20

/**
 * @param after its lower bound, whole Unix seconds; absent for all profiles
 * @returns a new pass: one window, open towards the present, so that everything up to the pass's own start is in it
 */
export function newPass(after: number | undefined): Pass {
  return { windows: [{ after, pages: 0 }], pages: 0, longest: 0 }
}

/** @returns the pass after the last page of one of its windows. */
export function afterLastPage(pass: Pass, window: Window): Pass {
  const pages = window.pages + 1
  return { ...replaced(pass, window, []), pages: pass.pages + 1, longest: Math.max(pass.longest, pages) }
}

/** @returns the pass after any other page of one of its windows, and that window moved on to the next page. */
export function afterPage(pass: Pass, window: Window, nextPageToken: string): { pass: Pass; moved: Window } {
  const moved = { ...window, pageToken: nextPageToken, pages: window.pages + 1 }
  return { pass: { ...replaced(pass, window, [moved]), pages: pass.pages + 1 }, moved }
}

/** @returns the pass with a window sent back to its start, as its page token was refused. */
export function afterRefusedToken(pass: Pass, window: Window): Pass {
  return replaced(pass, window, [{ ...window, pageToken: undefined, pages: 0, restarted: true }])
}

/** @returns the pass with a window cut into parts that overlap by a second, as both bounds are exclusive. */
export function afterSplit(pass: Pass, window: Window, cuts: readonly number[]): Pass {
  const parts = [...cuts, undefined].map((cut, index): Window => {
    const after = index === 0 ? window.after : cuts[index - 1]
    return { after, before: cut === undefined ? window.before : cut + 1, pages: 0 }
  })
  return replaced(pass, window, parts)
}

/** @returns the windows that may be read now: the ones that are open towards the present come last. */
export function windowsToRead({ windows }: Pass): readonly Window[] {
  const bounded = windows.filter(({ before }) => before !== undefined)
  return bounded.length > 0 ? bounded : windows
}

/**
 * Whether a window that is being read should be split.
 * @param running windows under way, this one included
 * @param wanted chains that it takes to use the calls that are allowed
 * @param pagesLeft tells about how many pages of the window are left, where that is known; asked only when it matters
 */
export function shouldSplit(
  pass: Pass,
  window: Window,
  running: number,
  wanted: number,
  pagesLeft: () => number | undefined = () => undefined
): boolean {
  if (running >= wanted || window.pages < PAGES_BEFORE_SPLIT) return false
  if (window.after !== undefined && window.before !== undefined && window.before - window.after <= 2) return false
  // Windows of one split end at about the same length. One that is still under way then has little left, and is only
  // worth reading again when it has proved to be of another kind.
  if (window.pages < 2 * pass.longest) return false
  // What is left has to be worth reading the window's pages again.
  return (pagesLeft() ?? Infinity) >= 2 * window.pages
}

/**
 * Chains that it takes to use up the calls allowed: one where a chain of calls, one after the other, already does.
 * @param latency milliseconds a call takes
 * @param rate calls allowed for each millisecond, or undefined when there is no known limit
 */
export function chainsWanted(latency: number, rate: number | undefined, concurrency: number): number {
  if (rate === undefined) return concurrency
  const needed = latency * rate
  // One to spare, as chains pause for a moment whenever one of them ends.
  return needed <= 0.9 ? 1 : Math.min(concurrency, Math.ceil(needed) + 1)
}

/**
 * Chooses where to cut a window.
 * @param times Unix seconds at which profiles of the window were updated: those on the pages read so far
 * @param now the server's clock, whole Unix seconds
 * @param parts how many parts are wanted, at least 2; of a window that is open towards the present, one more is cut off:
 * the latest one, into which profiles move that are updated
 * @returns ascending cuts, strictly inside the window: as a rule as many as it takes, none where there is no room
 */
export function chooseCuts(window: Window, times: readonly number[], now: number, parts: number): number[] {
  const isOpen = window.before === undefined
  const end = window.before ?? now - LATENESS_SECONDS
  const ascending = [...times].sort((one, other) => one - other)
  const sample = ascending.slice(0, countUpTo(ascending, end))
  const first = sample[0]
  // Where most profiles lie in the part that would be cut off, little would be won.
  if (first === undefined || sample.length < ascending.length / 2) return []
  const low = window.after ?? first
  const high = isOpen ? end + 1 : end
  const share = (time: number): number => (countUpTo(sample, time) / sample.length + (time - low) / (high - low)) / 2
  const cuts = new Set<number>(isOpen && end > low ? [end] : [])
  for (let part = 1; part < parts; part += 1) {
    const cut = firstWhere(low, high, (time) => share(time) >= part / parts)
    if (cut > low && cut + 1 < high) cuts.add(cut)
  }
  return [...cuts].sort((one, other) => one - other)
}

/** A sample of this many times is enough to cut a window well. */
const LARGEST_SAMPLE = 2000

/** @returns a sample with a page's times added, thinned out evenly when it has grown too large. */
export function addToSample(sample: readonly number[], times: readonly number[]): number[] {
  const all = [...sample, ...times]
  return all.length <= LARGEST_SAMPLE ? all : all.filter((_, index) => index % 2 === 0)
}

function replaced(pass: Pass, window: Window, by: readonly Window[]): Pass {
  return { ...pass, windows: pass.windows.flatMap((other) => (other === window ? by : [other])) }
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
