import type { Clock } from '../../src/clock'
import type { Answer, Transport } from '../../src/algolia/api/transport'

/** A profile as far as reading it matters. Times are whole microseconds since the Unix epoch. */
export interface SimulatedProfile {
  readonly updatedAt: number
  /** Counts the updates of the profile. */
  readonly version: number
}

/** What comes back for a call in place of the true answer, or of parts of it; or an error that is thrown. */
export type SimulatedFault = { status?: number; headers?: Record<string, string>; body?: string } | Error

export interface SimulationOptions {
  readonly clock: Clock
  /** Milliseconds that a call takes; an answer shows what was there when half of them had passed. */
  readonly latency?: () => number
  /** Calls allowed in each period of whole seconds, counted from whole multiples; by default no limit, and no headers. */
  readonly rateLimit?: { readonly calls: number; readonly seconds: number } | undefined
  /** Milliseconds that the server's clock is ahead of `clock`. */
  readonly clockOffset?: number
  /**
   * Profiles' times are compared with bounds in whole units of so many microseconds: it is not known how finely Algolia
   * compares.
   */
  readonly precision?: number
  /** Where a user token comes in the order of pages, as a text; by default it stands for itself. */
  readonly placeOf?: (userID: string) => string
  /** Called for each call, before it is answered: changes profiles, or makes the call go wrong. */
  readonly onCall?: (call: SimulatedCall) => SimulatedFault | undefined | void
}

export interface SimulatedCall {
  /** From 1. */
  readonly number: number
  readonly query: URLSearchParams
}

/**
 * `GET /2/users` over a map: lexicographic order of user tokens, exclusive bounds, page tokens that stand for a place in
 * that order, a rate limit. Runs behind the source's transport, on any clock, thousands of calls a second.
 */
export class SimulatedAlgolia implements Transport {
  readonly host = 'simulated.algolia.test'
  readonly profiles = new Map<string, SimulatedProfile>()
  /** The statuses answered so far, 0 where a fault broke the connection; in the order of the answers. */
  readonly statuses: number[] = []
  calls = 0
  /** Calls under way, and the most there were at any moment. */
  underWay = 0
  mostUnderWay = 0
  /** The profiles in the order of their user tokens. */
  private sorted: (readonly [userID: string, profile: SimulatedProfile])[] | undefined
  private period = { start: -1, calls: 0 }

  constructor(private readonly options: SimulationOptions) {}

  /** The server's clock, Unix milliseconds. */
  now(): number {
    return this.options.clock.now() + (this.options.clockOffset ?? 0)
  }

  /** Adds a profile or replaces it, with a version of its own. @param updatedAt whole microseconds */
  put(userID: string, updatedAt: number): void {
    const known = this.profiles.get(userID)
    const profile = { updatedAt, version: (known?.version ?? 0) + 1 }
    this.profiles.set(userID, profile)
    if (this.sorted === undefined) return
    const place = firstAtOrAfter(this.sorted, this.placeOf(userID), (other) => this.placeOf(other))
    this.sorted.splice(place, known === undefined ? 0 : 1, [userID, profile])
  }

  /** Deletes a profile, if it is there. */
  delete(userID: string): void {
    if (!this.profiles.delete(userID) || this.sorted === undefined) return
    const place = firstAtOrAfter(this.sorted, this.placeOf(userID), (other) => this.placeOf(other))
    this.sorted.splice(place, 1)
  }

  async send(path: string, signal: AbortSignal): Promise<Answer> {
    const { clock, latency = () => 0, onCall } = this.options
    this.calls += 1
    const number = this.calls
    this.underWay += 1
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay)
    const time = latency()
    try {
      await clock.sleep(time / 2, signal)
      const { query, limitHeaders, isRefused } = this.arrived(path)
      const fault = onCall?.({ number, query }) ?? undefined
      const answer = isRefused ? failure(429, 'Too Many Requests') : this.answer(query, fault)
      const date = new Date(Math.floor(this.now() / 1000) * 1000).toUTCString()
      await clock.sleep(time / 2, signal)
      if (fault instanceof Error) throw fault
      const { status, headers, body } = { ...answer, ...fault, headers: { date, ...limitHeaders, ...fault?.headers } }
      this.statuses.push(status)
      return { status, body: () => Buffer.from(body), header: (name) => headers[name as keyof typeof headers] }
    } catch (thrown) {
      this.statuses.push(0)
      throw thrown
    } finally {
      this.underWay -= 1
    }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** Takes a call out of the limit, as other users of the application do. @returns whether there was one left */
  takeCall(): boolean {
    const { rateLimit } = this.options
    if (rateLimit === undefined) return true
    const start = Math.floor(this.now() / 1000 / rateLimit.seconds) * rateLimit.seconds
    if (this.period.start !== start) this.period = { start, calls: 0 }
    if (this.period.calls >= rateLimit.calls) return false
    this.period.calls += 1
    return true
  }

