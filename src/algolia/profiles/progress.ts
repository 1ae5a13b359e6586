import { transientError } from '../../errors'
import { Chain } from './chain'
import { callsToSpare, isShort, isWorthWaiting, mostWindows, partsWanted } from './chains'
import type { PageProfiles } from './page-profiles'
import { partsOf } from './parts'
import { type FreshProfiles, ownProfiles, placeAfter, withoutRepeats } from './repeats'
import { compare, type Course, inTurn } from './turns'
import {
  afterLastPage,
  afterPage,
  afterRefusedToken,
  afterSplit,
  LATENESS_SECONDS,
  type Pass,
  type Window,
  windowsToRead
} from './windows'

/** Where the reading of a pass begins. */
export interface Beginning {
  readonly pass: Pass
  /** The lower bound of the whole pass. */
  readonly after: number | undefined
}

/** A page as it has come. */
export interface ArrivedPage {
  readonly profiles: PageProfiles
  readonly nextPageToken: string | undefined
  /** When the pass began, by the server's clock; whole Unix seconds. */
  readonly startedAt: number
  /** Windows that it takes to use the calls that Algolia allows. */
  readonly windowsWanted: number
  /** Calls allowed for each millisecond, where that is known. */
  readonly rate: number | undefined
}

/** A window with more than this part of what one of several chains reads is long. */
const LONG = 0.9

/** A window that goes on for so many pages without a profile is taken for one that never ends. */
const MOST_EMPTY_PAGES = 1000

/** How far a pass has got in this run, and what each page means for it. */
export class Progress {
  pass: Pass
  private readonly chains = new Map<Window, Chain>()
  /** Windows that are too long, and wait until the others have earned the calls that it takes to cut them. */
  private readonly waiting = new Map<Window, Chain>()
  /** Whether windows are known to go through the same user tokens. */
  private isSideBySide = false
  private readonly begunWith: number
  private pages = 0
  /** Profiles read in this run that hadn't been before. */
  private useful = 0

  /** @param concurrency windows that are read at the same time, at most: of one, nothing is ever cut */
  constructor(
    private readonly beginning: Beginning,
    private readonly pageSize: number,
    private readonly concurrency: number
  ) {
    this.pass = beginning.pass
    this.begunWith = beginning.pass.windows.length
  }

  /**
   * The windows that may be read now, in the order in which they should be.
   * @param chains how many are read at the same time
   */
  windowsToRead(chains: number): readonly Window[] {
    const courses = windowsToRead(this.pass).map((window) => this.courseOf(window))
    const windows = inTurn(courses, this.isSideBySide).map(({ window }) => window)
    const others = windows.filter((window) => !this.waiting.has(window))
    if (others.length >= chains) return others
    // To let chains stand still costs more than can be won.
    this.waiting.clear()
    return windows
  }

  /** About how many pages are left, as far as user tokens tell; undefined where they don't. */
  get pagesLeft(): number | undefined {
    const { windows } = this.pass
    const closed = windows.filter(({ before }) => before !== undefined)
    // Where tokens grow with time, none reaches the end of their order but the last one.
    if (closed.length > 1 && !this.isSideBySide) return undefined
    let pages = 0
    for (const window of windows) {
      const comesLast = closed.length > 0 && window.before === undefined
      const left = comesLast ? 1 : this.chains.get(window)?.forecast
      if (left === undefined) return undefined
      pages += left
    }
    return pages
  }

  /** Whether a window is so long that it would end after the others, were it read no faster than each of them. */
  isLong(window: Window, chains: number): boolean {
    return this.shareOfRest(window) * chains > LONG
  }

  /** Sends a window back to its start, as its page token was refused. */
  restart(window: Window): void {
    this.chains.delete(window)
    this.pass = afterRefusedToken(this.pass, window)
  }

  /**
   * Takes in a page of a window.
   * @returns those of its profiles that haven't been handed out, and that no other window hands out
   * @throws SourceError where the window never ends
   */
  read(window: Window, page: ArrivedPage): FreshProfiles {
    const { profiles, nextPageToken } = page
    const chain = this.chains.get(window) ?? this.newChain(window)
    this.chains.delete(window)
    chain.add(profiles)
    const isAgain = (window.again ?? 0) > 0
    const fresh = isAgain
      ? withoutRepeats(profiles, window, chain.handedOut, page.startedAt - LATENESS_SECONDS)
      : profiles
    this.pages += 1
    this.useful += fresh.length
    if (nextPageToken === undefined) {
      this.pass = afterLastPage(this.pass, window, profiles.length)
    } else {
      if (chain.repeats(nextPageToken)) throw this.endless('page tokens repeat')
      if (chain.isEmptyFor(MOST_EMPTY_PAGES)) throw this.endless('pages stay empty and lead to ever more empty ones')
      const readTo = placeOf(window, chain)
      // What had been handed out comes first, whatever the order is. To look for the rest of it on later pages would be to
      // leave out others, where the order isn't the expected one.
      const pageRead = { profiles: profiles.length, repeats: isAgain ? profiles.length : 0, readTo }
      const { pass, moved } = afterPage(this.pass, window, pageRead, nextPageToken)
      this.pass = pass
      if (moved.again === undefined) chain.handedOut = undefined
      this.chains.set(moved, chain)
      this.learnShares()
      this.cut(moved, chain, page)
    }
    for (const [other, itsChain] of [...this.waiting]) this.cut(other, itsChain, page)
    const { after } = window
    return ownProfiles(fresh, after === this.beginning.after ? undefined : after)
  }

