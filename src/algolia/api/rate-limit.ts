/**
 * How many calls Algolia still allows, and when the next one may go out. Plain data and arithmetic: no clock, no timer.
 *
 * Algolia allows 500 calls a minute for each application, shared by everything that uses it, and tells with each answer
 * how many are left and when the next period starts (`x-ratelimit-limit`, `-remaining`, `-reset`, the last in Unix
 * seconds). The first half of a period's calls may go as fast as they can, so that a small read is quick; the other half
 * is spread over what is left of the period, so that a long read uses every call and yet leaves some, at any moment, to
 * the destinations that share the limit. Only hurried calls may take more of it, and leave most of that.
 *
 * Times are milliseconds. "Local" is any clock that never goes back; the server's clock is reckoned from the `Date` of
 * its answers, because the machine's own may be an hour off.
 */

/** What an answer said about the limit; a header that was missing or no number is undefined. */
export interface LimitHeaders {
  /** Calls allowed in a period. */
  readonly limit?: number
  readonly remaining?: number
  /** Unix seconds at which the next period starts. */
  readonly reset?: number
  /** The server's clock when it answered, Unix milliseconds. */
  readonly date?: number
}

/** The documented length of a period. */
const PERIOD_MILLISECONDS = 60_000

/** A reset further away than two periods is absurd, and not waited for. */
const FURTHEST_RESET_MILLISECONDS = 2 * PERIOD_MILLISECONDS

/** Nothing is known of the limit before the first answer, so the others wait for it, looking again after so many milliseconds. */
const LOOK_AGAIN_MILLISECONDS = 50

/** The part of a period's calls that is not held back. */
const UNHURRIED_PART = 0.5

/** Of the calls that an even spread leaves to others at any moment, the part that hurried ones leave. */
const PART_LEFT_BY_HURRIED = 0.6

/** How much of the limit may be used here; without it, all that there is. */
export interface CallShare {
  /** Calls in any minute, at most. */
  readonly callsPerMinute?: number
  /** The part of the limit that may be used in any period, from 0 to 1. */
  readonly share?: number
  /** The part of the limit that is left to others: no call goes out while no more than that remains, from 0 to 1. */
  readonly reserve?: number
}

/** What a call is to another one. */
export interface Place {
  /** Another one has to go out right after it, and finds its place kept. */
  readonly keeps?: boolean
  /** Its own place was kept. */
  readonly isKept?: boolean
  /** What its caller reads ends later for each wait of it: it isn't spread over the period, as long as enough is left to others. */
  readonly isHurried?: boolean | undefined
}

/** Calls that may be made in any so many milliseconds. */
interface OwnWindow {
  readonly calls: number
  readonly period: number
}

export class CallBudget {
  private limit: number | undefined
  /** The lowest `remaining` that the present period's answers told. */
  private remaining: number | undefined
  /** When the present period ends, by the server's clock. */
  private resetAt: number | undefined
  /** When the last period that is over ended, by the server's clock. */
  private endedAt: number | undefined
  /** The documented length of a period, until two in a row show that they are shorter. */
  private period = PERIOD_MILLISECONDS
  private isAnswered = false
  /** Server clock less local clock: the most that any answer showed, as `Date` is rounded down and old on arrival. */
  private clockOffset: number | undefined
  private inFlight = 0
  private lastSentAt: number | undefined
  private blockedUntil = 0
  /** Calls that are to go out as soon as they come. */
  private placesKept = 0
  /** When calls went out, as long as that matters to the share. */
  private readonly sentAt: number[] = []

  constructor(private readonly share: CallShare = {}) {}

  /** @returns the server's clock at a local time, never ahead of it; the local time itself until an answer told. */
  serverTime(localTime: number): number {
    return localTime + (this.clockOffset ?? 0)
  }

  /** Calls that may be made here for each millisecond, once an answer told the limit or where the share tells. */
  get rate(): number | undefined {
    const windows = this.ownWindows()
    if (this.limit !== undefined) windows.push({ calls: this.limit, period: this.period })
    return windows.length === 0 ? undefined : Math.min(...windows.map(({ calls, period }) => calls / period))
  }

  /** @returns whether calls of the present period are left beyond a part of the limit; yes until an answer told. */
  leaves(part: number, localTime: number): boolean {
    const left = this.callsLeft(localTime)
    return this.blockedUntil <= localTime && (left === undefined || left > (this.limit ?? 0) * part)
  }

  /** @returns calls that are left in the present period, or undefined when no answer told. */
  callsLeft(localTime: number): number | undefined {
    this.beginPeriodIfDue(localTime)
    return this.remaining === undefined ? undefined : Math.max(0, this.remaining - this.inFlight)
  }

  /**
   * @returns the local time at which the next call may go out; not later than `localTime` when it may go now. A call whose
   * place was kept isn't held up by the places of others, nor by how calls are spread over a period.
   */
  nextCallAt(localTime: number, place: Place = {}): number {
    const windows = this.ownWindows().map((window) => this.nextIn(window, localTime, place))
    return Math.max(this.nextByLimit(localTime, place), ...windows)
  }

  /** To be told of a call after which another one has to go out at once: its place is kept. */
  keepPlace(): void {
    this.placesKept += 1
  }

