import { monotonic } from '../api/pace'
import { remember } from '../remember'
import { lately } from './lately'

/** Two profiles of one person that were found, or brought, in step. */
interface Linked {
  /** When that was begun, by the clock that nobody sets. */
  at: number
  /** When it had ended: so far the profile that was linked to was changed by the link itself. */
  until: number
}

/** So long a link isn't looked into again, milliseconds: what other processes write comes that much later, at most. */
const LINKED_MS = 10 * 60_000

/** So many links are remembered, the newest. */
const MOST_LINKS = 50_000

const links = new Map<string, Linked>()

/**
 * Which logins this process has linked lately: people log in far more often than their audiences change. A link counts no
 * longer once this process has written to either profile since.
 */
export const linked = {
  /** @param from @param to global names of the users */
  isInStep(from: string, to: string): boolean {
    const link = links.get(nameOf(from, to))
    if (!link || monotonic() - link.at > LINKED_MS) return false
    if ([from, to].some((user) => lately.isDeletedSince(user, link.at))) return false
    return lately.changedAt(from) < link.at && lately.changedAt(to) <= link.until
  },

  /** @param at when it was begun, before either profile was read; see `monotonic` */
  put(from: string, to: string, at: number): void {
    remember(links, nameOf(from, to), { at, until: Math.max(at, lately.changedAt(to)) }, MOST_LINKS)
  }
}

function nameOf(from: string, to: string): string {
  return `${from}\n${to}`
}
