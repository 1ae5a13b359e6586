import { isTimestamp } from '../instants'

/** An affinity that can be handed on: what a shopper likes, by name and value. */
export interface Affinity {
  readonly name: string
  readonly value: string
  /** 1-20, the higher the stronger; absent when Algolia gave no number. */
  readonly score: number | undefined
  readonly indices: readonly string[]
  readonly lastUpdatedAt: string | undefined
  /** Its place in the profile's list. */
  readonly position: number
}

/** An entry of a profile's `segments` that can be handed on. */
export interface ProfileSegment {
  readonly id: string
  readonly source: string | undefined
  /** Its place in the profile's list. */
  readonly position: number
}

/** Something in a profile that can't be used, where it stands, and what is wrong with it. */
export interface Problem {
  /** The property of the profile; absent for the profile itself. */
  readonly property?: 'userID' | 'type' | 'lastUpdatedAt' | 'affinities' | 'segments'
  /** The place in a list; absent when the property itself is wrong. */
  readonly position?: number
  /** The property of the entry; absent when the whole entry can't be used. */
  readonly key?: 'score' | 'indices' | 'lastUpdatedAt' | 'source'
  readonly reason: string
}

/** A profile, checked: everything in it can be handed on, and what can't is told in `problems`. */
export interface ReadProfile {
  readonly userToken: string
  readonly type: string | undefined
  readonly affinities: readonly Affinity[]
  readonly profileSegments: readonly ProfileSegment[]
  readonly lastUpdatedAt: string | undefined
  readonly problems: readonly Problem[]
}

/** What of a profile is needed. */
export interface Needed {
  /** Whether affinities are read with their indices and times. Without, nothing is said of these, and they are empty. */
  readonly affinityDetails: boolean
}

/**
 * Checks an entry of Algolia's `users`. Only one without a `userID` can't be handed on at all; whatever else is wrong
 * costs that part alone. Unknown properties do no harm.
 * @param needed all of it, unless told otherwise
 */
export function readProfile(input: unknown, needed: Needed = { affinityDetails: true }): ReadProfile | Problem {
  if (!isObject(input)) return { reason: `it is ${kindOf(input)}, not an object` }
  const { userID, type, affinities, segments, lastUpdatedAt } = input
  if (!isString(userID) || userID === '') {
    return { property: 'userID', reason: `it is ${kindOf(userID)}, not a user token` }
  }
  const problems: Problem[] = []
  return {
    userToken: userID,
    type: isString(type) ? type : optional(type, isString, 'a text', problems, { property: 'type' }),
    affinities: entriesOf(affinities, 'affinities', problems, needed.affinityDetails ? readAffinity : readTaste),
    profileSegments: entriesOf(segments, 'segments', problems, readProfileSegment),
    lastUpdatedAt: optional(lastUpdatedAt, isTimestamp, 'an RFC 3339 time', problems, { property: 'lastUpdatedAt' }),
    problems
  }
}

/** @returns where a problem stands, such as `affinities[3].score`. */
export function pathOf({ property, position, key }: Problem): string {
  const entry = position === undefined ? '' : `[${position}]`
  return `${property ?? 'the profile'}${entry}${key === undefined ? '' : `.${key}`}`
}

/** @returns what a problem is about, whatever its place in a list: such as `affinities[].score`. */
export function partOf({ property, position, key }: Problem): string {
  return `${property ?? ''}${position === undefined ? '' : '[]'}${key === undefined ? '' : `.${key}`}`
}

const NO_INDICES: readonly string[] = []

type ReadEntry<Entry> = (input: unknown, position: number, problems: Problem[]) => Entry | undefined

/** Reads what an affinity says of the shopper: not where it comes from, nor of when it is. */
const readTaste: ReadEntry<Affinity> = (input, position, problems) => {
  if (!isAffinity(input, position, problems)) return undefined
  const { name, value } = input
  const score = isFiniteNumber(input.score) ? input.score : readScore(input.score, position, problems)
  return { name, value, score, indices: NO_INDICES, lastUpdatedAt: undefined, position }
}

const readAffinity: ReadEntry<Affinity> = (input, position, problems) => {
  if (!isAffinity(input, position, problems)) return undefined
  const { name, value, score, indices, lastUpdatedAt } = input
  const sound = isFiniteNumber(score) && isListOfStrings(indices) && isTimestamp(lastUpdatedAt)
  if (sound) return { name, value, score, indices, lastUpdatedAt, position }
  const at = { property: 'affinities', position } as const
  return {
    name,
    value,
    score: readScore(score, position, problems),
    indices: optional(indices, isListOfStrings, 'a list of texts', problems, { ...at, key: 'indices' }) ?? NO_INDICES,
    lastUpdatedAt: optional(lastUpdatedAt, isTimestamp, 'an RFC 3339 time', problems, { ...at, key: 'lastUpdatedAt' }),
    position
  }
}

function isAffinity(
  input: unknown,
  position: number,
  problems: Problem[]
): input is Record<string, unknown> & Pick<Affinity, 'name' | 'value'> {
  if (isObject(input) && isString(input.name) && isString(input.value)) return true
  problems.push({ property: 'affinities', position, reason: 'it is not an object with texts as name and value' })
  return false
}

function readScore(input: unknown, position: number, problems: Problem[]): number | undefined {
  return optional(input, isFiniteNumber, 'a number', problems, { property: 'affinities', position, key: 'score' })
}

const readProfileSegment: ReadEntry<ProfileSegment> = (input, position, problems) => {
  if (!isObject(input) || !isString(input.id)) {
    problems.push({ property: 'segments', position, reason: 'it is not an object with a text as id' })
    return undefined
  }
  const { id, source } = input
  if (isString(source)) return { id, source, position }
  const at = { property: 'segments', position, key: 'source' } as const
  return { id, source: optional(source, isString, 'a text', problems, at), position }
}

function entriesOf<Entry>(
  input: unknown,
  property: 'affinities' | 'segments',
  problems: Problem[],
  read: ReadEntry<Entry>
): Entry[] {
  if (input === undefined || input === null) return []
  if (!Array.isArray(input)) {
    problems.push({ property, reason: `it is ${kindOf(input)}, not a list` })
    return []
  }
  const entries: Entry[] = []
  for (let position = 0; position < input.length; position += 1) {
    const entry = read(input[position], position, problems)
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}

function optional<Value>(
  input: unknown,
  isValue: (input: unknown) => input is Value,
  wanted: string,
  problems: Problem[],
  at: Omit<Problem, 'reason'>
): Value | undefined {
  if (isValue(input)) return input
  if (input !== undefined && input !== null) problems.push({ ...at, reason: `it is ${kindOf(input)}, not ${wanted}` })
  return undefined
}

function isObject(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

function isString(input: unknown): input is string {
  return typeof input === 'string'
}

function isFiniteNumber(input: unknown): input is number {
  return Number.isFinite(input)
}

function isListOfStrings(input: unknown): input is string[] {
  return Array.isArray(input) && input.every(isString)
}

function kindOf(input: unknown): string {
  if (input === undefined) return 'missing'
  if (input === null) return 'null'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'string') return input === '' ? 'an empty text' : 'a text of another kind'
  if (input === Infinity || input === -Infinity) return 'too large a number'
  return typeof input === 'object' ? 'an object' : `a ${typeof input}`
}
