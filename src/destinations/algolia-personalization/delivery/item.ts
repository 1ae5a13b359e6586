import { isManaged } from '../audience/profile-segments'
import type { ProfileSegment } from '../audience/profile-segments'
import type { Profile } from '../api/personalization'
import { UNSETTLED_MS } from '../constants'
import { lately } from './lately'
import type { Mark } from './lately'
import type { Failure, Outcome, Result } from './outcomes'
import type { Change } from './plan'
import type { Run } from './update'

/** A change on its way to the profile. */
export interface Item {
  readonly change: Change
  /** The batch that it belongs to. */
  readonly run: Run
  /** The global name of its user. */
  readonly user: string
  /** When its event arrived, see `monotonic`. */
  readonly arrivedAt: number
  /** The list after the change, or `undefined` where the change is in it. */
  readonly applied: (segments: readonly ProfileSegment[]) => ProfileSegment[] | undefined
  /** What became of it, once that is certain. */
  outcome?: Outcome
  /** What it came to, as far as is known before anybody has looked. */
  result?: Result
  /** Its place among what was delivered lately. */
  mark?: Mark
  /** A newer change of the same user and key, in this batch or another one: what becomes of this depends on that. */
  overtakenBy?: Mark | Item
  /** The profile as it was read before the write of it, where that lacked it. */
  replaced?: Profile | undefined
  /** The segments of the profile that it was taken from. */
  from?: readonly ProfileSegment[]
  /** Settles when nobody watches it any more. */
  watched?: Promise<void>
}

/** What it is about, of all users: of changes of one name the newest counts. */
export function keyOf({ user, change }: Item): string {
  return `${user} ${change.key}`
}

/**
 * Whether a newer change of the same user and key has been made, or the user's profile was deleted after the event had
 * arrived: then this one isn't made any more.
 */
export function isOvertaken(item: Item): boolean {
  const { change, user, arrivedAt, mark } = item
  if (item.outcome || item.overtakenBy) return true
  if (lately.isDeletedSince(user, arrivedAt)) {
    settle(item, 'superseded')
    return true
  }
  const newest = lately.newest(user, change.key)
  if (!newest || newest === mark || (!mark && newest.time <= change.time)) return false
  item.overtakenBy = newest
  if (mark) void newest.confirmed.then((isConfirmed) => mark.settle(isConfirmed))
  return true
}

/**
 * Whether the profile lacks a change that was written, and not by mischance: its list is the one from before the write, or
 * its part that the change is about is a third one. Whoever had read too early would have brought a change of his own with
 * the list from before; so this was somebody who knew the change, or who changed the same thing. It holds where that list had
 * stood for a while: else who had read too early may have brought the same change as made it.
 */
export function isReversed({ replaced, applied }: Item, { segments, updatedAt }: Profile): boolean {
  // Without a write after that read, ours hasn't arrived.
  if (!replaced || updatedAt === undefined || updatedAt === replaced.updatedAt || !applied(segments)) return false
  if (replaced.exists && (replaced.quietFor ?? 0) < UNSETTLED_MS) return false
  const replacedBy = (list: readonly ProfileSegment[]): string => {
    const kept = new Set(applied(list))
    return textOf(list.filter((entry) => !kept.has(entry)))
  }
  return textOf(segments) === textOf(replaced.segments) || replacedBy(segments) !== replacedBy(replaced.segments)
}

/** Lists that hold the same entries, in whatever order, have the same text. */
function textOf(segments: readonly ProfileSegment[]): string {
  return segments
    .map((entry) => (isManaged(entry) ? JSON.stringify([entry.id]) : entry.json))
    .sort()
    .join()
}

/** The profile is as the change wants it, by a write or without one. Whether it stays so isn't certain yet. */
export function made(item: Item, result: Result): void {
  item.result ??= result
  item.mark ??= lately.put(item.user, item.change.key, item.change.time)
}

/** The change did what it should. */
export function settle(item: Item, result: Result): void {
  item.outcome = { status: 200, result }
  item.mark?.settle(true)
}

/** The change isn't on the profile, or nobody knows. */
export function fail(item: Item, failure: Failure): void {
  item.outcome = failure
  item.mark?.settle(false)
}
