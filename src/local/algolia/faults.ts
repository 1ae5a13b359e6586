/** What the server does wrong, on purpose: rules that can be added and removed while it runs. */
import { failure, unprocessable, type Answer } from './answer'
import { decodePageToken, encodePageToken } from './page-tokens'
import { positionAfter, start } from './profile-store'
import type { Request } from './request'

/** What a rule sees of a call. */
export interface FaultyCall extends Request {
  /** From 1, in the order of arrival; starts again with `clearCalls`. */
  readonly number: number
}

/** What goes wrong with a call: any of these. */
export interface Fault {
  /** Milliseconds until the call is carried out, which happens even if the client has gone by then. */
  delay?: number
  /** Comes back instead, and the call is not carried out. A header that is null is left out. */
  answer?: { status: number; headers?: Record<string, string | null>; body: string }
  /** The call is carried out, and its answer changed. */
  change?: (answer: Answer, call: FaultyCall) => Answer
  /** The connection breaks (`drop`) or nothing ever comes back (`hang`), before or after the call is carried out. */
  noAnswer?: { how: 'drop' | 'hang'; when: 'before' | 'after' }
  /** The body comes in pieces of so many bytes. */
  slow?: { bytes: number; milliseconds: number }
  /**
   * The body stops half-way (after compression, if there is any). `whole`: that is as long as its content-length says.
   * `broken`: it should have been longer by its content-length, and the connection breaks.
   */
  cut?: 'whole' | 'broken'
}

/** When something goes wrong. */
export interface FaultRule {
  when: (call: FaultyCall) => boolean
  then: Fault
  /** For how many calls at most; unlimited when left out. Counts down. */
  times?: number
}

/** Which calls a fault is for: all, unless something is given; what is given must all be so. */
export interface Aim {
  /** The calls with these numbers. */
  call?: number | readonly number[]
  when?: (call: FaultyCall) => boolean
  /** For how many calls at most. */
  times?: number
}

/** Entries that are no profiles, by what is wrong with them. */
export const malformedProfiles: Record<string, unknown> = {
  null: null,
  'a text': 'profile',
  'a list': [],
  'no userID': { type: 'basic', affinities: [], lastUpdatedAt: '2025-01-01T00:00:00Z' },
  'a userID that is a number': { userID: 7, type: 'basic', affinities: [], lastUpdatedAt: '2025-01-01T00:00:00Z' },
  'affinities that are no list': {
    userID: 'bad-1',
    type: 'basic',
    affinities: {},
    lastUpdatedAt: '2025-01-01T00:00:00Z'
  },
  'a score that is no number': {
    userID: 'bad-2',
    type: 'basic',
    affinities: [
      { name: 'brand', indices: ['products'], value: 'Nike', score: 'Infinity', lastUpdatedAt: '2025-01-01T00:00:00Z' }
    ],
    lastUpdatedAt: '2025-01-01T00:00:00Z'
  },
  'segments that are no list': {
    userID: 'bad-3',
    type: 'basic',
    affinities: [],
    segments: 'vip',
    lastUpdatedAt: '2025-01-01T00:00:00Z'
  },
  'a time that is none': { userID: 'bad-4', type: 'basic', affinities: [], lastUpdatedAt: 'yesterday' }
}

/**
 * The rules. Where several match a call, each part of a fault comes from the first that has it, in the order in which
 * they were added; changes are all made. The named methods add common rules, and return them so that they can be removed.
 */
export class Faults {
  /** Milliseconds before each call is carried out. */
  latency: number
  private rules: FaultRule[] = []

  constructor(latency = 0) {
    this.latency = latency
  }

  add(rule: FaultRule): FaultRule {
    this.rules.push(rule)
    return rule
  }

  remove(rule: FaultRule): void {
    this.rules = this.rules.filter((other) => other !== rule)
  }

  /** Removes all rules. The latency stays. */
  clear(): void {
    this.rules = []
  }

  /** What is to go wrong with a call. Uses up the rules that are for a number of calls only. */
  of(call: FaultyCall): Fault {
    const matching = this.rules.filter(({ when, times = Infinity }) => times > 0 && when(call))
    // There is nothing to change about an answer that is made up.
    const answered = matching.some(({ then }) => then.answer)
    let fault: Fault = {}
    for (const rule of matching) {
      const { change, ...others } = rule.then
      const before = fault.change
      const changes = change && !answered
      if (!changes && Object.keys(others).every((part) => part in fault)) continue
      if (rule.times !== undefined) rule.times--
      fault = { ...others, ...fault }
      if (changes) fault.change = before ? (answer, call) => change(before(answer, call), call) : change
    }
    return fault
  }

  /**
   * Answers with a status, and the message that goes with it unless a body is given. The headers about the rate limit are
   * the true ones unless `headers` says otherwise; null leaves one out.
   */
  status(status: number, options: Aim & { headers?: Record<string, string | null>; body?: string } = {}): FaultRule {
    const { headers, body = failure(status, `Fault with status ${status}`).body } = options
    return this.aim(options, { answer: { status, headers, body } })
  }

