import type { Profile, ProfileApi } from '../api/personalization'
import { undone } from '../api/failures'
import type { ProfileSegment } from '../audience/profile-segments'
import { lately } from './lately'
import type { Mark } from './lately'
import { isFailure } from './outcomes'
import type { Failure, Outcome, Result } from './outcomes'
import type { Action, Change } from './plan'
import type { Hold } from './user-locks'

/** A change on its way to the profile. */
export interface Item<C extends Change = Change> {
  readonly change: C
  /** The global name of its user. */
  readonly user: string
  /** What became of it, once that is certain. */
  outcome?: Outcome
  /** What it came to, as far as is known before anybody has looked. */
  result?: Result
  /** Its place among what was delivered lately. */
  mark?: Mark
  /** A newer change of the same user and key, in this batch or another one: what becomes of this depends on that. */
  overtakenBy?: Mark | Item<C>
  /** The segments of the profile that it was taken from. */
  from?: readonly ProfileSegment[]
  /** How often somebody looked and it wasn't there. */
  looks?: number
}

/** What the updates of a batch share. */
export interface Run<C extends Change = Change> {
  api: ProfileApi
  apply: Action<never, C>['apply']
  /** When a profile was last written, Unix milliseconds, 0 for never: somebody has to look, and a call is left for it. */
  lastWrite: number
}

/**
 * The longest time from reading a profile to having written it, milliseconds, as this process has found it lately: what
 * other processes do at the same time takes about as long.
 */
export const pace = { slowest: 0 }

/** What is left of the longest time with each further update. */
const FORGETTING = 0.99

/** A batch looks at all that it wrote with one call. */
const ONE_LOOK = 1

/**
 * Reads, merges and writes the profiles that some changes are about, each once. Changes that were written have no outcome
 * yet, only a result: somebody has to look at what becomes of them.
 */
export async function update<C extends Change>(run: Run<C>, items: readonly Item<C>[], hold: Hold): Promise<void> {
  const live = items.filter((item) => !isOvertaken(item))
  const startedAt = Date.now()
  const changed = await merge(run, live)
  for (const [userToken, segments] of changed) {
    const { answer, fate } = await run.api.writeProfileSegments(userToken, segments, run.lastWrite > 0 ? ONE_LOOK : 0)
    const failure = isFailure(answer) ? answer : undefined
    if (failure) hold(fate)
    else run.lastWrite = Date.now()
    for (const item of live) {
      if (item.outcome || item.change.userToken !== userToken) continue
      if (failure) fail(item, failure)
      else wrote(item)
    }
  }
  if (changed.size > 0) pace.slowest = Math.max(pace.slowest * FORGETTING, Date.now() - startedAt)
  for (const item of live) if (!item.outcome && !changed.has(item.change.userToken)) foundSo(run, item)
}

/**
 * Reads each profile once, when it is needed, and applies the changes to it in their order.
 * @returns the lists that must be written, by user token
 */
async function merge<C extends Change>(run: Run<C>, items: readonly Item<C>[]): Promise<Map<string, ProfileSegment[]>> {
  const profiles = new Map<string, Profile | Failure>()
  const changed = new Map<string, ProfileSegment[]>()
  const toWrite = new Set(items.map(({ change }) => change.userToken))
  const read = async (userToken: string): Promise<Profile | Failure> => {
    const known = profiles.get(userToken)
    if (known) return known
    const { api } = run
    const profile = await (toWrite.has(userToken) ? api.readToWrite(userToken) : api.readProfile(userToken))
    profiles.set(userToken, profile)
    return profile
  }
  for (const item of items) {
    const { userToken, from, createProfile } = item.change
    const source = from === undefined ? undefined : await read(from)
    if (source && isFailure(source)) fail(item, source)
    else if (source && !source.exists) settle(item, 'no profile')
    if (item.outcome || (source && isFailure(source))) continue

    const target = await read(userToken)
    if (isFailure(target)) fail(item, target)
    // Written a moment ago, and gone: whoever deleted it doesn't want it back at once.
    else if (!target.exists && item.result === 'profile updated') fail(item, undone())
    else if (!target.exists && !createProfile && !changed.has(userToken)) settle(item, 'no profile')
    if (item.outcome || isFailure(target)) continue

    item.from = source?.segments ?? []
    const segments = applied(run, item, target.segments)
    if (!segments) continue
    profiles.set(userToken, { ...target, segments })
    changed.set(userToken, segments)
  }
  for (const [userToken, profile] of profiles) {
    if (toWrite.has(userToken) && !isFailure(profile) && !changed.has(userToken)) run.api.forgoWrite()
  }
  return changed
}

/** The list after the change, or `undefined` where the change is in it. */
export function applied<C extends Change>(
  { apply }: Run<C>,
  { change, user, from = [] }: Item<C>,
  segments: readonly ProfileSegment[]
): ProfileSegment[] | undefined {
  return apply(segments, change, { from, isNewer: (key) => lately.isNewer(user, key, change.time) })
}

/** Whether a newer change of the same user and key has been made: then this one isn't any more. */
export function isOvertaken(item: Item): boolean {
  const { change, user, mark } = item
  if (item.outcome || item.overtakenBy) return true
  if (mark?.isDeleted) {
    settle(item, 'superseded')
    return true
  }
  const newest = lately.newest(user, change.key)
  if (!newest || newest === mark || (!mark && newest.time <= change.time)) return false
  item.overtakenBy = newest
  if (mark) void newest.confirmed.then((isConfirmed) => mark.settle(isConfirmed))
  return true
}

function wrote(item: Item): void {
  item.result = 'profile updated'
  item.mark ??= lately.put(item.user, item.change.key, item.change.time)
}

/** The profile was as it should be. What another batch has only just written isn't certain before somebody has looked. */
function foundSo(run: Run<never>, item: Item): void {
  const isCertain = item.mark !== undefined || !lately.isUnsettled(item.user, item.change.key)
  item.result ??= 'profile unchanged'
  item.mark ??= lately.put(item.user, item.change.key, item.change.time)
  if (isCertain) settle(item, item.result)
  else run.lastWrite = Date.now()
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
