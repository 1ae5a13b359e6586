import { PATIENCE, pauseBefore } from '../../backoff'
import type { Clock } from '../../clock'
import { type PackageError, transientError } from '../../errors'
import { isAlgoliasError, textOfAnswer } from './answer-text'
import type { Api } from './apis'
import { connectionFailure, failureOf, type Failure, unreadableAnswer } from './failures'
import { limitHeaders } from './limit-headers'
import { CallBudget, type CallShare, type LimitHeaders } from './rate-limit'
import { ServerClock } from './server-clock'
import { type Answer, NoAnswer, type Transport } from './answer'
import type { Call } from './call'

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
  readonly api: Api
  readonly transport: Transport
  /** Kept out of every message, should an answer repeat it. */
  readonly apiKey: string
  readonly clock: Clock
  /** A number from 0 up to 1. */
  readonly random: () => number
  /** How much of the limit may be used; all of it unless told otherwise. */
  readonly share?: CallShare
  /** Milliseconds after which one call is given up, retries included. */
  readonly patience?: number
  /** Goes on from "run again" in errors, such as ": the state is kept". */
  readonly assurance?: string
  /** Told of a retry, with its cause and the pause in milliseconds. */
  readonly onRetry?: (cause: PackageError, pause: number) => void
  /** Told when calls have to wait: until when, by the server's clock (Unix milliseconds), and for how many milliseconds. */
  readonly onLimit?: (resumesAt: number, wait: number) => void
}

/** A call that goes out late, as it had to wait for its turn, has this long for its answer nevertheless; milliseconds. */
const SHORTEST_PATIENCE = 10_000

/** A wait for calls that is longer than this, in milliseconds, is worth telling. */
const WORTH_TELLING = 2_000

/** The latency of this many calls is kept. */
const LATENCIES_KEPT = 15

/** A wait is cut into naps of this many milliseconds, since answers to calls under way can change how long it is. */
const NAP = 200

/** Calls one of Algolia's APIs: waits for the shared limit, retries what may pass, and says what won't. */
export class AlgoliaClient {
  readonly counts: ClientCounts = { calls: 0, retries: 0, waited: 0, refusals: 0 }
  private readonly budget: CallBudget
  private readonly serverClock = new ServerClock()
  private readonly latencies: number[] = []
  private readonly patience: number
  private readonly later: string
  private toldUntil = 0
  /** The latest moment that is counted as spent waiting: calls that wait at the same time count once. */
  private waitedUntil = 0

  constructor(private readonly options: ClientOptions) {
    this.budget = new CallBudget(options.share)
    this.patience = options.patience ?? PATIENCE
    this.later = `Run again later${options.assurance ?? ''}`
  }

  /** @returns the server's clock at a time of the client's clock, by default now; Unix milliseconds, never ahead of it. */
  serverTime(localTime = this.options.clock.now()): number {
    return this.serverClock.at(localTime)
  }

  /** Whether an answer has told the server's clock; else the client's stands in for it. */
  get knowsServerTime(): boolean {
    return this.serverClock.isKnown
  }

  /** Calls that may be made here for each millisecond, once that is known. */
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
   * Makes a call: one answer, or one error.
   * @throws AlgoliaError when the call won't succeed, or didn't within the client's patience; the signal's reason on abort.
   */
  async call<Value>(call: Call<Value>, signal: AbortSignal): Promise<Value> {
    const { isKept = false, keeps = false, isHurried = false } = call.place ?? {}
    // Another try of a call that keeps a place has kept it already.
    const due = { isKept, keeps, isHurried }
    try {
      return await this.callUntilAnswered(call, due, signal)
    } catch (thrown) {
      if (keeps && !due.keeps) this.budget.givePlaceBack()
      throw thrown
    } finally {
      if (isKept) this.budget.givePlaceBack()
    }
  }

  /** Keeps a place as a call does that asks for it. */
  keepPlace(): void {
    this.budget.keepPlace()
  }

  /** The call that a place was kept for isn't needed. */
  givePlaceBack(): void {
    this.budget.givePlaceBack()
  }

