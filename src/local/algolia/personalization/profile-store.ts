import type { MadeUpProfiles } from './made-up-profiles'
import type { Affinity, Profile } from './profile'
import { asksForAffinities, hasAffinities, isWithin, type ProfileFilter } from './profile-filter'
import { parseTimestamp, wholeMicroseconds, type Timestamp } from '../timestamps'

/**
 * Where a page lies: on one side of a boundary in the order of user tokens. The boundary need not be a user token that
 * exists (any more). `forward` begins with the boundary itself, `backward` ends right before it.
 */
export interface PagePosition {
  direction: 'forward' | 'backward'
  boundary: string
}

/** The position of the first page. */
export const start: PagePosition = { direction: 'forward', boundary: '' }

/** The position right after a profile. */
export function positionAfter(userID: string): PagePosition {
  // The first text after this one in the order of texts.
  return { direction: 'forward', boundary: `${userID}\0` }
}

/** A part of the profiles, in lexicographic order of their user tokens. */
export interface ProfilePage {
  /** Each as JSON. */
  profiles: string[]
  /** Where the profiles before these lie, if there are any. */
  previous?: PagePosition
  /** Where the profiles after these lie, if there are any. */
  next?: PagePosition
}

interface WrittenProfile {
  json: string
  updatedAt: Timestamp | undefined
}

/**
 * The profiles of one application: the made-up ones, which take hardly any room, and those given or written since.
 * User tokens are ASCII, so that comparing them as texts is comparing their bytes.
 */
export class ProfileStore {
  private readonly madeUp: MadeUpProfiles
  /** As `madeUp.updatedAt`, but NaN for those deleted or written since. */
  private readonly madeUpUpdatedAt: Float64Array
  private madeUpLeft: number
  private readonly written = new Map<string, WrittenProfile>()
  /** The keys of `written`, in order. */
  private writtenIDs: string[] = []

  constructor(madeUp: MadeUpProfiles) {
    this.madeUp = madeUp
    this.madeUpUpdatedAt = madeUp.updatedAt.slice()
    this.madeUpLeft = madeUp.userIDs.length
  }

  /** How many profiles there are. */
  get size(): number {
    return this.madeUpLeft + this.written.size
  }

  /** A copy of the profile of a user, if there is one. */
  get(userID: string): Profile | undefined {
    const json = this.json(userID)
    return json === undefined ? undefined : (JSON.parse(json) as Profile)
  }

  /** The profile of a user as the JSON that is sent, if there is one. */
  json(userID: string): string | undefined {
    const written = this.written.get(userID)
    if (written) return written.json
    return this.madeUpIndex(userID) === undefined ? undefined : this.madeUp.json(userID)
  }

  /** Keeps a copy of the profile, in place of any other of the same user. It may be malformed, but for its `userID`. */
  put(profile: Profile): void {
    this.putJson(JSON.stringify(profile))
  }

  /** The same for a profile as JSON, which is kept as this very text. */
  putJson(json: string): void {
    const userID = this.write(json)
    const index = firstAtOrAfter(this.writtenIDs, userID)
    if (this.writtenIDs[index] !== userID) this.writtenIDs.splice(index, 0, userID)
  }

  /** The same as many `put`, in less time. */
  putAll(profiles: Iterable<Profile>): void {
    for (const profile of profiles) this.write(JSON.stringify(profile))
    this.writtenIDs = [...this.written.keys()].sort()
  }

  /** Removes the profile of a user; false when there is none. */
  delete(userID: string): boolean {
    if (!this.written.delete(userID)) return this.forgetMadeUp(userID)
    this.writtenIDs.splice(firstAtOrAfter(this.writtenIDs, userID), 1)
    return true
  }

  /** The profiles that were there when the iteration began, as they are when their turn comes. */
  *[Symbol.iterator](): Generator<Profile, void, undefined> {
    const madeUpIDs = this.madeUp.userIDs.filter((_, index) => !Number.isNaN(this.madeUpUpdatedAt[index]))
    for (const userID of [...madeUpIDs, ...this.writtenIDs].sort()) {
      const profile = this.get(userID)
      if (profile) yield profile
    }
  }

  /** Up to `limit` matching profiles at a position, and where there are more. */
  page(position: PagePosition, filter: ProfileFilter, limit: number): ProfilePage {
    const userIDs: string[] = []
    let more = false
    for (const userID of this.matching(position, filter)) {
      more = userIDs.length === limit
      if (more) break
      userIDs.push(userID)
    }
    if (position.direction === 'backward') userIDs.reverse()
    const [first, last] = [userIDs[0], userIDs.at(-1)]
    const previous: PagePosition = { direction: 'backward', boundary: first ?? position.boundary }
    const next = last === undefined ? { ...position, direction: 'forward' as const } : positionAfter(last)
    const hasMore = (wanted: PagePosition): boolean =>
      wanted.direction === position.direction ? more : this.matching(wanted, filter).next().done !== true
    return {
      profiles: userIDs.map((userID) => this.json(userID)!),
      ...(hasMore(previous) && { previous }),
      ...(hasMore(next) && { next })
    }
  }

