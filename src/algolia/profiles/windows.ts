/**
 * A pass over `/2/users`, as plain data: which windows of time are still to be read, and what each page means for them.
 *
 * Pages come in the order of user tokens, so how far a window has been read is a place in that order. A window that is cut
 * into parts is read again from its beginning, part by part: what had been handed out of it comes first in each part, and
 * is left out there. Neighbouring windows overlap by a second, as both bounds are exclusive and times have fractions: a
 * profile of that second belongs to the earlier window alone.
 *
 * A profile that is updated during the pass leaves its window for the one that is open towards the present. Were that one
 * read beside the others, it could come in behind the reader there and be gone before the reader gets to it here: an
 * incremental stream would have it in the next pass, but a full refresh would miss a profile that was there all the
 * time. So the open window is read when all the others have been.
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
  /** Profiles on its pages so far. */
  readonly read: number
  /** All of its profiles up to this user token have been handed out; absent when pages weren't in the expected order. */
  readonly readTo?: string | undefined
  /** So many of those that come next have been handed out before. */
  readonly again?: number | undefined
  /** Whether a refused page token has already sent this run back to the window's start. */
  readonly restarted?: boolean
  /** The part of the pass's profiles that is expected in it, where that is known. */
  readonly share?: number
}

/** A pass, as far as it has got. */
export interface Pass {
  /** What is left to read; empty when the pass is complete. */
  readonly windows: readonly Window[]
  /** Pages read in the pass. */
  readonly pages: number
  /** Profiles on these pages. */
  readonly read: number
}

/** What a page says about how far its window has been read. */
export interface PageRead {
  /** Profiles on it. */
  readonly profiles: number
  /** Those of them that may have been handed out before. */
  readonly repeats: number
  /** All up to this user token have been handed out. */
  readonly readTo: string | undefined
}

/** A part of a window that is cut. */
export type Part = Pick<Window, 'after' | 'before' | 'share' | 'again'>

/**
 * @param after its lower bound, whole Unix seconds; absent for all profiles
 * @returns a new pass: one window, open towards the present, so that everything up to the pass's own start is in it
 */
export function newPass(after: number | undefined): Pass {
  return { windows: [{ after, read: 0, share: 1 }], pages: 0, read: 0 }
}

/** @returns the pass after the last page of one of its windows. */
export function afterLastPage(pass: Pass, window: Window, profiles: number): Pass {
  return afterOnePage(pass, profiles, replaced(pass, window, []))
}

/** @returns the pass after any other page of one of its windows, and that window moved on to the next page. */
export function afterPage(
  pass: Pass,
  window: Window,
  page: PageRead,
  nextPageToken: string
): { pass: Pass; moved: Window } {
  const again = isPast(window, page) ? 0 : Math.max(0, (window.again ?? 0) - page.repeats)
  const moved: Window = {
    ...window,
    pageToken: nextPageToken,
    read: window.read + page.profiles,
    readTo: page.readTo,
    ...(window.again !== undefined && { again: again > 0 ? again : undefined })
  }
  return { pass: afterOnePage(pass, page.profiles, replaced(pass, window, [moved])), moved }
}

/** Whether a page ends behind all that was handed out before its window was begun. */
function isPast({ readTo }: Window, page: PageRead): boolean {
  return readTo !== undefined && page.readTo !== undefined && page.readTo > readTo
}

/** @returns the pass with a window sent back to its start, as its page token was refused. */
export function afterRefusedToken(pass: Pass, window: Window): Pass {
  const again = window.readTo === undefined ? undefined : Math.max(window.read, window.again ?? 0)
  const begun = { ...window, pageToken: undefined, read: 0, again, restarted: true }
  return { ...pass, windows: replaced(pass, window, [begun]) }
}

/** @returns the pass with a window cut into parts, and these as windows that are still to be begun. */
export function afterSplit(pass: Pass, window: Window, parts: readonly Part[]): { pass: Pass; begun: Window[] } {
  const { readTo } = window
  const begun = parts.map(({ again, ...part }): Window => {
    return again === undefined || again === 0 ? { ...part, read: 0 } : { ...part, read: 0, readTo, again }
  })
  return { pass: { ...pass, windows: replaced(pass, window, begun) }, begun }
}

/** @returns the windows that may be read now: the ones that are open towards the present come last. */
export function windowsToRead({ windows }: Pass): readonly Window[] {
  const bounded = windows.filter(({ before }) => before !== undefined)
  return bounded.length > 0 ? bounded : windows
}

function afterOnePage({ pages, read }: Pass, profiles: number, windows: readonly Window[]): Pass {
  return { windows, pages: pages + 1, read: read + profiles }
}

function replaced({ windows }: Pass, window: Window, by: readonly Window[]): Window[] {
  return windows.flatMap((other) => (other === window ? by : [other]))
}