  /** Answers with a page of HTML, as a proxy on the way might. */
  htmlPage(aim?: Aim): FaultRule {
    const body = '<!doctype html><title>Maintenance</title><p>We will be back soon.'
    return this.aim(aim, { answer: { status: 200, headers: { 'content-type': 'text/html' }, body } })
  }

  /** Breaks the connection before the call is carried out, or after. */
  drop(when: 'before' | 'after', aim?: Aim): FaultRule {
    return this.aim(aim, { noAnswer: { how: 'drop', when } })
  }

  /** Never answers, before the call is carried out, or after. */
  hang(when: 'before' | 'after', aim?: Aim): FaultRule {
    return this.aim(aim, { noAnswer: { how: 'hang', when } })
  }

  /** Carries the call out later by so many milliseconds. */
  delay(milliseconds: number, aim?: Aim): FaultRule {
    return this.aim(aim, { delay: milliseconds })
  }

  /** Sends the body in pieces of so many bytes, with so many milliseconds between them. */
  slowBody(bytes: number, milliseconds: number, aim?: Aim): FaultRule {
    return this.aim(aim, { slow: { bytes, milliseconds } })
  }

  /** Sends half a body (half the compressed one, to a client that takes gzip); see `Fault` about the framing. */
  cutBody(framing: 'whole' | 'broken', aim?: Aim): FaultRule {
    return this.aim(aim, { cut: framing })
  }

  /** Changes the JSON of successful pages of profiles. Return undefined to leave one as it is. */
  changePages(change: (page: ProfilesPage, call: FaultyCall) => object | undefined, aim?: Aim): FaultRule {
    return this.aim(
      { ...aim, when: (call) => call.route === 'listProfiles' && (aim?.when?.(call) ?? true) },
      {
        change: (answer, call) => {
          if (answer.status !== 200) return answer
          const changed = change(JSON.parse(answer.body) as ProfilesPage, call)
          return changed ? { ...answer, body: JSON.stringify(changed) } : answer
        }
      }
    )
  }

  /** Leaves `users` out of pages. */
  pagesWithoutUsers(aim?: Aim): FaultRule {
    return this.changePages((page) => ({ ...page, users: undefined }), aim)
  }

  /** Puts entries (such as `malformedProfiles`) into pages, each at its position in the list that comes out. */
  insertUsers(entries: Record<number, unknown>, aim?: Aim): FaultRule {
    return this.changePages((page) => {
      const users: unknown[] = [...page.users]
      for (const [position, entry] of Object.entries(entries)) users.splice(Number(position), 0, entry)
      return { ...page, users }
    }, aim)
  }

  /** Gives, on pages asked for with a token, that same token as the next one. */
  repeatPageToken(aim?: Aim): FaultRule {
    return this.changePages(
      (page, { query }) => ({ ...page, nextPageToken: query.get('nextPageToken') ?? page.nextPageToken }),
      aim
    )
  }

  /** Lets the next tokens of each list go round in a circle of this many, which the first pages make. */
  cyclePageTokens(length: number, aim?: Aim): FaultRule {
    const circles = new Map<string, string[]>()
    return this.changePages((page, { query }) => {
      const list = new URLSearchParams(query)
      const asked = query.get('nextPageToken')
      list.delete('nextPageToken')
      const circle = circles.get(list.toString()) ?? []
      circles.set(list.toString(), circle)
      if (circle.length < length) {
        if (page.nextPageToken !== undefined) circle.push(page.nextPageToken)
        return undefined
      }
      return { ...page, nextPageToken: circle[(circle.indexOf(asked ?? '') + 1) % length] }
    }, aim)
  }

  /** Answers with an empty page whose next token, a new one each time, leads to what should have been on it. */
  emptyPages(aim?: Aim): FaultRule {
    return this.changePages((_, { query, number }) => {
      const asked = query.get('nextPageToken')
      const position = asked ? decodePageToken(asked, 'forward', query)! : start
      return { users: [], nextPageToken: encodePageToken(position, query, number) }
    }, aim)
  }

  /** Gives a next token on the last page as well, which leads to an empty page. */
  tokenAfterLastPage(aim?: Aim): FaultRule {
    return this.changePages((page, { query }) => {
      const last = page.users.at(-1)
      return last && !page.nextPageToken
        ? { ...page, nextPageToken: encodePageToken(positionAfter(last.userID), query) }
        : undefined
    }, aim)
  }

  /** Refuses page tokens as expired. */
  expirePageTokens(aim?: Aim): FaultRule {
    const hasToken = ({ query }: FaultyCall): boolean =>
      Boolean(query.get('nextPageToken') || query.get('previousPageToken'))
    const { body } = unprocessable('unknown or expired page token')
    return this.aim(
      { ...aim, when: (call) => hasToken(call) && (aim?.when?.(call) ?? true) },
      { answer: { status: 422, body } }
    )
  }

  private aim({ call, when, times }: Aim = {}, then: Fault): FaultRule {
    const numbers = call === undefined ? undefined : [call].flat()
    return this.add({
      when: (arrived) => (numbers?.includes(arrived.number) ?? true) && (when?.(arrived) ?? true),
      then,
      ...(times !== undefined && { times })
    })
  }
}

/** The JSON of a page of profiles. */
export interface ProfilesPage {
  users: { userID: string }[]
  nextPageToken?: string
  previousPageToken?: string
}