  private newChain(window: Window): Chain {
    // What had been handed out of it in an earlier run isn't known, and would be missing from what is known of its parts.
    return new Chain(window, this.concurrency > 1 && window.again === undefined)
  }

  /** Takes in what the windows, compared with each other, say of their shares. */
  private learnShares(): void {
    const closed = this.pass.windows.filter(({ before }) => before !== undefined)
    const comparison = compare(closed.map((window) => this.courseOf(window)))
    if (comparison === undefined) return
    this.isSideBySide = comparison.isSideBySide
    if (!comparison.isSideBySide) return
    const inAll = closed.reduce((sum, window) => sum + this.shareOf(window), 0)
    for (const [index, window] of closed.entries()) {
      const chain = this.chains.get(window)
      if (chain !== undefined) chain.share = (comparison.shares[index] ?? 0) * inAll
    }
  }

  /** Cuts a window into parts where that is worth it, or lets it wait until it can be afforded. */
  private cut(window: Window, chain: Chain, { windowsWanted, rate, startedAt }: ArrivedPage): void {
    this.waiting.delete(window)
    const { pagesLeft, pages } = chain
    if (!chain.canBeCut || windowsWanted < 2) return
    if (pagesLeft !== undefined && isShort(pages + pagesLeft, rate)) return
    // The part of an open window that comes last is one more.
    const last = window.before === undefined ? 1 : 0
    const { pageToken = '', readTo = '' } = window
    const candidate = {
      pages,
      sample: chain.size,
      share: this.shareOfRest(window),
      spare: this.callsToSpare() - last,
      room: mostWindows(pageToken.length + readTo.length) - this.pass.windows.length - last
    }
    const count = partsWanted(windowsWanted, candidate)
    const waits = count === 0 && isWorthWaiting(windowsWanted, candidate, pagesLeft)
    if (count === 0 && !waits) return
    const { sample, all } = chain
    const parts = partsOf(window, { sample, all, share: this.shareOf(window) }, Math.max(2, count), startedAt)
    if (parts === undefined) return
    if (waits) {
      this.waiting.set(window, chain)
      return
    }
    const { pass, begun } = afterSplit(this.pass, window, parts)
    this.pass = pass
    this.chains.delete(window)
    for (const part of begun) this.chains.set(part, new Chain(part, true, part.again === undefined ? undefined : all))
  }

  private callsToSpare(): number {
    const { pages, useful, begunWith, pageSize } = this
    const { windows } = this.pass
    const owed = windows.reduce((sum, { again = 0 }) => sum + again, 0) / pageSize
    return callsToSpare({ pages, useful: useful / pageSize, owed, windows: windows.length, begunWith })
  }

  /** The part of what is left that is expected in a window, the part of the pass that comes last left out. */
  private shareOfRest(window: Window): number {
    const rest = this.pass.windows.filter((other) => other === window || other.before !== undefined)
    const inAll = rest.reduce((sum, other) => sum + this.shareOf(other), 0)
    return inAll > 0 ? this.shareOf(window) / inAll : 1
  }

  /** The part of the pass that is expected in a window: by what has been read, else as its cut promised. */
  private shareOf(window: Window): number {
    return this.chains.get(window)?.share ?? window.share ?? 1
  }

  private courseOf(window: Window): Course & { readonly window: Window } {
    const { pageToken, readTo, read } = window
    const chain = this.chains.get(window)
    const isBegun = pageToken !== undefined && read > 0
    // Of a part of a window that was cut, `readTo` lies ahead.
    const to = !isBegun ? '' : readTo === undefined ? undefined : chain?.place || readTo
    return { window, to, read, share: this.shareOf(window), countTo: (place) => chain?.countTo(place) }
  }

  private endless(how: string): Error {
    return transientError(
      `Algolia's ${how}, so reading on would never end; stopped after ${this.pass.pages} pages. Run again: the state is kept. If it happens again, tell Algolia's support.`
    )
  }
}

/** @returns how far a window has been read with a page, in the order of user tokens, as long as pages are in that order */
function placeOf(window: Window, chain: Chain): string | undefined {
  const { read, readTo } = window
  if (read > 0 && readTo === undefined) return undefined
  const place = placeAfter(chain.userTokens, chain.place)
  if (place === undefined) return undefined
  chain.place = place
  return readTo !== undefined && readTo > place ? readTo : place === '' ? undefined : place
}
