/**
 * How many chains of calls a read takes, and what it may cost to start them.
 *
 * Each window is a chain: a page holds the token of the next. One chain makes a call each time that an answer has come, so
 * several are only worth it where that is too slow to use the calls that Algolia allows. What they cost are calls: the
 * pages that a cut window has had are read again, and each window's last page is not full.
 */

/** Calls more than the least that a read may cost, and the part of those it has made that it may cost besides. */
const CALLS_TO_SPARE = 8
const PART_TO_SPARE = 0.015

/** A state of more characters is too large for a host: so much is for its windows, and so much for each beside its tokens. */
const MOST_CHARACTERS = 3600
const CHARACTERS_OF_A_WINDOW = 140

/** More windows than this aren't of use. */
const MOST_WINDOWS = 16

/** A sample of this many profiles tells well enough where to cut. */
const GOOD_SAMPLE = 100

/** A window that is shorter than so many of the wanted ones isn't cut: where calls are used up, it ends with the others all the same. */
const LEAST_SIZE = 2

/**
 * A window that seems to end after so many pages isn't cut: where there is a limit to be met, and where there is none. How it
 * seems goes by its first tokens, and where other kinds of tokens follow, a cut that comes later costs too much.
 */
const SHORT = 5
const SHORT_WITHOUT_LIMIT = 20

/**
 * Chains that it takes to use up the calls allowed: one where a chain of calls, one after the other, already does.
 * @param latency milliseconds a call takes
 * @param rate calls allowed for each millisecond, or undefined when there is no known limit
 */
export function chainsWanted(latency: number, rate: number | undefined, concurrency: number): number {
  if (latency === 0) return 1
  if (rate === undefined) return concurrency
  const needed = latency * rate
  // A quarter to spare, as no chain is always under way.
  return needed <= 0.95 ? 1 : Math.min(concurrency, Math.ceil(needed + 0.25))
}

/**
 * Windows that it takes: as many as there are chains, and where these use up the calls allowed, twice as many, so that none is
 * likely to be longer than what one chain reads in that time.
 */
export function windowsWanted(chains: number, latency: number, rate: number | undefined): number {
  return chains > 1 && rate !== undefined && chains >= latency * rate ? 2 * chains : chains
}

/**
 * @param characters of the page token and the user token that a window has in a state
 * @returns how many windows a state has room for
 */
export function mostWindows(characters: number): number {
  return Math.min(MOST_WINDOWS, Math.floor(MOST_CHARACTERS / (CHARACTERS_OF_A_WINDOW + characters)))
}

/** @returns whether a window that seems to have so many pages is too short to be cut */
export function isShort(pages: number, rate: number | undefined): boolean {
  return pages <= (rate === undefined ? SHORT_WITHOUT_LIMIT : SHORT)
}

/** What a run has read, and what is before it. */
export interface Spending {
  /** Pages read in this run. */
  readonly pages: number
  /** Profiles read in this run that hadn't been before, in pages. */
  readonly useful: number
  /** Profiles that are still to be read again, in pages. */
  readonly owed: number
  /** Windows that are left. */
  readonly windows: number
  /** Windows that the run began with. */
  readonly begunWith: number
}

/** @returns the calls that may still be spent on further windows, so that the read stays within what it may cost */
export function callsToSpare({ pages, useful, owed, windows, begunWith }: Spending): number {
  const allowed = (begunWith > 1 ? 0 : CALLS_TO_SPARE) + PART_TO_SPARE * useful
  // The last page of each window can be all but empty.
  return allowed - (pages - useful) - owed - (windows - begunWith)
}

/** A window that is being read, as far as it decides whether it is cut. */
export interface Candidate {
  /** Pages read of it. */
  readonly pages: number
  /** Profiles on these pages. */
  readonly sample: number
  /** The part of the profiles of all windows that are left that is expected in it. */
  readonly share: number
  /** Calls that may be spent on it. */
  readonly spare: number
  /** How many windows may be added. */
  readonly room: number
}

/**
 * @param windows how many are wanted
 * @returns into how many parts a window should be cut now, or 0
 */
export function partsWanted(windows: number, { pages, sample, share, spare, room }: Candidate): number {
  const affordable = Math.min(Math.floor(spare - pages), room)
  const size = share * windows
  if (affordable < 1 || size < LEAST_SIZE) return 0
  // More pages tell better where to cut, as long as they are cheap.
  if (sample < GOOD_SAMPLE && pages + 1 <= spare / 4) return 0
  return Math.min(affordable + 1, Math.ceil(size))
}

/**
 * @param pagesLeft of the window, where its tokens tell; where they hardly differ, there are many
 * @returns whether a window that is too long to end with the others should wait until they have earned the calls that it
 * takes to cut it: each page that it goes on meanwhile would make that dearer
 */
export function isWorthWaiting(windows: number, candidate: Candidate, pagesLeft: number | undefined): boolean {
  const { pages, share, spare, room } = candidate
  if (room < 1 || share * windows < LEAST_SIZE || spare >= pages + 1) return false
  const pagesOfOthers = (pages + 1 - spare) / PART_TO_SPARE
  return pagesLeft === undefined || pagesLeft > 2 * pagesOfOthers
}
