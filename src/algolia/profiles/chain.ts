import { toUnixSeconds } from '../instants'
import type { Moment } from './cuts'
import type { PageProfiles } from './page-profiles'
import { type HandedOut, identify } from './repeats'
import { TokenProgress } from './token-progress'
import type { Window } from './windows'

/** More profiles than these aren't kept: a window that has had so many is never cut. */
const MOST_KEPT = 2000

/** Of a page so many user tokens are looked at, to tell how far it reaches in their order: fewer where it isn't looked at whole. */
const TOKENS_OF_A_PAGE = 50
const FEW_TOKENS_OF_A_PAGE = 10

/** What is known of a window while it is being read, and not worth keeping in a state. */
export class Chain {
  private readonly pageTokens = new Set<string>()
  private readonly progress = new TokenProgress()
  private emptyPages = 0
  /** The profiles on its pages, in their order, while it may still be cut. */
  private kept: Map<string, string> | undefined = new Map()
  /** When they were updated, as far as anybody has asked, and how many were looked at for that. */
  private readonly moments: Moment[] = []
  private lookedAt = 0
  pages = 0

  /** The part of the pass that it holds, as far as that has shown. */
  share: number | undefined

  /** User tokens of its last page, in order: all while it may still be cut, then the first and the last. */
  userTokens: readonly (string | undefined)[] = []

  /** The last user token of its pages, in order, as far as is known. */
  place: string

  /**
   * @param mayBeCut whether a cut is possible at all: else its profiles aren't looked at
   * @param handedOut what had been handed out of the window before it was begun, where it is known
   */
  constructor(
    { pageToken, readTo, again }: Window,
    mayBeCut: boolean,
    public handedOut?: HandedOut
  ) {
    this.place = pageToken === undefined || again !== undefined ? '' : (readTo ?? '')
    if (pageToken !== undefined) this.pageTokens.add(pageToken)
    // Of a window that was begun in an earlier run nobody knows what was on its first pages.
    if (!mayBeCut || pageToken !== undefined) this.neverCut()
  }

  /** Whether it may still be cut, as all of its profiles so far are known. */
  get canBeCut(): boolean {
    return this.kept !== undefined
  }

  /** About how many pages are left, as far as user tokens tell. */
  get pagesLeft(): number | undefined {
    return this.progress.pagesLeft
  }

  /** The same, to be told: by all pages, and not where other kinds of user tokens may follow. */
  get forecast(): number | undefined {
    return this.progress.forecast
  }

  /** Profiles that were handed out of the window, before it was begun and since. */
  get all(): ReadonlyMap<string, string> {
    return new Map([...(this.handedOut ?? []), ...(this.kept ?? [])])
  }

  /** How many profiles are known of it. */
  get size(): number {
    return this.kept?.size ?? 0
  }

  /** @returns how many of its profiles have no later token than that, while it may still be cut */
  countTo(userToken: string): number | undefined {
    if (this.kept === undefined) return undefined
    let count = 0
    for (const known of this.kept.keys()) if (known <= userToken) count += 1
    return count
  }

  /** When the profiles on its pages were updated, in the order of their user tokens. */
  get sample(): readonly Moment[] {
    const unseen = [...(this.kept?.values() ?? [])].slice(this.lookedAt)
    this.lookedAt += unseen.length
    this.moments.push(...unseen.flatMap((updatedAt) => momentOf(updatedAt) ?? []))
    return this.moments
  }

  /** Takes in a page, and looks at its profiles as long as that may be of use. */
  add(profiles: PageProfiles): void {
    this.pages += 1
    this.emptyPages = profiles.length === 0 ? this.emptyPages + 1 : 0
    if (this.size + profiles.length > MOST_KEPT) this.neverCut()
    this.userTokens = this.kept === undefined ? this.lookAt(profiles) : this.keep(profiles, this.kept)
  }

  /** Lets go of what only a cut would need. */
  neverCut(): void {
    this.kept = undefined
    this.moments.length = 0
  }

  private keep(profiles: PageProfiles, kept: Map<string, string>): (string | undefined)[] {
    const userTokens: (string | undefined)[] = []
    const known: string[] = []
    for (const profile of profiles) {
      const { userToken, updatedAt } = identify(profile)
      userTokens.push(userToken)
      if (userToken === undefined || updatedAt === undefined) continue
      kept.set(userToken, updatedAt)
      known.push(userToken)
    }
    this.progress.add(placesOf(known.length, TOKENS_OF_A_PAGE).flatMap((place) => known[place] ?? []))
    return userTokens
  }

  private lookAt(profiles: PageProfiles): (string | undefined)[] {
    const userTokenAt = (place: number): string | undefined => identify(profiles.at(place)).userToken
    this.progress.add(placesOf(profiles.length, FEW_TOKENS_OF_A_PAGE).flatMap((place) => userTokenAt(place) ?? []))
    const ends = profiles.length === 0 ? [] : [...new Set([0, profiles.length - 1])]
    return ends.map(userTokenAt)
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

/** @returns ascending places in a list, at about equal distances, the last one included */
function placesOf(length: number, count: number): number[] {
  const step = Math.max(1, Math.floor(length / count))
  return Array.from({ length }, (_, place) => place).filter((place) => (length - 1 - place) % step === 0)
}