  /** To be told when that one goes out, or isn't needed. */
  givePlaceBack(): void {
    this.placesKept -= 1
  }

  /** When the limit allows the next call. */
  private nextByLimit(localTime: number, { isKept = false, keeps = false, isHurried = false }: Place): number {
    if (this.blockedUntil > localTime) return this.blockedUntil
    if (!this.isAnswered && this.inFlight > 0) return localTime + LOOK_AGAIN_MILLISECONDS
    const left = this.callsLeft(localTime)
    if (left === undefined || this.resetAt === undefined) return localTime
    const untilReset = this.resetAt - this.serverTime(localTime)
    const others = isKept ? 0 : this.placesKept + Number(keeps)
    if (left - others <= (this.limit ?? 0) * (this.share.reserve ?? 0)) return localTime + untilReset
    if (isKept || this.limit === undefined || left > this.limit * UNHURRIED_PART || this.lastSentAt === undefined) {
      return localTime
    }
    if (isHurried && left - others > PART_LEFT_BY_HURRIED * this.limit * (untilReset / this.period)) return localTime
    return this.lastSentAt + untilReset / left
  }

  /**
   * When a share allows the next call: as soon as the call that is as many calls back as it has is a period ago. From half of
   * them on, those that are left are spread over the time until the first one of the period is that long ago.
   */
  private nextIn({ calls, period }: OwnWindow, localTime: number, place: Place): number {
    const { isKept = false, keeps = false } = place
    const places = isKept ? 0 : this.placesKept + Number(keeps)
    const since = this.sentAt.findIndex((time) => time > localTime - period)
    const used = since < 0 ? 0 : this.sentAt.length - since
    const allowed = (this.sentAt.at(-Math.max(1, calls - places)) ?? -Infinity) + period
    const left = calls - used - places
    if (isKept || used < calls * UNHURRIED_PART || left <= 0 || this.lastSentAt === undefined) return allowed
    const untilFree = (this.sentAt[since] ?? 0) + period - localTime
    return Math.max(allowed, this.lastSentAt + (untilFree * (1 + Number(keeps))) / left)
  }

  private ownWindows(): OwnWindow[] {
    const { callsPerMinute, share } = this.share
    return [
      ...(callsPerMinute === undefined ? [] : [{ calls: callsPerMinute, period: PERIOD_MILLISECONDS }]),
      ...(share === undefined || this.limit === undefined
        ? []
        : [{ calls: Math.max(1, Math.floor(share * this.limit)), period: this.period }])
    ]
  }

  /** To be told of each call as it goes out. */
  sent(localTime: number): void {
    this.inFlight += 1
    this.lastSentAt = localTime
    // Before the first answer, which tells the limit, one call goes out; it counts.
    const kept = Math.max(1, ...this.ownWindows().map(({ calls }) => calls))
    this.sentAt.push(localTime)
    if (this.sentAt.length > kept) this.sentAt.shift()
  }

  /** To be told of each call that ended, with the headers of its answer if there was one. */
  ended(localTime: number, headers: LimitHeaders = {}): void {
    this.inFlight -= 1
    this.isAnswered = true
    // Only who tells when a period ends by this clock counts: whoever else answers on the way has another one.
    if (headers.date !== undefined && headers.reset !== undefined) {
      this.clockOffset = Math.max(this.clockOffset ?? -Infinity, headers.date - localTime)
    }
    const resetAt = this.sensibleReset(localTime, headers.reset)
    if (headers.limit !== undefined && headers.limit > 0) this.limit = headers.limit
    if (resetAt === undefined || headers.remaining === undefined) return
    this.beginPeriodIfDue(localTime)
    if (this.resetAt === undefined || resetAt > this.resetAt) {
      if (this.resetAt === undefined && this.endedAt !== undefined) {
        this.period = Math.min(this.period, resetAt - this.endedAt)
      }
      this.resetAt = resetAt
      this.remaining = headers.remaining
    } else if (resetAt === this.resetAt) {
      this.remaining = Math.min(this.remaining ?? Infinity, headers.remaining)
    }
  }

  /**
   * To be told when a call was refused for want of calls: none goes out before the reset that the answer told, nor,
   * where it told none that makes sense, before `fallback` milliseconds have passed.
   * @returns the local time until which all calls wait.
   */
  refused(localTime: number, headers: LimitHeaders, fallback: number): number {
    const resetAt = this.sensibleReset(localTime, headers.reset)
    const pause = resetAt === undefined ? fallback : Math.max(resetAt - this.serverTime(localTime), fallback)
    this.blockedUntil = Math.max(this.blockedUntil, localTime + pause)
    return this.blockedUntil
  }

  private sensibleReset(localTime: number, reset: number | undefined): number | undefined {
    if (reset === undefined) return undefined
    const away = reset * 1000 - this.serverTime(localTime)
    return away > 0 && away <= FURTHEST_RESET_MILLISECONDS ? reset * 1000 : undefined
  }

  private beginPeriodIfDue(localTime: number): void {
    if (this.resetAt === undefined || this.serverTime(localTime) < this.resetAt) return
    this.endedAt = this.resetAt
    this.resetAt = undefined
    this.remaining = this.limit
  }
}
