import { textOfAnswer } from './answer-text'
import { CallBudget, type LimitHeaders } from './rate-limit'
import type { Clock } from '../../clock'
import { type PackageError } from '../../errors'
import { connectionFailure, failureOf, type Failure, unreadablePage } from './failures'
import { Starts } from '../profiles/page-profiles'
import { ReusedMemory } from './reused-memory'
import { ServerClock } from './server-clock'
import { type Answer, NoAnswer, type Transport } from './transport'
import { Turn } from '../profiles/turn'
import { readUsersPage, type UsersPage, usersPath, type UsersQuery } from '../profiles/users-page'

/**
 * What came of a call: a whole page, or the word that its page token is no longer taken. One page at a time is handed out,
 * and the next one only once the caller has ended it: then its profiles can't be taken any more.
 */
export type UsersAnswer =
  { kind: 'page'; page: UsersPage; end: () => void } | { kind: 'page token refused'; error: PackageError }

/** Counts over the life of a client. */
export interface ClientCounts {
  calls: number
  retries: number
  /** Milliseconds spent waiting because no calls were left. */
  waited: number
  /** Answers that said that no calls were left. */
  refusals: number
}

export interface ClientOptions {
  readonly transport: Transport
  /** Kept out of every message, should an answer repeat it. */
  readonly apiKey: string
  readonly clock: Clock
  /** A number from 0 up to 1. */
  readonly random: () => number
  /** Milliseconds after which one call is given up, retries included. */
  readonly patience?: number
  /** Told of a retry, with its cause and the pause in milliseconds. */
  readonly onRetry?: (cause: PackageError, pause: number) => void
  /** Told when calls have to wait: until when, by the server's clock (Unix milliseconds), and for how many milliseconds. */
  readonly onLimit?: (resumesAt: number, wait: number) => void
}

/** One call is given up after about this long, in milliseconds. */
const PATIENCE = 90_000

/** A call that goes out late, as it had to wait for its turn, has this long for its answer nevertheless; milliseconds. */
const SHORTEST_PATIENCE = 10_000

/** Pauses before a retry double from the first to the longest, milliseconds, and each is shortened by up to half at random. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 16_000

/** A wait for calls that is longer than this, in milliseconds, is worth telling. */
const WORTH_TELLING = 2_000

/** The latency of this many calls is kept. */
const LATENCIES_KEPT = 15

/** A wait is cut into naps of this many milliseconds, since answers to calls under way can change how long it is. */
const NAP = 200

/** Calls `GET /2/users`: waits for the shared limit, retries what may pass, and tells apart what won't. */
export class ProfileClient {
  readonly counts: ClientCounts = { calls: 0, retries: 0, waited: 0, refusals: 0 }
  private readonly budget = new CallBudget()
  private readonly serverClock = new ServerClock()
  private readonly latencies: number[] = []
  /** Pages wait for it zipped, which takes a fifth of the memory. */
  private readonly turn = new Turn()
  private readonly memory = new ReusedMemory()
  private readonly starts = new Starts()
  private readonly patience: number
  private toldUntil = 0
  /** The latest moment that is counted as spent waiting: calls that wait at the same time count once. */
  private waitedUntil = 0

  constructor(private readonly options: ClientOptions) {
    this.patience = options.patience ?? PATIENCE
  }

  /** @returns the server's clock at a time of the client's clock, by default now; Unix milliseconds, never ahead of it. */
  serverTime(localTime = this.options.clock.now()): number {
    return this.serverClock.at(localTime)
  }

  /** Whether a page has told the server's clock; else the client's stands in for it. */
  get knowsServerTime(): boolean {
    return this.serverClock.isKnown
  }

  /** Calls that Algolia allows for each millisecond, once an answer told. */
  get rate(): number | undefined {
    return this.budget.rate
  }

  /** Milliseconds that a call takes: the median of the latest ones, as the first is slow and any may be; 0 before the first. */
  get latency(): number {
    return [...this.latencies].sort((one, other) => one - other)[this.latencies.length >> 1] ?? 0
  }

  /** @returns calls left in the present period, if an answer told. */
  callsLeft(): number | undefined {
    return this.budget.callsLeft(this.options.clock.now())
  }

