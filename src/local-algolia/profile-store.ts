import type { MadeUpProfiles } from './made-up-profiles'
import type { Profile } from './profile'
import { hasAffinities, isWithin, type ProfileFilter } from './profile-filter'
import { parseTimestamp, wholeMicroseconds, type Timestamp } from './timestamps'

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

/** A part of the profiles, in lexicographic order of their user tokens. */
export interface ProfilePage {
  profiles: Profile[]
  /** Where the profiles before these lie, if there are any. */
  previous?: PagePosition
  /** Where the profiles after these lie, if there are any. */
  next?: PagePosition
}

interface Written {
  profile: Profile
  updatedAt: Timestamp | undefined
}

/**
 * The profiles of one application: the made-up ones, which take no room, and those that were given or written since.
 * User tokens are ASCII, so that comparing them as texts is comparing their bytes.
 */
export class ProfileStore {
  private readonly madeUp: MadeUpProfiles
  /** NaN for those that have been deleted, or written: a profile that was written stands in `written` only. */
  private readonly madeUpUpdatedAt: Float64Array
  private madeUpLeft: number
  private readonly written = new Map<string, Written>()
  private readonly writtenIDs: string[]

  constructor(madeUp: MadeUpProfiles, given: readonly Profile[] = []) {
    this.madeUp = madeUp
    this.madeUpUpdatedAt = madeUp.updatedAt.slice()
    this.madeUpLeft = madeUp.userIDs.length
    for (const profile of given) {
      this.forgetMadeUp(profile.userID)
      this.written.set(profile.userID, writtenOf(profile))
    }
    this.writtenIDs = [...this.written.keys()].sort()
  }

  /** How many profiles there are. */
  get size(): number {
    return this.madeUpLeft + this.written.size
  }

  /** The profile of a user, if there is one. Not to be changed: `put` a changed copy. */
  get(userID: string): Profile | undefined {
    const written = this.written.get(userID)
    if (written) return written.profile
    return this.madeUpIndex(userID) === undefined ? undefined : this.madeUp.profile(userID)
  }

  /** Keeps a copy of the profile, in place of any other of the same user. */
  put(profile: Profile): void {
    const { userID } = profile
    if (!this.written.has(userID)) {
      this.forgetMadeUp(userID)
      this.writtenIDs.splice(firstAtOrAfter(this.writtenIDs, userID), 0, userID)
    }
    this.written.set(userID, writtenOf(profile))
  }

  /** Removes the profile of a user; false when there is none. */
  delete(userID: string): boolean {
    if (!this.written.delete(userID)) return this.forgetMadeUp(userID)
    this.writtenIDs.splice(firstAtOrAfter(this.writtenIDs, userID), 1)
    return true
  }

  /** The profiles that were there when the iteration began, as they are when their turn comes. */
  *[Symbol.iterator](): Iterator<Profile> {
    const madeUpIDs = this.madeUp.userIDs.filter((_, index) => !Number.isNaN(this.madeUpUpdatedAt[index]))
    for (const userID of [...madeUpIDs, ...this.writtenIDs].sort()) {
      const profile = this.get(userID)
      if (profile) yield profile
    }
  }

  /** Up to `limit` matching profiles at a position, and where there are more. */
  page(position: PagePosition, filter: ProfileFilter, limit: number): ProfilePage {
    const profiles: Profile[] = []
    let more = false
    for (const profile of this.matching(position, filter)) {
      more = profiles.length === limit
      if (more) break
      profiles.push(profile)
    }
    if (position.direction === 'backward') profiles.reverse()
    const [first, last] = [profiles[0], profiles.at(-1)]
    const previous: PagePosition = { direction: 'backward', boundary: first ? first.userID : position.boundary }
    const next: PagePosition = { direction: 'forward', boundary: last ? rightAfter(last.userID) : position.boundary }
    const hasMore = (wanted: PagePosition): boolean =>
      wanted.direction === position.direction ? more : this.matching(wanted, filter).next().done !== true
    return { profiles, ...(hasMore(previous) && { previous }), ...(hasMore(next) && { next }) }
  }

  /** The matching profiles from a position on, in its direction. */
  private *matching(position: PagePosition, filter: ProfileFilter): Generator<Profile, void, undefined> {
    const forward = position.direction === 'forward'
    const [madeUp, written] = [this.matchingMadeUp(position, filter), this.matchingWritten(position, filter)]
    let [left, right] = [madeUp.next().value, written.next().value]
    while (left ?? right) {
      if (left && (!right || left.userID < right.userID === forward)) {
        yield left
        left = madeUp.next().value
      } else if (right) {
        yield right
        right = written.next().value
      }
    }
  }

  private *matchingMadeUp(
    { direction, boundary }: PagePosition,
    filter: ProfileFilter
  ): Generator<Profile, undefined, undefined> {
    const { userIDs } = this.madeUp
    const updatedAt = this.madeUpUpdatedAt
    // The array holds whole microseconds: enough but for those in the same microsecond as a bound.
    const earliest = filter.updatedAfter ? wholeMicroseconds(filter.updatedAfter) : -Infinity
    const latest = filter.updatedBefore ? wholeMicroseconds(filter.updatedBefore) : Infinity
    for (const index of indicesFrom(userIDs, direction, boundary)) {
      const moment = updatedAt[index]!
      if (!(moment >= earliest && moment <= latest)) continue
      const profile = this.madeUp.profile(userIDs[index]!)
      const atBound = moment === earliest || moment === latest
      if (atBound && !isWithin(filter, parseTimestamp(profile.lastUpdatedAt))) continue
      if (hasAffinities(filter, profile)) yield profile
    }
    return undefined
  }

  private *matchingWritten(
    { direction, boundary }: PagePosition,
    filter: ProfileFilter
  ): Generator<Profile, undefined, undefined> {
    for (const index of indicesFrom(this.writtenIDs, direction, boundary)) {
      const { profile, updatedAt } = this.written.get(this.writtenIDs[index]!)!
      if (isWithin(filter, updatedAt) && hasAffinities(filter, profile)) yield profile
    }
    return undefined
  }

  /** The index of a made-up profile that has been neither deleted nor written. */
  private madeUpIndex(userID: string): number | undefined {
    const index = firstAtOrAfter(this.madeUp.userIDs, userID)
    return this.madeUp.userIDs[index] === userID && !Number.isNaN(this.madeUpUpdatedAt[index]) ? index : undefined
  }

  private forgetMadeUp(userID: string): boolean {
    const index = this.madeUpIndex(userID)
    if (index === undefined) return false
    this.madeUpUpdatedAt[index] = NaN
    this.madeUpLeft--
    return true
  }
}

function writtenOf(profile: Profile): Written {
  return { profile: structuredClone(profile), updatedAt: parseTimestamp(profile.lastUpdatedAt) }
}

/** The first text after this one in the order of texts. */
function rightAfter(userID: string): string {
  return `${userID}\0`
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

function* indicesFrom(
  texts: readonly string[],
  direction: PagePosition['direction'],
  boundary: string
): Generator<number, void, undefined> {
  const first = firstAtOrAfter(texts, boundary)
  if (direction === 'forward') for (let index = first; index < texts.length; index++) yield index
  else for (let index = first - 1; index >= 0; index--) yield index
}
