import { LISTS_RETRY_MS, LOOK_MARGIN_MS, MOST_APPLICATIONS } from '../constants'
import { monotonic } from '../api/pace'
import type { ProfileSegment } from '../audience/profile-segments'
import { remember } from '../remember'
import { isFailure, isRetried } from './outcomes'
import type { Failure } from './outcomes'
import type { Run } from './update'

/** What a look found of a user. */
export interface Seen {
  /**
   * What the profile holds; or there is none; or it isn't on the list of those that were changed lately, and so is as before;
   * or nobody could tell.
   */
  profile: readonly ProfileSegment[] | 'no profile' | 'not listed' | Failure
  /** When the call was sent, and answered, see `monotonic`. */
  sentAt: number
  answeredAt: number
}

/** A user to look at. */
export interface Sought {
  userToken: string
  /** This process has written the profile, so the list of those that were changed lately must show it. */
  isWritten: boolean
  isAsWritten(segments: readonly ProfileSegment[]): boolean
}

/** The applications whose lists don't show what was written, and until when that is taken for granted. */
const uselessLists = new Map<string, number>()

/** Remembers that the lists of the application don't show what was written, and says so once. */
export function distrustLists({ api, warn }: Run): void {
  if (areDistrusted(api.application)) return
  remember(uselessLists, api.application, Date.now() + LISTS_RETRY_MS, MOST_APPLICATIONS)
  warn(
    "Algolia's lists of profiles cannot be read, or do not show the segments that were just written, so each written profile is read once more to see that no other process replaced them: three calls a user in place of two."
  )
}

function areDistrusted(application: string): boolean {
  return (uselessLists.get(application) ?? 0) >= Date.now()
}

/**
 * Looks at the profiles of some users: with one call, where there are several and Algolia's lists show what was written,
 * else with a read for each. Whether they do isn't documented. A user who was written and isn't on the list, or without
 * segments, is read; who is then found as written shows that lists are of no use here.
 * @param since the server's time before the first of these was written, if known
 */
export async function look(run: Run, sought: readonly Sought[], since: number): Promise<Map<string, Seen>> {
  const { api, withSlot } = run
  const seen = new Map<string, Seen>()
  const isListed = sought.length > 1 && !areDistrusted(api.application)
  const list = isListed ? await lookAtList(run, sought, since, seen) : 'partial'
  const reads = sought
    .filter(({ userToken }) => !seen.has(userToken))
    .map(async (one) => {
      const { userToken } = one
      const read = await withSlot(() => api.readProfile(userToken))
      const answeredAt = monotonic()
      if (isFailure(read)) {
        seen.set(userToken, { profile: read, sentAt: answeredAt, answeredAt })
        return false
      }
      seen.set(userToken, { profile: read.exists ? read.segments : 'no profile', sentAt: read.sentAt, answeredAt })
      return one.isWritten && read.exists && one.isAsWritten(read.segments)
    })
  const asWritten = (await Promise.all(reads)).filter(Boolean).length
  if (list === 'refused' || (list === 'whole' && asWritten > 0)) distrustLists(run)
  return seen
}

/**
 * Takes what it finds on the list of the profiles updated since then. Others may have been updated, too, by the thousand:
 * it goes on to the next page only as long as a page shows at least two of these users, as reading them one by one would
 * be cheaper otherwise.
 * @returns how much of the list it has seen; of a part of it nobody knows what the rest shows
 */
async function lookAtList(
  { api }: Run,
  sought: readonly Sought[],
  since: number,
  seen: Map<string, Seen>
): Promise<'refused' | 'partial' | 'whole'> {
  const from = (Number.isFinite(since) ? since : Date.now() - 60_000) - LOOK_MARGIN_MS
  let pages = 0
  let sentAt = Infinity
  let next: string | undefined
  do {
    const page = await api.listProfiles(from, next)
    const answeredAt = monotonic()
    if (isFailure(page)) {
      // What is refused for good is no trouble of the moment: the users are read instead.
      if (!isRetried(page.status)) return 'refused'
      for (const { userToken } of sought) {
        if (!seen.has(userToken)) seen.set(userToken, { profile: page, sentAt: answeredAt, answeredAt })
      }
      return 'partial'
    }
    pages += 1
    sentAt = Math.min(sentAt, page.sentAt)
    for (const { userToken } of sought) {
      const profile = page.segments.get(userToken)
      if (profile) seen.set(userToken, { profile, sentAt, answeredAt })
    }
    next = page.next
  } while (next !== undefined && seen.size < sought.length && seen.size >= 2 * pages)
  if (next !== undefined) return 'partial'
  const answeredAt = monotonic()
  for (const { userToken, isWritten } of sought) {
    if (!seen.has(userToken) && !isWritten) seen.set(userToken, { profile: 'not listed', sentAt, answeredAt })
  }
  return 'whole'
}
