import { transientError } from '../../errors'

/** The profiles of a page, exactly as Algolia gave them: nothing is known of them yet. A list is one way to hold them. */
export interface PageProfiles extends Iterable<unknown> {
  readonly length: number
  /** @throws PackageError where the page turns out not to be JSON after all */
  at(position: number): unknown
  /** From now on no profile can be taken: the page's memory is used for another. */
  close?(): void
}

/** What surrounds the profiles of a page, and the profiles as bytes. */
export interface SplitPage {
  /** The page, parsed, with a placeholder for the profiles. */
  readonly envelope: unknown
  readonly profiles: PageProfiles
}

/**
 * Where the profiles of a page start. It is used again for the next page: thousands of lists, each alive for as long as its
 * page, would lie about as `ReusedMemory` says.
 */
export class Starts {
  private readonly positions: number[] = []
  private used = 0

  get count(): number {
    return this.used
  }

  at(index: number): number | undefined {
    return index < this.used ? this.positions[index] : undefined
  }

  add(position: number): void {
    this.positions[this.used] = position
    this.used += 1
  }

  empty(): void {
    this.used = 0
  }
}

const LIST_START = Buffer.from('"users":[')
const LIST_END = Buffer.from(']')
const OBJECT_START = Buffer.from('{"')
const KEY_END = Buffer.from('":')
const OBJECT_END = Buffer.from('},')

/** Stands for the profiles in what surrounds them, and shows that it is their place that was found. */
const PLACEHOLDER = '(profiles)'

/** The first key of a profile is looked for in so many bytes. */
const LONGEST_OPENING = 100

/**
 * Finds the profiles in the body of a page, without parsing them: a page of 1,000 that is parsed as a whole takes several
 * megabytes for as long as it is under way, and so do the pages that wait their turn; its bytes take less than one.
 *
 * It cuts at `},{"userID":`, whatever the first key is. No text holds that: a quote inside a text has a backslash before it. It
 * may stand deeper within a profile, or the list may end elsewhere than at the last bracket; but then the pieces aren't
 * JSON. Where each piece is JSON, and so is the page around them, the pieces are the profiles. The first and the last are
 * parsed at once, as a page that was cut short has none that is whole at its end; the others when they are taken.
 * @param starts to be used for this page until it is closed
 * @returns undefined when it isn't sure: parse the body as a whole
 */
export function splitPage(body: Buffer, starts: Starts): SplitPage | undefined {
  const listStart = body.indexOf(LIST_START)
  const start = listStart + LIST_START.length
  const end = body.lastIndexOf(LIST_END)
  if (listStart < 0 || end < start || body.includes(PLACEHOLDER) || !startsWith(body, start, OBJECT_START))
    return undefined
  const openingEnd = body.subarray(start, start + LONGEST_OPENING).indexOf(KEY_END)
  if (openingEnd < 0) return undefined
  const opening = body.subarray(start, start + openingEnd + KEY_END.length)
  try {
    const envelope = parseEnvelope(body.toString('utf8', 0, start), body.toString('utf8', end))
    if (envelope === undefined) return undefined
    findStarts(body, Buffer.concat([OBJECT_END, opening]), start, end, starts)
    const profiles = new ProfilesInBytes(body, starts, end)
    profiles.parse(0)
    profiles.parse(profiles.length - 1)
    return { envelope, profiles }
  } catch {
    return undefined
  }
}

/** @returns undefined when the profiles were not between the two */
function parseEnvelope(head: string, tail: string): unknown {
  const envelope = JSON.parse(head + JSON.stringify(PLACEHOLDER) + tail) as { users?: unknown } | null
  const users = envelope?.users
  return Array.isArray(users) && users.length === 1 && users[0] === PLACEHOLDER ? envelope : undefined
}

function findStarts(body: Buffer, boundary: Buffer, start: number, end: number, starts: Starts): void {
  starts.empty()
  starts.add(start)
  for (let at = body.indexOf(boundary, start); at >= 0 && at < end; at = body.indexOf(boundary, at + 1)) {
    starts.add(at + OBJECT_END.length)
  }
}

function startsWith(body: Buffer, position: number, wanted: Buffer): boolean {
  return body.subarray(position, position + wanted.length).equals(wanted)
}

/** Profiles that are parsed one by one, as they are taken. */
class ProfilesInBytes implements PageProfiles {
  /** All profiles, when the pieces have turned out not to be what they are. */
  private parsed: readonly unknown[] | undefined
  private isClosed = false

  constructor(
    private readonly body: Buffer,
    private readonly starts: Starts,
    private readonly end: number
  ) {}

  get length(): number {
    return this.parsed?.length ?? this.starts.count
  }

  at(position: number): unknown {
    if (this.isClosed) throw new Error('A profile was taken from a page that is closed.')
    if (this.parsed !== undefined) return this.parsed[position]
    try {
      return this.parse(position)
    } catch {
      this.parsed = this.parseAll(position)
      return this.parsed[position]
    }
  }

  *[Symbol.iterator](): Generator<unknown, void> {
    for (let position = 0; position < this.length; position += 1) yield this.at(position)
  }

  close(): void {
    this.isClosed = true
  }

  /** @throws SyntaxError */
  parse(position: number): unknown {
    const next = this.starts.at(position + 1)
    return JSON.parse(this.body.toString('utf8', this.starts.at(position), next === undefined ? this.end : next - 1))
  }

  private parseAll(position: number): readonly unknown[] {
    try {
      return (JSON.parse(this.body.toString('utf8')) as { users: unknown[] }).users
    } catch {
      throw transientError(
        `A page of profiles is broken in the middle: profile ${position + 1} is not JSON. Run again: the state is kept, and the page is read anew.`
      )
    }
  }
}
