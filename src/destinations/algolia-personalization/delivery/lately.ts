import { monotonic } from '../api/pace'
import { REMEMBERED_CHANGES, REMEMBERED_MS, UNSETTLED_MS } from '../constants'

/** A change that has been made to a user's profile. */
export interface Mark {
  /** The time of its event, Unix milliseconds. */
  readonly time: number
  /** Whether it, or a newer one, turned out to be on the profile: known once somebody has looked. */
  readonly confirmed: Promise<boolean>
  /** Nobody has looked yet. */
  isPending: boolean
  settle(isConfirmed: boolean): void
}

interface Remembered extends Mark {
  hasFailed: boolean
  /** What counts again if this one isn't confirmed. */
  before: Remembered | undefined
}

/** What one user's profile was changed to lately. */
interface User {
  changes: Map<string, Remembered>
  /** When it was last changed by this process; like the others, a moment of the clock that nobody sets. */
  changedAt: number
  /** When a change of it was last given up without a look: another process may yet undo it. */
  unsettledAt: number
  /** When this process was last told to delete it, and did. */
  deletedAt: number
}

/** By the global name of the user; the one that was changed last is the last. */
const users = new Map<string, User>()
let remembered = 0
/** Users of whom nothing is remembered weren't changed later than this. */
let forgottenUntil = -Infinity

/**
 * What this process has delivered lately: of each user and key (an audience, a trait) the newest event by its time. So an
 * older event that comes later, as a retry of the host may, isn't taken for the newer one. Bounded in number and in time;
 * other processes know nothing of it.
 */
export const lately = {
  /** The newest change, if it is remembered. */
  newest(user: string, key: string): Mark | undefined {
    return fresh(user)?.changes.get(key)
  },

  /** Whether a change of a later time is remembered. */
  isNewer(user: string, key: string, time: number): boolean {
    return (fresh(user)?.changes.get(key)?.time ?? -Infinity) > time
  },

  /** When this process last changed the user's profile, at the latest; see `monotonic`. */
  changedAt(user: string): number {
    return fresh(user)?.changedAt ?? forgottenUntil
  },

  /** Whether this process was told to delete the user's profile after that moment, and has done it. */
  isDeletedSince(user: string, moment: number): boolean {
    return (fresh(user)?.deletedAt ?? -Infinity) >= moment
  },

  /** Whether what stands on the user's profile was written a moment ago, and nobody has looked since. */
  isUnsettled(user: string, key: string): boolean {
    const known = fresh(user)
    if (!known) return false
    return known.changes.get(key)?.isPending === true || monotonic() - known.unsettledAt < UNSETTLED_MS
  },

  /** Remembers a change as the newest. */
  put(user: string, key: string, time: number): Mark {
    const known = lastOf(user)
    const before = known.changes.get(key)
    if (!before) remembered += 1
    const mark = newMark(time, before, () => restore(user, key, mark))
    known.changes.set(key, mark)
    forgetTheOldest()
    return mark
  },

  /**
   * The user's profile was deleted: what was changed before is settled, and what waits isn't made any more.
   * @param toldAt when the deletion lined up for the user's turn: what has arrived since comes after it
   */
  deleted(user: string, toldAt: number): void {
    for (const mark of users.get(user)?.changes.values() ?? []) mark.settle(true)
    forget(user)
    lastOf(user).deletedAt = toldAt
    forgetTheOldest()
  }
}

/** The user, as the one that was changed last. */
function lastOf(user: string): User {
  const known = users.get(user) ?? { changes: new Map(), changedAt: 0, unsettledAt: -Infinity, deletedAt: -Infinity }
  users.delete(user)
  users.set(user, known)
  known.changedAt = monotonic()
  return known
}

function newMark(time: number, before: Remembered | undefined, failed: () => void): Remembered {
  let resolve: (isConfirmed: boolean) => void
  const mark: Remembered = {
    time,
    confirmed: new Promise<boolean>((known) => (resolve = known)),
    before,
    isPending: true,
    hasFailed: false,
    settle(isConfirmed) {
      if (!mark.isPending) return
      mark.isPending = false
      mark.hasFailed = !isConfirmed
      if (isConfirmed) mark.before = undefined
      else failed()
      resolve(isConfirmed)
    }
  }
  return mark
}

/** Takes back a change that wasn't confirmed, if it is still the newest. */
function restore(user: string, key: string, mark: Remembered): void {
  const known = users.get(user)
  if (!known) return
  known.unsettledAt = monotonic()
  const { changes } = known
  if (changes.get(key) !== mark) return
  let before = mark.before
  while (before?.hasFailed) before = before.before
  if (before) changes.set(key, before)
  else if (changes.delete(key)) remembered -= 1
}

function fresh(user: string): User | undefined {
  const known = users.get(user)
  return known && monotonic() - known.changedAt < REMEMBERED_MS ? known : undefined
}

function forgetTheOldest(): void {
  const limit = monotonic() - REMEMBERED_MS
  for (const [user, { changedAt }] of users) {
    if (Math.max(remembered, users.size) <= REMEMBERED_CHANGES && changedAt > limit) return
    forget(user)
    forgottenUntil = changedAt
  }
}

function forget(user: string): void {
  remembered -= users.get(user)?.changes.size ?? 0
  users.delete(user)
}
