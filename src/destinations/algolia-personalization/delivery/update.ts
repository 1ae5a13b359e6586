import { undone, tooLate } from '../api/failures'
import { pace } from '../api/pace'
import type { Profile, ProfileApi } from '../api/personalization'
import { MAX_REREADS, UNSETTLED_MS } from '../constants'
import type { ProfileSegment } from '../audience/profile-segments'
import { fail, isOvertaken, isReversed, keyOf, made, settle } from './item'
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

/**
 * Reads each profile once, when it is needed, and applies the changes to it in their order; writes it after the last of them,
 * before more time passes.
 * @returns the user tokens whose write would have come too late
 */
async function readAndWrite(run: Run, items: readonly Item[], hold: Hold): Promise<Set<string>> {
  const { api, watch } = run
  const profiles = new Map<string, Profile | Failure>()
  /** All as they were read. */
  const before = new Map<string, Profile>()
  const changed = new Set<string>()
  const late = new Set<string>()
  const last = new Map(items.map((item) => [item.change.userToken, item]))
  const keys = new Set(items.map(keyOf))

  const read = async (userToken: string): Promise<Profile | Failure> => {
    const known = profiles.get(userToken)
    if (known) return known
    const profile = await (last.has(userToken) ? api.readToWrite(userToken) : api.readProfile(userToken))
    profiles.set(userToken, profile)
    if (!isFailure(profile)) before.set(userToken, profile)
    return profile
  }
  const apply = (item: Item): boolean => {
    const { userToken } = item.change
    const [asRead, profile] = [before.get(userToken), profiles.get(userToken)]
    if (!asRead || !profile || isFailure(profile)) return false
    if (isReversed(item, asRead)) settle(item, 'superseded')
    const segments = item.outcome ? undefined : item.applied(profile.segments)
    if (!segments) return false
    profiles.set(userToken, { ...profile, segments })
    changed.add(userToken)
    return true
  }
  /** What isn't certain yet of the user, but for what is being changed again. */
  const pending = (userToken: string): Item[] =>
    watch.pending(api.globalName(userToken)).filter((item) => !keys.has(keyOf(item)))

  const merge = async (item: Item): Promise<void> => {
    const { userToken, from, createProfile } = item.change
    const source = from === undefined ? undefined : await read(from)
    if (source && isFailure(source)) return fail(item, source)
    if (source && !source.exists && !changed.has(from as string)) return settle(item, 'no profile')

    const target = await read(userToken)
    if (isFailure(target)) return fail(item, target)
    // Written a moment ago, and gone: whoever deleted it doesn't want it back at once.
    if (!target.exists && item.result === 'profile updated') return fail(item, undone())
    if (!target.exists && !createProfile && !changed.has(userToken)) return settle(item, 'no profile')

    if (source && from !== undefined) {
      const notReversed = pending(from).filter((one) => !isReversed(one, before.get(from) ?? source))
      item.from = withPending(source, notReversed)
    }
    apply(item)
  }
  const write = async (userToken: string): Promise<void> => {
    const remade = before.get(userToken)?.exists ? pending(userToken).filter(apply) : []
    const profile = profiles.get(userToken)
    if (!profile || isFailure(profile)) return
    const user = api.globalName(userToken)
    const open = items.filter((item) => !item.outcome && item.change.userToken === userToken)
    if (!changed.has(userToken)) {
      api.forgoWrite()
      for (const item of open) foundSo(item, profile)
      watch.saw(user, profile.segments, profile.sentAt)
      return
    }
    const limits = { keep: watch.isEmpty ? 0 : ONE_LOOK, notAfter: profile.sentAt + pace.oldestRead() }
    const { answer, isTooLate, fate } = await api.writeProfileSegments(userToken, profile.segments, limits)
    if (isTooLate) late.add(userToken)
    else if (isFailure(answer)) {
      hold(fate)
      for (const item of open) fail(item, answer)
    } else {
      const replaced = before.get(userToken) ?? profile
      for (const item of [...open, ...remade]) item.replaced = item.applied(replaced.segments) ? replaced : undefined
      for (const item of open) made(item, 'profile updated')
      watch.wrote(user, profile.segments, open, remade)
    }
  }

  for (const item of items) {
    await merge(item)
    if (last.get(item.change.userToken) === item) await write(item.change.userToken)
  }
  for (const [userToken, { segments, sentAt }] of before) {
    if (!last.has(userToken)) watch.saw(api.globalName(userToken), segments, sentAt)
  }
  return late
}

/** The segments of a profile that another one gets: what was written there and undone is made again, so it counts. */
function withPending({ segments }: Profile, pending: readonly Item[]): readonly ProfileSegment[] {
  return pending.reduce<readonly ProfileSegment[]>((list, item) => item.applied(list) ?? list, segments)
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
