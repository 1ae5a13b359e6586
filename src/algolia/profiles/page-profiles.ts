import { transientError } from '../../errors'

/** The profiles of a page, exactly as Algolia gave them: nothing is known of them yet. A list is one way to hold them. */
export interface PageProfiles extends Iterable<unknown> {
  readonly length: number
  /** @throws PackageError (`transient`) where the page turns out not to be JSON after all, as an iterator's `next` does */
  at(position: number): unknown
}

/** What surrounds the profiles of a page, and the profiles as bytes. */
export interface SplitPage {
  /** The page, parsed, with a placeholder for the profiles. */
  readonly envelope: unknown
  readonly profiles: PageProfiles
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
 * Finds the profiles in the body of a page, without parsing them. A page of 1,000 that is parsed as a whole takes several
 * megabytes for as long as it is under way, and so does each page that waits; that costs the garbage collector a seventh of
 * the CPU of a read (`npm run bench -- source-cpu source-memory` has goals that fail without this).
 *
 * It cuts at `},{"userID":`, whatever the first key is. No text holds that: a quote inside a text has a backslash before it. It
 * may stand deeper within a profile, or the list may end elsewhere than at the last bracket; but then the pieces aren't
 * JSON. Where each piece is JSON, and so is the page around them, the pieces are the profiles. The first and the last are
 * parsed at once, as a page that was cut short has none that is whole at its end; the others when they are taken.
 * @returns undefined when it isn't sure: parse the body as a whole
 */
export function splitPage(body: Buffer): SplitPage | undefined {
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
    const starts = startsOf(body, Buffer.concat([OBJECT_END, opening]), start, end)
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

function startsOf(body: Buffer, boundary: Buffer, start: number, end: number): number[] {
  const starts = [start]
  for (let at = body.indexOf(boundary, start); at >= 0 && at < end; at = body.indexOf(boundary, at + 1)) {
    starts.push(at + OBJECT_END.length)
  }
  return starts
}

function startsWith(body: Buffer, position: number, wanted: Buffer): boolean {
  return body.subarray(position, position + wanted.length).equals(wanted)
}

/** Profiles that are parsed one by one, as they are taken. */
class ProfilesInBytes implements PageProfiles {
  /** All profiles, when the pieces have turned out not to be what they are. */
  private parsed: readonly unknown[] | undefined

  constructor(
    private readonly body: Buffer,
    private readonly starts: readonly number[],
    private readonly end: number
  ) {}

  get length(): number {
    return this.parsed?.length ?? this.starts.length
  }

  at(position: number): unknown {
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

  /** @throws SyntaxError */
  parse(position: number): unknown {
    const next = this.starts[position + 1]
    return JSON.parse(this.body.toString('utf8', this.starts[position], next === undefined ? this.end : next - 1))
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
