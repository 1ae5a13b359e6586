import { transientError } from '../../errors'
import { Chain } from './chain'
import { callsToSpare, isShort, isWorthWaiting, mostWindows, partsWanted } from './chains'
import type { PageProfiles } from './page-profiles'
import { partsOf } from './parts'
import { type FreshProfiles, ownProfiles, placeAfter, withoutRepeats } from './repeats'
import { type Course, inTurn, shareSeen } from './turns'
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

/** A window that goes on for so many pages without a profile is taken for one that never ends. */
const MOST_EMPTY_PAGES = 1000

/** How far a pass has got in this run, and what each page means for it. */
export class Progress {
  pass: Pass
  private readonly chains = new Map<Window, Chain>()
  /** Windows that are too long, and wait until the others have earned the calls that it takes to cut them. */
  private readonly waiting = new Set<Window>()
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
    const windows = inTurn(courses).map(({ window }) => window)
    const others = windows.filter((window) => !this.waiting.has(window))
    if (others.length >= chains) return others
    // To let chains stand still costs more than can be won.
    this.waiting.clear()
    return windows
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
      this.cut(moved, chain, page)
    }
    for (const other of [...this.waiting]) {
      const itsChain = this.chains.get(other)
      if (itsChain !== undefined) this.cut(other, itsChain, page)
    }
    const { after } = window
    return ownProfiles(fresh, after === this.beginning.after ? undefined : after)
  }

  private newChain(window: Window): Chain {
    // What had been handed out of it in an earlier run isn't known, and would be missing from what is known of its parts.
    return new Chain(window, this.concurrency > 1 && window.again === undefined)
  }

  /** Cuts a window into parts where that is worth it, or lets it wait until it can be afforded. @returns whether it is cut */
  private cut(window: Window, chain: Chain, { windowsWanted, rate, startedAt }: ArrivedPage): boolean {
    this.waiting.delete(window)
    const { pagesLeft, pages } = chain
    if (!chain.canBeCut || windowsWanted < 2) return false
    if (pagesLeft !== undefined && isShort(pages + pagesLeft, rate)) return false
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
    const parts = count > 0 || waits ? partsOf(window, chain, Math.max(2, count), startedAt) : undefined
    if (parts === undefined) return false
    if (waits) {
      this.waiting.add(window)
      return false
    }
    const { all } = chain
    const { pass, begun } = afterSplit(this.pass, window, parts)
    this.pass = pass
    this.chains.delete(window)
    for (const part of begun) this.chains.set(part, new Chain(part, true, part.again === undefined ? undefined : all))
    return true
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
    const seen = shareSeen(
      this.courseOf(window),
      rest.map((other) => this.courseOf(other))
    )
    const shares = rest.reduce((sum, { share = 1 }) => sum + share, 0)
    return seen ?? (window.share ?? 1) / shares
  }

  private courseOf(window: Window): Course & { readonly window: Window } {
    const { pageToken, readTo, read, share = 1 } = window
    const chain = this.chains.get(window)
    const to = pageToken === undefined ? undefined : readTo
    return { window, from: chain?.firstToken, to, read, share, countTo: (place) => chain?.countTo(place) }
  }

  private endless(how: string): Error {
    return transientError(
      `Algolia's ${how}, so reading on would never end; stopped after ${this.pass.pages} pages. Run again: the state is kept. If it happens again, tell Algolia's support.`
    )
  }
}

/** @returns how far a window has been read with a page, in the order of user tokens, as long as pages are in that order */
function placeOf(window: Window, chain: Chain): string | undefined {
  const { pageToken, readTo } = window
  if (pageToken !== undefined && readTo === undefined) return undefined
  const place = placeAfter(chain.userTokens, chain.place)
  if (place === undefined) return undefined
  chain.place = place
  return readTo !== undefined && readTo > place ? readTo : place === '' ? undefined : place
}
