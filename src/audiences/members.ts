import {
  isProfileSegmentId,
  PROFILE_SEGMENT_ID_RULE
} from '../destinations/algolia-personalization/audience/profile-segments'
import { USER_TOKEN } from '../destinations/algolia-personalization/constants'

/**
 * What a list of members says, as plain data: which user tokens are to have which profile segments, and which not. A list
 * may hold a million of them, so a token costs one entry of a map: what it is to have is one of a few combinations.
 */

/** A row of a list as its format gives it: texts, or what JSON has. */
export interface Row {
  /** From 1, as an editor counts. */
  readonly line: number
  readonly userToken: unknown
  readonly audience: unknown
  readonly member: unknown
}

/** A row that says nothing that could be done. */
export interface BadRow {
  readonly line: number
  readonly reason: string
}

/** What a user token is to have: by the audience's place, whether it is a member. */
export type Combination = ReadonlyMap<number, boolean>

const MEMBER = new Map([
  ['', true],
  ['yes', true],
  ['true', true],
  ['1', true],
  ['no', false],
  ['false', false],
  ['0', false]
])

/** So many bad rows are kept, to be told one by one. */
const BAD_ROWS_TOLD = 10

/** What one user token is said to have: undecided where the list says both. */
type Said = boolean | 'both'

export class MemberList {
  /** The ids of all audiences that the list names, or that are asked for. */
  readonly audiences: string[] = []
  /** The first bad rows. */
  readonly badRows: BadRow[] = []
  badRowCount = 0
  rowCount = 0
  /** Rows that name an audience and are bad, by its place. */
  readonly invalid: number[] = []
  /** Tokens of bad rows: nobody knows what was meant, so no removal may come of their absence. */
  private readonly protectedTokens = new Set<string>()
  private readonly places = new Map<string, number>()
  /** Which rows named each audience: those that none names are asked for by mistake, as a rule. */
  private readonly named = new Set<number>()
  /** By user token, the number of its combination; turned over once its profile came. */
  private readonly combinationOf = new Map<string, number>()
  private readonly combinations: ReadonlyMap<number, Said>[] = [new Map()]
  private readonly numbers = new Map<string, number>()
  private readonly steps = new Map<string, number>()
  private seen = 0

  /** @param audience the audience of all rows, for lists that have no such column */
  constructor(private readonly audience?: string) {}

  /** Takes in a row; one that is bad is remembered as that. */
  add({ line, userToken, audience = this.audience, member }: Row): void {
    this.rowCount += 1
    const place = isProfileSegmentId(audience) ? this.placeOf(audience) : undefined
    if (place !== undefined) this.named.add(place)
    const token = typeof userToken === 'number' ? String(userToken) : userToken
    if (!isUserToken(token)) {
      const isMissing = token === undefined || token === '' || token === null
      return this.bad(line, isMissing ? 'it has no user token' : `its user token is not ${USER_TOKEN.rule}`, place)
    }
    const says = MEMBER.get(textOf(member).toLowerCase())
    if (place === undefined || says === undefined) {
      this.protectedTokens.add(token)
      const reason =
        place === undefined
          ? `its audience is not ${PROFILE_SEGMENT_ID_RULE}`
          : 'its member is none of yes, no, true, false, 1, 0'
      return this.bad(line, reason, place)
    }
    const before = this.combinationOf.get(token) ?? 0
    const said = (this.combinations[before] as ReadonlyMap<number, Said>).get(place)
    if (said === says) return
    if (said === undefined) {
      this.combinationOf.set(token, this.numberWith(before, place, says))
      return
    }
    this.protectedTokens.add(token)
    // Both rows are bad: the earlier one counts when its opposite comes.
    if (said !== 'both') this.bad(line, 'an earlier row says the opposite; both are left out', place, 2)
    else this.bad(line, 'other rows say both yes and no', place)
    this.combinationOf.set(token, this.numberWith(before, place, 'both'))
  }

  /** A row that its format makes unreadable. */
  unreadable(line: number, reason: string): void {
    this.rowCount += 1
    this.bad(line, reason, undefined)
  }

  /** @returns the place of an audience, which it has from now on */
  placeOf(id: string): number {
    const known = this.places.get(id)
    if (known !== undefined) return known
    this.places.set(id, this.audiences.length)
    return this.audiences.push(id) - 1
  }

  /** Whether a row names the audience. */
  isNamed(place: number): boolean {
    return this.named.has(place)
  }

  /** What a user token is to have; undefined where the list says nothing of it. */
  wantedOf(userToken: string): Combination | undefined {
    const number = this.combinationOf.get(userToken)
    return number === undefined ? undefined : this.decided(number < 0 ? ~number : number)
  }

  /**
   * Remembers that the profile of a user token of the list came.
   * @returns whether it came for the first time
   */
  see(userToken: string): boolean {
    if (this.hasSeen(userToken)) return false
    // The key stays the list's own text: that of the profile would be kept beside it.
    this.combinationOf.set(userToken, ~(this.combinationOf.get(userToken) ?? 0))
    this.seen += 1
    return true
  }

  /** How many user tokens of the list no profile has come for. */
  get unseen(): number {
    return this.size - this.seen
  }

  hasSeen(userToken: string): boolean {
    return (this.combinationOf.get(userToken) ?? 0) < 0
  }

  /** Whether a bad row names the user token. */
  isProtected(userToken: string): boolean {
    return this.protectedTokens.has(userToken)
  }

  /** How many user tokens the list says something of. */
  get size(): number {
    return this.combinationOf.size
  }

  userTokens(): IterableIterator<string> {
    return this.combinationOf.keys()
  }

  /** How many members each audience is to have, by its place. */
  wantedCounts(): number[] {
    const counts = this.audiences.map(() => 0)
    for (const number of this.combinationOf.values()) {
      for (const [place, member] of this.decided(number)) if (member) counts[place] = (counts[place] ?? 0) + 1
    }
    return counts
  }

  private readonly decidedCombinations: Combination[] = []

  private decided(number: number): Combination {
    return (this.decidedCombinations[number] ??= new Map(
      [...(this.combinations[number] ?? [])].filter((pair): pair is [number, boolean] => pair[1] !== 'both')
    ))
  }

  /** The number of a combination with one thing more said: worked out once, and looked up for the next row that says it. */
  private numberWith(before: number, place: number, says: Said): number {
    const step = `${before} ${place}:${String(says)}`
    const known = this.steps.get(step)
    if (known !== undefined) return known
    const combination = [...(this.combinations[before] ?? [])].filter(([other]) => other !== place)
    const sorted = [...combination, [place, says] as const].sort(([one], [other]) => one - other)
    const name = sorted.map(([other, said]) => `${other}:${String(said)}`).join()
    const number = this.numbers.get(name) ?? this.combinations.push(new Map(sorted)) - 1
    this.numbers.set(name, number)
    this.steps.set(step, number)
    return number
  }

  private bad(line: number, reason: string, place: number | undefined, rows = 1): void {
    this.badRowCount += rows
    if (place !== undefined) this.invalid[place] = (this.invalid[place] ?? 0) + rows
    if (this.badRows.length < BAD_ROWS_TOLD) this.badRows.push({ line, reason })
  }
}

/** What JSON has in place of a text: a number, or true or false. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function isUserToken(value: unknown): value is string {
  return typeof value === 'string' && USER_TOKEN.pattern.test(value)
}
