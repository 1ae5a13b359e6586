import { toUnixSeconds } from '../instants'
import type { Moment } from './cuts'
import type { PageProfiles } from './page-profiles'
import { type HandedOut, identify } from './repeats'
import { TokenProgress } from './token-progress'
import type { Window } from './windows'

/** More profiles than these aren't kept: a window that has had so many is never cut. */
const MOST_KEPT = 5000

/** Of a page so many user tokens are looked at, to tell how far it reaches in their order. */
const TOKENS_OF_A_PAGE = 50

/** What is known of a window while it is being read, and not worth keeping in a state. */
export class Chain {
  private readonly pageTokens = new Set<string>()
  private readonly progress = new TokenProgress()
  private emptyPages = 0
  /** The profiles on its pages, in their order, while it may still be cut. */
  private kept: Map<string, string> | undefined = new Map()
  pages = 0

  /** The last user token of its pages, in order, as far as is known. */
  place: string

  /** @param handedOut what had been handed out of the window before it was begun, where it is known */
  constructor(
    { pageToken, readTo, again }: Window,
    public handedOut?: HandedOut
  ) {
    this.place = pageToken === undefined || again !== undefined ? '' : (readTo ?? '')
    // A window that was begun in an earlier run can't be cut: nobody knows what was on its first pages.
    if (pageToken !== undefined) {
      this.pageTokens.add(pageToken)
      this.kept = undefined
    }
  }

  /** Whether it may still be cut, as all of its profiles so far are known. */
  get canBeCut(): boolean {
    return this.kept !== undefined
  }

  /** About how many pages are left, as far as user tokens tell. */
  get pagesLeft(): number | undefined {
    return this.progress.pagesLeft
  }

  /** Profiles that were handed out of the window, before it was begun and since. */
  get all(): ReadonlyMap<string, string> {
    return new Map([...(this.handedOut ?? []), ...(this.kept ?? [])])
  }

  /** When the profiles on its pages were updated, in the order of their user tokens. */
  get sample(): Moment[] {
    return [...(this.kept ?? new Map<string, string>()).values()].flatMap((updatedAt) => momentOf(updatedAt) ?? [])
  }

  /** Takes in a page, and looks at its profiles as long as that may be of use. */
  add(profiles: PageProfiles): void {
    this.pages += 1
    this.emptyPages = profiles.length === 0 ? this.emptyPages + 1 : 0
    if (this.kept === undefined) return
    if (this.kept.size + profiles.length > MOST_KEPT) return this.neverCut()
    const tokens: string[] = []
    for (const profile of profiles) {
      const { userToken, updatedAt } = identify(profile)
      if (userToken === undefined || updatedAt === undefined) continue
      this.kept.set(userToken, updatedAt)
      tokens.push(userToken)
    }
    const step = Math.max(1, Math.floor(tokens.length / TOKENS_OF_A_PAGE))
    this.progress.add(tokens.filter((_, index) => (tokens.length - 1 - index) % step === 0))
  }

  /** Lets go of what only a cut would need. */
  neverCut(): void {
    this.kept = undefined
  }

  /** @returns whether the page token has led to a page of the window before */
  repeats(pageToken: string): boolean {
    if (this.pageTokens.has(pageToken)) return true
    this.pageTokens.add(pageToken)
    return false
  }

  /** @returns whether it goes on without a profile for so many pages */
  isEmptyFor(pages: number): boolean {
    return this.emptyPages > pages
  }
}

/** @returns undefined where a time can't be read */
export function momentOf(updatedAt: string): Moment | undefined {
  const second = toUnixSeconds(updatedAt)
  return second === undefined ? undefined : { second, isWhole: !/\.\d*[1-9]/.test(updatedAt) }
}
