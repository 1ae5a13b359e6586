import { toUnixSeconds } from '../instants'
import type { PageProfiles } from './page-profiles'
import type { Window } from './windows'

/**
 * Which profiles of a page are handed out, and which have been, or will be by another window.
 *
 * A loss is worse than a repeat: whatever can't be read, or isn't as expected, is handed out.
 */

/** Those profiles of a page that no other page hands out. They are found as they are taken, so there may be fewer. */
export interface FreshProfiles extends Iterable<unknown> {
  readonly length: number
}

/** The token and time of each profile that a window had handed out before it was cut. */
export type HandedOut = ReadonlyMap<string, string>

/** @returns a profile's user token and time, as far as it has them */
export function identify(profile: unknown): { userToken: string | undefined; updatedAt: string | undefined } {
  const { userID, lastUpdatedAt } = (profile ?? {}) as { userID?: unknown; lastUpdatedAt?: unknown }
  return {
    userToken: typeof userID === 'string' ? userID : undefined,
    updatedAt: typeof lastUpdatedAt === 'string' ? lastUpdatedAt : undefined
  }
}

/**
 * The profiles of a page without those that are the earlier neighbour's: of the second in which the two overlap.
 * @param second the window's lower bound, where there is an earlier neighbour
 */
export function ownProfiles(profiles: FreshProfiles, second: number | undefined): FreshProfiles {
  if (second === undefined) return profiles
  const prefix = new Date(second * 1000).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)
  const isOthers = (profile: unknown): boolean => {
    const { updatedAt } = identify(profile)
    if (updatedAt === undefined) return false
    // Nearly all times are in UTC, and are told apart without making a date of them.
    return updatedAt.endsWith('Z') ? updatedAt.startsWith(prefix) : toUnixSeconds(updatedAt) === second
  }
  return {
    length: profiles.length,
    *[Symbol.iterator]() {
      for (const profile of profiles) if (!isOthers(profile)) yield profile
    }
  }
}

/**
 * The profiles of a page that haven't been handed out, in a window of which some have been.
 *
 * While a run goes on, it is known which. After a kill there is the place up to which all had been, and how many: what
 * comes up to that place has been handed out, as long as the pages are in the expected order and it is no more than those.
 * @param handedOut those of this run, where it is known
 * @param unchangedBefore a profile that was updated since the pass began carries no earlier time
 */
export function withoutRepeats(
  profiles: PageProfiles,
  { readTo, again = 0 }: Window,
  handedOut: HandedOut | undefined,
  unchangedBefore: number
): FreshProfiles {
  let left = again
  let isInOrder = true
  let previous = ''
  const isRepeat = (profile: unknown): boolean => {
    const { userToken, updatedAt } = identify(profile)
    if (userToken === undefined || updatedAt === undefined) return false
    if (handedOut !== undefined) return handedOut.get(userToken) === updatedAt
    isInOrder &&= userToken > previous
    previous = userToken
    if (!isInOrder || left === 0 || readTo === undefined || userToken > readTo) return false
    if ((toUnixSeconds(updatedAt) ?? Infinity) >= unchangedBefore) return false
    left -= 1
    return true
  }
  // Only where they stand is kept: a page that is parsed as a whole takes several megabytes while it is handed out.
  const fresh = Array.from(profiles, isRepeat).flatMap((isKnown, position) => (isKnown ? [] : [position]))
  return {
    length: fresh.length,
    *[Symbol.iterator]() {
      for (const place of fresh) yield profiles.at(place)
    }
  }
}

/** @returns the last of a page's user tokens where they ascend from a place on, as far as they were looked at */
export function placeAfter(userTokens: readonly (string | undefined)[], place: string): string | undefined {
  let previous = place
  for (const userToken of userTokens) {
    if (userToken === undefined || userToken <= previous) return undefined
    previous = userToken
  }
  return previous
}