  private async callUntilAnswered<Value>(
    call: Call<Value>,
    place: { isKept: boolean; keeps: boolean; isHurried: boolean },
    signal: AbortSignal
  ): Promise<Value> {
    const { clock, onRetry } = this.options
    let givenUpAt: number | undefined
    let waitsUntil: number | undefined
    for (let attempt = 0; ; attempt += 1) {
      const sentAt = await this.turnToCall(call, place, signal)
      givenUpAt ??= sentAt + this.patience
      waitsUntil ??= sentAt + Math.max(this.patience, PATIENCE)
      const sent = await this.send(call, sentAt, givenUpAt, signal)
      const now = clock.now()
      const result = 'answer' in sent ? this.understand(call, sent.answer) : sent.failure
      if ('value' in result) {
        this.serverClock.learn(now, sent.limits.date)
        return result.value
      }
      const { verdict, error } = result
      const pause = pauseBefore(attempt, this.options.random)
      if (verdict === 'give up' || call.isSentOnce) {
        if (verdict === 'wait') this.budget.refused(now, sent.limits, pause)
        throw error
      }
      const resumesAt = verdict === 'wait' ? this.budget.refused(now, sent.limits, pause) : now + pause
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

  /** Sends a call once. @returns its answer, whatever it says, or why none came */
  private async send(
    { path, query, change }: Call<unknown>,
    sentAt: number,
    givenUpAt: number,
    signal: AbortSignal
  ): Promise<({ answer: Answer } | { failure: Failure }) & { limits: LimitHeaders }> {
    const { clock, transport } = this.options
    const fullPath = query === undefined ? path : `${path}?${query.toString()}`
    const deadline = AbortSignal.timeout(Math.ceil(Math.max(givenUpAt - sentAt, SHORTEST_PATIENCE)))
    let limits: LimitHeaders = {}
    try {
      const answer = await transport.send(fullPath, AbortSignal.any([signal, deadline]), change)
      // A failing server's answer may be that of a proxy, whose clock is its own.
      if (answer.status < 500) limits = limitHeaders(answer)
      this.latencies.push(clock.now() - sentAt)
      if (this.latencies.length > LATENCIES_KEPT) this.latencies.shift()
      return { answer, limits }
    } catch (thrown) {
      signal.throwIfAborted()
      const reason = deadline.aborted ? 'it took too long' : thrown instanceof NoAnswer ? thrown.message : undefined
      if (reason === undefined) throw thrown
      return { failure: this.broken(reason), limits }
    } finally {
      this.budget.ended(clock.now(), limits)
    }
  }

  /** @returns what an answer holds, or what its failure means */
  private understand<Value>(call: Call<Value>, answer: Answer): { value: Value } | Failure {
    const { what, read, failures, change, whenEmpty } = call
    const { later, options } = this
    const { status } = answer
    // A reading answers 200 and nothing else; what a change may answer isn't documented.
    const isSuccess = status === 200 || (change !== undefined && status > 200 && status < 300)
    let body: Buffer | undefined
    try {
      body = answer.body()
    } catch (thrown) {
      if (!(thrown instanceof NoAnswer)) throw thrown
      if (isSuccess) return this.broken(thrown.message)
    }
    const text = (): string => textOfAnswer(body?.toString('utf8'), options.apiKey)
    if (isSuccess && body?.length === 0 && whenEmpty !== undefined) return { value: whenEmpty }
    if (isSuccess && body !== undefined) {
      const result = read(body)
      return 'value' in result ? result : unreadableAnswer(what, result.unreadable, text(), later)
    }
    // The status stands, whatever the body is.
    const isAlgolias = body !== undefined && isAlgoliasError(body.toString('utf8'), status)
    return failureOf({ api: options.api, status, detail: text(), isAlgolias, later }, failures)
  }

  private broken(reason: string): Failure {
    return connectionFailure(this.options.transport.host, reason, this.later)
  }

  /** Waits until a call may go out, and counts it as sent at once, so that no other takes the same place. */
  private async turnToCall(
    { notAfter, onSent }: Call<unknown>,
    place: { isKept: boolean; keeps: boolean; isHurried: boolean },
    signal: AbortSignal
  ): Promise<number> {
    const { clock, onLimit } = this.options
    for (;;) {
      signal.throwIfAborted()
      const now = clock.now()
      if (notAfter !== undefined && now > notAfter) {
        throw transientError('A call came too late for what it was made of. Run again later.')
      }
      const wait = this.budget.nextCallAt(now, place) - now
      if (wait <= 0) {
        this.budget.sent(now)
        if (place.keeps) this.budget.keepPlace()
        place.keeps = false
        this.counts.calls += 1
        onSent?.(now)
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
}
