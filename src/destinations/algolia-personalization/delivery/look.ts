import { LISTS_RETRY_MS, LOOK_MARGIN_MS } from '../constants'
import type { ProfileApi } from '../api/personalization'
import type { ProfileSegment } from '../audience/profile-segments'
import { isFailure, isRetried } from './outcomes'
import type { Failure } from './outcomes'

/** What a user's profile holds now: segments, none because there is no profile, or nobody could tell. */
export type Seen = readonly ProfileSegment[] | 'no profile' | Failure

/** What looking needs. */
export interface Looking {
  api: ProfileApi
  /** Bounds how many calls are under way. */
  withSlot: <T>(task: () => Promise<T>) => Promise<T>
  /** Whether the profile is as it was written. */
  isAsWritten: (userToken: string, segments: readonly ProfileSegment[]) => boolean
  /** Says once what was found out about the lists. */
  warn: (message: string) => void
}

/** The applications whose lists don't show what was written, and until when that is taken for granted. */
const uselessLists = new Map<string, number>()

/**
 * Looks at the profiles of some users: with one call, where there are several and Algolia's lists show what was written,
 * else with a read for each. Whether they do isn't documented. A user who was written and isn't on the list, or without
 * segments, is read; who is then found as written shows that lists are of no use here.
 */
export async function look(looking: Looking, userTokens: readonly string[]): Promise<Map<string, Seen>> {
  const { api, withSlot, isAsWritten, warn } = looking
  const seen = new Map<string, Seen>()
  const areListsUseful = (uselessLists.get(api.application) ?? 0) < Date.now()
  const isListed = areListsUseful && userTokens.length > 1
  const isRefused = isListed && !(await lookAtList(api, userTokens, seen))
  const isReadable = (userToken: string): boolean => !seen.has(userToken)
  const reads = userTokens.filter(isReadable).map(async (userToken) => {
    const profile = await withSlot(() => api.readProfile(userToken))
    if (isFailure(profile)) seen.set(userToken, profile)
    else seen.set(userToken, profile.exists ? profile.segments : 'no profile')
    return !isFailure(profile) && profile.exists && isAsWritten(userToken, profile.segments)
  })
  const asWritten = (await Promise.all(reads)).filter(Boolean).length
  if (isRefused || (isListed && asWritten > 0)) {
    uselessLists.set(api.application, Date.now() + LISTS_RETRY_MS)
    warn(
      "Algolia's lists of profiles cannot be read, or do not show the segments that were just written, so each written profile is read once more to see that no other process replaced them: three calls a user in place of two."
    )
  }
  return seen
}

/**
 * Takes what it finds on the list of the profiles updated since the batch began. Others may have been updated, too, by the
 * thousand: it goes on to the next page only as long as a page shows at least two of these users, as reading them one by
 * one would be cheaper otherwise.
 * @returns whether there are lists at all
 */
async function lookAtList(api: ProfileApi, userTokens: readonly string[], seen: Map<string, Seen>): Promise<boolean> {
  const since = (api.startedAt() ?? Date.now() - 60_000) - LOOK_MARGIN_MS
  let pages = 0
  let next: string | undefined
  do {
    const page = await api.listProfiles(since, next)
    if (isFailure(page)) {
      // What is refused for good is no trouble of the moment: the users are read instead.
      if (!isRetried(page.status)) return false
      for (const userToken of userTokens) if (!seen.has(userToken)) seen.set(userToken, page)
      return true
    }
    pages += 1
    for (const userToken of userTokens) {
      const segments = page.segments.get(userToken)
      if (segments) seen.set(userToken, segments)
    }
    next = page.next
  } while (next !== undefined && seen.size < userTokens.length && seen.size >= 2 * pages)
  return true
}