  /** The user tokens of the matching profiles from a position on, in its direction. */
  private *matching(position: PagePosition, filter: ProfileFilter): Generator<string, void, undefined> {
    const forward = position.direction === 'forward'
    const [madeUp, written] = [this.matchingMadeUp(position, filter), this.matchingWritten(position, filter)]
    let [left, right] = [madeUp.next().value, written.next().value]
    while (left !== undefined || right !== undefined) {
      if (left !== undefined && (right === undefined || left < right === forward)) {
        yield left
        left = madeUp.next().value
      } else if (right !== undefined) {
        yield right
        right = written.next().value
      }
    }
  }

  private *matchingMadeUp(position: PagePosition, filter: ProfileFilter): Generator<string, undefined, undefined> {
    const { userIDs } = this.madeUp
    const updatedAt = this.madeUpUpdatedAt
    // The array holds whole microseconds, which decide for all but those in the same microsecond as a bound.
    const earliest = filter.updatedAfter ? wholeMicroseconds(filter.updatedAfter) : -Infinity
    const latest = filter.updatedBefore ? wholeMicroseconds(filter.updatedBefore) : Infinity
    const affinitiesMatter = asksForAffinities(filter)
    const step = position.direction === 'forward' ? 1 : -1
    for (let index = firstIndex(userIDs, position); index >= 0 && index < userIDs.length; index += step) {
      const moment = updatedAt[index]!
      if (!(moment >= earliest && moment <= latest)) continue
      const userID = userIDs[index]!
      if ((moment === earliest || moment === latest) && !isWithin(filter, updateOf(this.get(userID)!))) continue
      if (affinitiesMatter && !hasAffinities(filter, this.madeUp.affinityKinds(userID))) continue
      yield userID
    }
    return undefined
  }

  private *matchingWritten(position: PagePosition, filter: ProfileFilter): Generator<string, undefined, undefined> {
    const { writtenIDs } = this
    const affinitiesMatter = asksForAffinities(filter)
    const step = position.direction === 'forward' ? 1 : -1
    for (let index = firstIndex(writtenIDs, position); index >= 0 && index < writtenIDs.length; index += step) {
      const userID = writtenIDs[index]!
      if (!isWithin(filter, this.written.get(userID)!.updatedAt)) continue
      if (affinitiesMatter && !hasAffinities(filter, wellFormedAffinities(this.get(userID)!))) continue
      yield userID
    }
    return undefined
  }

  /** The index of a made-up profile that has been neither deleted nor written. */
  private madeUpIndex(userID: string): number | undefined {
    const index = firstAtOrAfter(this.madeUp.userIDs, userID)
    return this.madeUp.userIDs[index] === userID && !Number.isNaN(this.madeUpUpdatedAt[index]) ? index : undefined
  }

  /** Keeps a profile, but for its place in `writtenIDs`. Returns its user token. */
  private write(json: string): string {
    const profile = JSON.parse(json) as Profile
    const { userID } = profile
    this.forgetMadeUp(userID)
    this.written.set(userID, { json, updatedAt: updateOf(profile) })
    return userID
  }

  private forgetMadeUp(userID: string): boolean {
    const index = this.madeUpIndex(userID)
    if (index === undefined) return false
    this.madeUpUpdatedAt[index] = NaN
    this.madeUpLeft--
    return true
  }
}

/** What a filter can be held against: a test may have put a malformed profile. */
function wellFormedAffinities({ affinities }: Profile): Affinity[] {
  return Array.isArray(affinities) ? affinities.filter((affinity) => Array.isArray(affinity?.indices)) : []
}

/** Undefined for a profile that has no such time, or none that can be read. */
function updateOf({ lastUpdatedAt }: Profile): Timestamp | undefined {
  return typeof lastUpdatedAt === 'string' ? parseTimestamp(lastUpdatedAt) : undefined
}

/** The index of the first text that is not before `wanted`, among texts in order. */
function firstAtOrAfter(texts: readonly string[], wanted: string): number {
  let [low, high] = [0, texts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (texts[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}

function firstIndex(texts: readonly string[], { direction, boundary }: PagePosition): number {
  const index = firstAtOrAfter(texts, boundary)
  return direction === 'forward' ? index : index - 1
}