  private placeOf(userID: string): string {
    return this.options.placeOf?.(userID) ?? userID
  }

  private arrived(path: string): { query: URLSearchParams; limitHeaders: Record<string, string>; isRefused: boolean } {
    const { rateLimit } = this.options
    const query = new URL(path, 'http://simulated').searchParams
    if (rateLimit === undefined) return { query, limitHeaders: {}, isRefused: false }
    const isRefused = !this.takeCall()
    const limitHeaders = {
      'x-ratelimit-limit': String(rateLimit.calls),
      'x-ratelimit-remaining': String(rateLimit.calls - this.period.calls),
      'x-ratelimit-reset': String(this.period.start + rateLimit.seconds)
    }
    return { query, limitHeaders, isRefused }
  }

  private answer(query: URLSearchParams, fault: SimulatedFault | undefined): { status: number; body: string } {
    if (fault instanceof Error || fault?.body !== undefined || fault?.status !== undefined) {
      return failure(200, 'A fault')
    }
    const list = JSON.stringify([query.get('startDate'), query.get('endDate')])
    const token = query.get('nextPageToken')
    if (token !== null && !token.startsWith(`${list} `)) return failure(422, 'unknown page token')
    const after = token === null ? '' : token.slice(list.length + 1)
    this.sorted ??= [...this.profiles].sort(([one], [other]) => (this.placeOf(one) < this.placeOf(other) ? -1 : 1))
    const isWithin = this.bounds(query)
    const users: ReturnType<typeof profileOf>[] = []
    const limit = Number(query.get('limit') ?? 10)
    let last: string | undefined
    // The first text after the last one of the page before.
    const begin =
      after === '' ? 0 : firstAtOrAfter(this.sorted, `${this.placeOf(after)}\0`, (other) => this.placeOf(other))
    for (let index = begin; index < this.sorted.length; index += 1) {
      const [userID, { updatedAt, version }] = this.sorted[index] as (typeof this.sorted)[number]
      if (!isWithin(updatedAt)) continue
      if (users.length === limit) {
        last = users[limit - 1]?.userID
        break
      }
      users.push(profileOf(userID, updatedAt, version))
    }
    const next = last === undefined ? {} : { nextPageToken: `${list} ${last}` }
    return { status: 200, body: JSON.stringify({ users, ...next }) }
  }

  private bounds(query: URLSearchParams): (updatedAt: number) => boolean {
    const { precision = 1 } = this.options
    const bound = (name: string, otherwise: number): number => {
      const text = query.get(name)
      return text === null ? otherwise : Math.floor((Date.parse(text) * 1000) / precision)
    }
    const [after, before] = [bound('startDate', -Infinity), bound('endDate', Infinity)]
    return (updatedAt) => {
      const time = Math.floor(updatedAt / precision)
      return time > after && time < before
    }
  }
}

function failure(status: number, message: string): { status: number; body: string } {
  return { status, body: JSON.stringify({ status, message }) }
}

/** A profile that shows its version in what each stream makes of it. */
function profileOf(userID: string, updatedAt: number, version: number) {
  const lastUpdatedAt = timestampOf(updatedAt)
  const mark = `v${version}`
  const affinity = { name: 'version', value: mark, score: 1, indices: ['products'], lastUpdatedAt }
  return { userID, type: mark, affinities: [affinity], segments: [{ id: mark, source: 'segment' }], lastUpdatedAt }
}

/** The version of a profile that a row of any stream was made from. */
export function versionOf(row: Readonly<Record<string, unknown>>): number {
  const mark = row['algolia_user_type'] ?? row['algolia_affinity_value'] ?? row['algolia_segment_id']
  return Number(String(mark).slice(1))
}

/** RFC 3339 with as many fraction digits as it takes, so that texts differ in length. @param microseconds whole ones */
export function timestampOf(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000)
  const fraction = String(microseconds - seconds * 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '')
  return new Date(seconds * 1000).toISOString().replace('.000Z', fraction === '' ? 'Z' : `.${fraction}Z`)
}

function firstAtOrAfter(
  ascending: readonly (readonly [string, unknown])[],
  value: string,
  placeOf: (userID: string) => string
): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (placeOf(ascending[middle]?.[0] ?? '') >= value) high = middle
    else low = middle + 1
  }
  return low
}
