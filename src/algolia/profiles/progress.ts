import { transientError } from '../../errors'
import { Chain, momentOf } from './chain'
import { beginsWithShortWindows, callsToSpare, isShort, mostWindows, partsWanted } from './chains'
import { chooseCuts, type Moment } from './cuts'
import type { PageProfiles } from './page-profiles'
import { type FreshProfiles, ownProfiles, placeAfter, withoutRepeats } from './repeats'
import {
  afterLastPage,
  afterPage,
  afterRefusedToken,
  afterSplit,
  LATENESS_SECONDS,
  type Part,
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
  private readonly begunWith: number
  private pages = 0
  /** Profiles read in this run that hadn't been before. */
  private useful = 0
  /** Pages of the pass, as the user tokens of its first ones told when it was cut. */
  private pagesInAll: number | undefined
  /** Of the windows that are read to their end: profiles, and the part of the pass that was expected in them. */
  private readonly done = { profiles: 0, share: 0 }

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
   * The windows that may be read now, in the order in which they should be. What is not begun is cut more cheaply and
   * better, so those that have been begun go first, until so few are left that all go on together, the longest first: then
   * they end at about the same time.
   * @param chains how many are read at the same time
   */
  windowsToRead(chains: number): readonly Window[] {
    const windows = [...windowsToRead(this.pass)].sort((one, other) => this.shareLeft(other) - this.shareLeft(one))
    if (windows.length < 2 * chains) return windows
    const isBegun = ({ pageToken }: Window): boolean => pageToken !== undefined
    const others = windows.filter((window) => !isBegun(window))
    if (beginsWithShortWindows(this.pagesInAll, this.pageSize)) others.reverse()
    return [...windows.filter(isBegun), ...others]
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
      this.done.profiles += window.read + profiles.length
      this.done.share += window.share ?? 0
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
      if (!this.cut(moved, chain, page)) this.chains.set(moved, chain)
    }
    const { after } = window
    return ownProfiles(fresh, after === this.beginning.after ? undefined : after)
  }

  private newChain(window: Window): Chain {
    // What had been handed out of it in an earlier run isn't known, and would be missing from what is known of its parts.
    return new Chain(window, this.concurrency > 1 && window.again === undefined)
  }

  /** Cuts a window into parts, if that is worth it. */
  private cut(window: Window, chain: Chain, page: ArrivedPage): boolean {
    if (!chain.canBeCut || page.windowsWanted < 2) return false
    const { pagesLeft, pages } = chain
    if (pagesLeft !== undefined && isShort(pages + pagesLeft, page.rate)) return false
    const isOpen = window.before === undefined
    // The part of an open window that comes last is one more.
    const last = isOpen ? 1 : 0
    const { pageToken = '', readTo = '' } = window
    const wanted = partsWanted(page.windowsWanted, {
      pages,
      sample: chain.size,
      ...this.weigh(window),
      spare: this.callsToSpare() - last,
      room: mostWindows(pageToken.length + readTo.length) - this.pass.windows.length - last
    })
    if (wanted === 0) return false
    const end = window.before ?? page.startedAt - LATENESS_SECONDS
    const { sample } = chain
    const lately = sample.filter(({ second }) => second >= end).length
    // Where most profiles lie in the part that comes last, little would be won.
    if (lately > sample.length / 2) return false
    const cuts = chooseCuts(window, sample, end, wanted)
    if (cuts.length === 0) return false
    const inTime = 1 - lately / sample.length
    const bounds = [
      { second: undefined, share: 0 },
      ...cuts.map(({ second, share }) => ({ second, share: share * inTime })),
      ...(isOpen ? [{ second: end - 1, share: inTime }] : []),
      { second: undefined, share: 1 }
    ]
    if (this.pages === pages && pagesLeft !== undefined) this.pagesInAll = pages + pagesLeft
    const { all } = chain
    const moments = [...all.values()].flatMap((updatedAt) => momentOf(updatedAt) ?? [])
    const parts = bounds.slice(1).map(({ second, share }, index): Part => {
      const from = bounds[index]
      const after = from?.second ?? window.after
      const before = second === undefined ? window.before : second + 1
      const ofPass = (window.share ?? 0) * (share - (from?.share ?? 0))
      return { after, before, share: ofPass, again: moments.filter((moment) => isWithin(moment, after, before)).length }
    })
    const { pass, begun } = afterSplit(this.pass, window, parts)
    this.pass = pass
    for (const part of begun) this.chains.set(part, new Chain(part, true, part.again === undefined ? undefined : all))
    return true
  }

  private callsToSpare(): number {
    const { pages, useful, begunWith, pageSize } = this
    const { windows } = this.pass
    const owed = windows.reduce((sum, { again = 0 }) => sum + again, 0) / pageSize
    return callsToSpare({ pages, useful: useful / pageSize, owed, windows: windows.length, begunWith })
  }

  /** What is expected in a window, and in all of those that don't come last. */
  private weigh(window: Window): { share: number; shareLeft: number; expected: number | undefined } {
    const { profilesInAll, pageSize } = this
    const closed = this.pass.windows.filter((other) => other === window || other.before !== undefined)
    const { share = 1 } = window
    return {
      share,
      shareLeft: closed.reduce((sum, other) => sum + this.shareLeft(other), 0),
      expected: profilesInAll === undefined ? undefined : (share * profilesInAll) / pageSize
    }
  }

  private shareLeft({ share = 1, read }: Window): number {
    const { profilesInAll } = this
    return profilesInAll === undefined ? share : Math.max(0, share - read / profilesInAll)
  }

  /** Profiles of the pass, reckoned from the windows that have been read to their end. */
  private get profilesInAll(): number | undefined {
    const { profiles, share } = this.done
    return share > 0 ? profiles / share : undefined
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

/** Whether a moment is on the pages between two bounds. */
function isWithin({ second, isWhole }: Moment, after: number | undefined, before: number | undefined): boolean {
  if (after !== undefined && (second < after || (second === after && isWhole))) return false
  return before === undefined || second < before
}