  /**
   * Reads one page.
   * @throws PackageError when the call won't succeed, or didn't within the client's patience; the signal's reason on abort.
   */
  async getUsers(query: UsersQuery, signal: AbortSignal): Promise<UsersAnswer> {
    const { clock, onRetry } = this.options
    const path = usersPath(query)
    let givenUpAt: number | undefined
    let waitsUntil: number | undefined
    for (let attempt = 0; ; attempt += 1) {
      const sentAt = await this.turnToCall(signal)
      givenUpAt ??= sentAt + this.patience
      waitsUntil ??= sentAt + Math.max(this.patience, PATIENCE)
      const result = await this.attempt(path, query.pageToken !== undefined, sentAt, givenUpAt, signal)
      const arrivedAt = clock.now()
      const page = 'failure' in result ? result : await this.readPage(result.answer, signal)
      if ('kind' in page) {
        this.serverClock.learn(arrivedAt, result.limits.date)
        return page
      }
      // The time until a page's turn is the caller's.
      givenUpAt += clock.now() - arrivedAt
      const { verdict, error } = page.failure
      if (verdict === 'give up') throw error
      if (verdict === 'restart') return { kind: 'page token refused', error }
      const now = clock.now()
      const pause = this.pauseBefore(attempt)
      const resumesAt = verdict === 'wait' ? this.budget.refused(now, result.limits, pause) : now + pause
      // A reset that Algolia tells is worth waiting for, even to a caller with little patience.
      const isTold = resumesAt > now + pause
      if (resumesAt >= (isTold ? Math.max(givenUpAt, waitsUntil) : givenUpAt)) throw error
      this.counts.retries += 1
      if (verdict === 'wait') {
        this.counts.refusals += 1
      } else {
        onRetry?.(error, pause)
        await clock.sleep(pause, signal)
      }
    }
  }

  /** Sends one call. @returns the answer when its status is 200, else what its failure means */
  private async attempt(
    path: string,
    withPageToken: boolean,
    sentAt: number,
    givenUpAt: number,
    signal: AbortSignal
  ): Promise<({ answer: Answer } | { failure: Failure }) & { limits: LimitHeaders }> {
    const { clock, transport } = this.options
    let limits: LimitHeaders = {}
    const deadline = AbortSignal.timeout(Math.ceil(Math.max(givenUpAt - sentAt, SHORTEST_PATIENCE)))
    try {
      const answer = await transport.get(path, AbortSignal.any([signal, deadline]))
      // A failing server's answer may be that of a proxy, whose clock is its own.
      if (answer.status < 500) limits = limitHeaders(answer)
      this.latencies.push(clock.now() - sentAt)
      if (this.latencies.length > LATENCIES_KEPT) this.latencies.shift()
      if (answer.status === 200) return { answer, limits }
      return { failure: failureOf({ status: answer.status, detail: this.detailOf(answer), withPageToken }), limits }
    } catch (thrown) {
      signal.throwIfAborted()
      if (deadline.aborted) return { failure: connectionFailure(transport.host, 'it took too long'), limits }
      if (thrown instanceof NoAnswer) return { failure: connectionFailure(transport.host, thrown.message), limits }
      throw thrown
    } finally {
      this.budget.ended(clock.now(), limits)
    }
  }

  /** Waits for a page's turn. @returns the page, or what is wrong with it: then its turn is over */
  private async readPage(answer: Answer, signal: AbortSignal): Promise<UsersAnswer | { failure: Failure }> {
    const { turn } = this
    await turn.take(signal)
    const page = this.parsePage(answer)
    if ('failure' in page) {
      turn.end()
      return page
    }
    const end = (): void => {
      page.profiles.close?.()
      turn.end()
    }
    return { kind: 'page', page, end }
  }

  private parsePage(answer: Answer): UsersPage | { failure: Failure } {
    try {
      const body = answer.body(this.memory)
      const page = readUsersPage(body, this.starts)
      return 'profiles' in page ? page : { failure: unreadablePage(page.unreadable, this.textOf(body)) }
    } catch (thrown) {
      if (thrown instanceof NoAnswer) return { failure: connectionFailure(this.options.transport.host, thrown.message) }
      throw thrown
    }
  }

  /** Waits until a call may go out, and counts it as sent at once, so that no other takes the same place. */
  private async turnToCall(signal: AbortSignal): Promise<number> {
    const { clock, onLimit } = this.options
    for (;;) {
      signal.throwIfAborted()
      const now = clock.now()
      const wait = this.budget.nextCallAt(now) - now
      if (wait <= 0) {
        this.budget.sent(now)
        this.counts.calls += 1
        return now
      }
      if (wait > WORTH_TELLING && now + wait > this.toldUntil) {
        this.toldUntil = now + wait
        onLimit?.(this.budget.serverTime(now + wait), wait)
      }
      await clock.sleep(Math.min(wait, NAP), signal)
      const awake = clock.now()
      this.counts.waited += Math.max(0, awake - Math.max(now, this.waitedUntil))
      this.waitedUntil = awake
    }
  }

  /** What an answer says; its status stands, whatever its body is. */
  private detailOf(answer: Answer): string {
    try {
      return this.textOf(answer.body(new ReusedMemory()))
    } catch (thrown) {
      if (thrown instanceof NoAnswer) return '(unreadable)'
      throw thrown
    }
  }

  private textOf(body: Buffer): string {
    return textOfAnswer(body.toString('utf8'), this.options.apiKey)
  }

  private pauseBefore(attempt: number): number {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt)
    return longest * (0.5 + 0.5 * this.options.random())
  }
}

export function limitHeaders({ header }: Answer): LimitHeaders {
  const count = (name: string): number | undefined => {
    const text = header(name)
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  }
  const date = Date.parse(header('date') ?? '')
  return {
    limit: count('x-ratelimit-limit'),
    remaining: count('x-ratelimit-remaining'),
    reset: count('x-ratelimit-reset'),
    date: Number.isNaN(date) ? undefined : date
  }
}
