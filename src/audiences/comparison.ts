import { MANAGED_SOURCE } from '../destinations/algolia-personalization/constants'
import type { MemberList } from './members'

/** A profile as Algolia lists it, as far as it matters here. */
export interface ListedProfile {
  readonly userID: string
  /** The ids of its managed segments; undefined where the list doesn't hold segments. */
  readonly managed: ReadonlySet<string> | undefined
  readonly lastUpdatedAt: string | undefined
}

/** What to change on the profile of one user token. */
export interface PlannedChange {
  readonly userToken: string
  /** Ids of segments that the profile hasn't, and is to have. */
  readonly add: readonly string[]
  /** Ids of managed segments that it has, and is not to have. */
  readonly remove: readonly string[]
  /** There is no profile. */
  readonly withoutProfile?: true
  /** It was updated after the list was made: the live events know better. */
  readonly changedSince?: true
}

/** What was found of one audience. */
export interface AudienceCounts {
  readonly id: string
  /** Members by the list. */
  wanted: number
  /** Listed profiles that have the managed segment. */
  present: number
  /** Members whose profile hasn't got it. */
  toAdd: number
  /** Profiles that have it, and are not to. */
  toRemove: number
  /** Members whom Algolia doesn't know. */
  withoutProfile: number
  /** Differences on profiles that were updated after the list was made. */
  changedSince: number
  /** Rows that name it and are bad. */
  invalid: number
}

/** @returns a listed profile, or undefined where it can't be read as one */
export function listedProfile(json: unknown): ListedProfile | undefined {
  const { userID, segments, lastUpdatedAt } = Object(json) as Record<string, unknown>
  if (typeof userID !== 'string') return undefined
  const entries = segments === null ? [] : segments
  return {
    userID,
    managed: Array.isArray(entries) ? managedIds(entries) : undefined,
    lastUpdatedAt: typeof lastUpdatedAt === 'string' ? lastUpdatedAt : undefined
  }
}

function managedIds(entries: readonly unknown[]): Set<string> {
  const ids = new Set<string>()
  for (const entry of entries) {
    const { id, source } = Object(entry) as { id?: unknown; source?: unknown }
    if (source === MANAGED_SOURCE && typeof id === 'string') ids.add(id)
  }
  return ids
}

export interface ComparisonOptions {
  /** Places of audiences for which the list is the whole truth: who isn't on it leaves. */
  readonly complete: ReadonlySet<number>
  /** When the list was made, Unix milliseconds. */
  readonly asOf: number
}

/** Compares profiles with a list, one after the other, in any order. A profile that comes twice counts once. */
export class Comparison {
  readonly counts: AudienceCounts[]
  /** Of those that the list doesn't name, the ones that have something to lose. */
  private readonly others = new Set<string>()

  constructor(
    private readonly list: MemberList,
    private readonly options: ComparisonOptions
  ) {
    const wanted = list.wantedCounts()
    this.counts = list.audiences.map((id, place) => ({
      id,
      wanted: wanted[place] ?? 0,
      present: 0,
      toAdd: 0,
      toRemove: 0,
      withoutProfile: 0,
      changedSince: 0,
      invalid: list.invalid[place] ?? 0
    }))
  }

  /** @returns what to change on a profile, or undefined where it is as it should be */
  profile({ userID, managed, lastUpdatedAt }: ListedProfile): PlannedChange | undefined {
    const { list, options } = this
    const wanted = list.wantedOf(userID)
    const isFirst = wanted ? list.see(userID) : !this.others.has(userID)
    if (!isFirst) return undefined
    const add: string[] = []
    const remove: string[] = []
    let matters = false
    for (const [place, id] of list.audiences.entries()) {
      const isPresent = managed?.has(id) ?? false
      if (isPresent) this.count(place, 'present')
      matters ||= isPresent
      const says = wanted?.get(place) ?? (options.complete.has(place) && !list.isProtected(userID) ? false : undefined)
      if (says === undefined || says === isPresent) continue
      ;(says ? add : remove).push(id)
    }
    if (!wanted && matters) this.others.add(userID)
    if (add.length + remove.length === 0) return undefined
    const changedSince = isAfter(lastUpdatedAt, options.asOf - CLOCK_ALLOWANCE)
    for (const id of add) this.count(list.placeOf(id), changedSince ? 'changedSince' : 'toAdd')
    for (const id of remove) this.count(list.placeOf(id), changedSince ? 'changedSince' : 'toRemove')
    return { userToken: userID, add, remove, ...(changedSince && { changedSince }) }
  }

  /** @returns the members whom no profile came for, to be asked for at the end */
  *withoutProfile(): Generator<PlannedChange> {
    for (const userToken of this.list.userTokens()) {
      if (this.list.hasSeen(userToken)) continue
      const members = [...(this.list.wantedOf(userToken) ?? [])].filter(([, member]) => member)
      if (members.length === 0) continue
      for (const [place] of members) this.count(place, 'withoutProfile')
      const add = members.map(([place]) => this.list.audiences[place] as string)
      yield { userToken, add, remove: [], withoutProfile: true }
    }
  }

  private count(place: number, what: Exclude<keyof AudienceCounts, 'id'>): void {
    const counts = this.counts[place]
    if (counts) counts[what] += 1
  }
}

/** A list may have been made by a clock that is a little ahead of Algolia's, milliseconds. */
export const CLOCK_ALLOWANCE = 60_000

/** Whether a timestamp, which may have any number of fraction digits, lies after a time in Unix milliseconds. */
export function isAfter(timestamp: string | undefined, milliseconds: number): boolean {
  if (timestamp === undefined) return false
  const whole = Date.parse(timestamp)
  if (whole !== milliseconds) return whole > milliseconds
  return /\.\d{3}\d*[1-9]/.test(timestamp)
}
