import { undone, tooLate } from '../api/failures'
import { pace } from '../api/pace'
import type { Profile, ProfileApi } from '../api/personalization'
import { MAX_REREADS, UNSETTLED_MS } from '../constants'
import { fail, isOvertaken, isReversed, made, settle } from './item'
import type { Item } from './item'
import { lately } from './lately'
import { isFailure } from './outcomes'
import type { Failure } from './outcomes'
import type { Hold } from './user-locks'
import type { Watch } from './watch'

/** What the updates of a batch share. */
export interface Run {
  api: ProfileApi
  /** Looks at what becomes of the changes. */
  watch: Watch
  /** Bounds how many calls of the batch are under way. */
  withSlot: <T>(task: () => Promise<T>) => Promise<T>
  isAborted: () => boolean
  /** When the batch arrived, see `monotonic`. */
  startedAt: number
  /** Says something to whoever runs the host. */
  warn: (message: string) => void
}

/** A process looks at all that it wrote with one call. */
const ONE_LOOK = 1

/**
 * Reads, merges and writes the profiles that some changes are about, each once. Changes that are made have no outcome yet,
 * only a result: they are watched until it is certain that they stay.
 *
 * A write that would come too long after its read isn't sent, as others may have written meanwhile: the profile is read again.
 */
export async function update(run: Run, items: readonly Item[], hold: Hold): Promise<void> {
  let left = items.filter((item) => !isOvertaken(item))
  for (let rereads = 0; left.length > 0; rereads++) {
    const late = await readAndWrite(run, left, hold)
    left = left.filter((item) => !item.outcome && late.has(item.change.userToken))
    if (rereads === MAX_REREADS) for (const item of left.splice(0)) fail(item, tooLate())
  }
}

/** @returns the user tokens whose write would have come too late */
async function readAndWrite(run: Run, items: readonly Item[], hold: Hold): Promise<Set<string>> {
  const { api, watch } = run
  const { profiles, before, changed, remade } = await merge(run, items)
  const late = new Set<string>()
  const open = (userToken: string): Item[] =>
    items.filter((item) => !item.outcome && item.change.userToken === userToken)
  for (const [userToken, { segments, sentAt }] of changed) {
    const limits = { keep: watch.isEmpty ? 0 : ONE_LOOK, notAfter: sentAt + pace.oldestRead() }
    const { answer, isTooLate, fate } = await api.writeProfileSegments(userToken, segments, limits)
    if (isTooLate) late.add(userToken)
    else if (isFailure(answer)) {
      hold(fate)
      for (const item of open(userToken)) fail(item, answer)
    } else {
      for (const item of open(userToken)) made(item, 'profile updated')
      const replaced = before.get(userToken)
      for (const item of [...open(userToken), ...remade]) {
        if (item.change.userToken === userToken)
          item.replaced = replaced && item.applied(replaced.segments) ? replaced : undefined
      }
      watch.wrote(api.globalName(userToken), segments, open(userToken), remade)
    }
  }
  for (const [userToken, profile] of profiles) {
    if (changed.has(userToken)) continue
    for (const item of open(userToken)) foundSo(item, profile)
    watch.saw(api.globalName(userToken), profile.segments, profile.sentAt)
  }
  return late
}

interface Merged {
  /** The profiles that were read and are as they should be. */
  profiles: Map<string, Profile>
  /** All as they were read. */
  before: Map<string, Profile>
  /** Those that must be written, with the new list. */
  changed: Map<string, Profile>
  /** Changes of earlier updates that were undone, and are made again with these. */
  remade: Item[]
}

/** Reads each profile once, when it is needed, and applies the changes to it in their order. */
async function merge(run: Run, items: readonly Item[]): Promise<Merged> {
  const { api, watch } = run
  const profiles = new Map<string, Profile | Failure>()
  const before = new Map<string, Profile>()
  const changed = new Map<string, Profile>()
  const remade: Item[] = []
  const toWrite = new Set(items.map(({ change }) => change.userToken))
  const read = async (userToken: string): Promise<Profile | Failure> => {
    const known = profiles.get(userToken)
    if (known) return known
    const profile = await (toWrite.has(userToken) ? api.readToWrite(userToken) : api.readProfile(userToken))
    profiles.set(userToken, profile)
    if (!isFailure(profile)) before.set(userToken, profile)
    return profile
  }
  const apply = (item: Item, profile: Profile): boolean => {
    if (isReversed(item, before.get(item.change.userToken) ?? profile)) settle(item, 'superseded')
    if (item.outcome) return false
    const segments = item.applied(profile.segments)
    if (!segments) return false
    const { userToken } = item.change
    profiles.set(userToken, { ...profile, segments })
    changed.set(userToken, { ...profile, segments })
    return true
  }
  for (const item of items) {
    const { userToken, from, createProfile } = item.change
    const source = from === undefined ? undefined : await read(from)
    if (source && isFailure(source)) fail(item, source)
    else if (source && !source.exists && !changed.has(from as string)) settle(item, 'no profile')
    if (item.outcome || (source && isFailure(source))) continue

    const target = await read(userToken)
    if (isFailure(target)) fail(item, target)
    // Written a moment ago, and gone: whoever deleted it doesn't want it back at once.
    else if (!target.exists && item.result === 'profile updated') fail(item, undone())
    else if (!target.exists && !createProfile && !changed.has(userToken)) settle(item, 'no profile')
    if (item.outcome || isFailure(target)) continue

    item.from = source?.segments ?? []
    apply(item, target)
  }
  const found = new Map<string, Profile>()
  const keys = new Set(items.map(({ user, change }) => `${user} ${change.key}`))
  for (const userToken of toWrite) {
    for (const item of watch.pending(api.globalName(userToken))) {
      // What is being changed again isn't made again beside that.
      if (keys.has(`${item.user} ${item.change.key}`)) continue
      const profile = profiles.get(userToken)
      if (profile && !isFailure(profile) && profile.exists && apply(item, profile)) {
        remade.push(item)
      }
    }
    const profile = profiles.get(userToken)
    if (profile && !isFailure(profile) && !changed.has(userToken)) api.forgoWrite()
  }
  for (const [userToken, profile] of profiles) if (!isFailure(profile)) found.set(userToken, profile)
  return { profiles: found, before, changed, remade }
}

/**
 * The profile was as it should be. What was written a moment ago isn't certain before somebody has looked again: whoever
 * had read before may still write. Where nobody knows when that was, it may have been just now.
 */
function foundSo(item: Item, { exists, quietFor = 0 }: Profile): void {
  const { user, change, run, mark, result } = item
  const isRecent = (exists && quietFor < UNSETTLED_MS) || lately.isUnsettled(user, change.key)
  made(item, 'profile unchanged')
  if (mark || isRecent) run.watch.add(item)
  else settle(item, result ?? 'profile unchanged')
}
