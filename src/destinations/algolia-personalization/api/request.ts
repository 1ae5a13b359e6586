import type { ModifiedResponse, RequestClient, RequestOptions } from '@segment/actions-core'
import { LARGEST_BODY_BYTES, MAX_TIMEOUTS, MAX_UNANSWERED_CALLS, REQUEST_TIMEOUT_MS, WRITE_HOLD_MS } from '../constants'
import { isFailure } from '../delivery/outcomes'
import type { Failure } from '../delivery/outcomes'
import { judge, resetTime, wholeNumber } from './answer'
import type { Answer, Verdict } from './answer'
import { aborted, isFutile, isTimeout, mayStillLand, noCallsLeft, transportFailure } from './failures'
import type { Operation } from './failures'

/** A call to send. */
export interface Call extends RequestOptions {
  operation: Operation
  path: string
  /** Calls that must be left after this one, as others are needed more. */
  keep?: number
  /** Calls that will follow this one, and for which as many must be left: see {@link Calls.forgo}. */
  promises?: number
}

/** What came of a call that changes something. */
export interface Written {
  answer: Answer | Failure
  /** Settles when the change has been made, or won't be any more. */
  fate: Promise<unknown>
}

/** Calls to one of Algolia's APIs, for the length of one batch. They resolve to an answer or a failure, and never reject. */
export interface Calls {
  send(call: Call): Promise<Answer | Failure>
  /** As `send`, for a call that changes something: it goes on to its end when the host aborts, so that its fate is known. */
  write(call: Call): Promise<Written>
  /** A call that was promised isn't needed. */
  forgo(): void
  /** The server's time at the first answer, Unix milliseconds, if it told it. */
  readonly startedAt: number | undefined
}

/**
 * Opens an API for one batch. Once the host's signal aborts, or an answer says that no further call can succeed (the
 * credentials, the plan, the endpoint, no calls left), or too many calls stay without an answer, nothing more is sent:
 * each call then resolves to the failure that says why. What is under way goes on to its end.
 */
export function openCalls(request: RequestClient, base: string, secret: string, signal?: AbortSignal): Calls {
  const { origin } = new URL(base)
  let stopped: Failure | undefined
  /** Calls without an answer since the last one that had one; those whose time was up among them, and of all. */
  let inARow = 0
  let silent = 0
  let timeouts = 0
  let underWay = 0
  let promised = 0
  let told: { left: number; resetAt: number | undefined } | undefined
  let startedAt: number | undefined
  let wakeAll: (() => void)[] = []

  /**
   * Why a call isn't sent, if there is a reason; else it is under way. When only few calls are left, it waits for those under
   * way: whether the answers counted them isn't known. When a call's time was up and nothing was answered since, it waits as
   * well: a server that is silent would cost it as much again.
   */
  async function admit({ operation, keep = 0, promises = 0 }: Call): Promise<Failure | undefined> {
    const needed = keep + promises
    for (;;) {
      if (signal?.aborted) return aborted()
      if (stopped) return stopped
      const isSilent = silent > 0 && underWay > 0
      const isEnough = !told || needed === 0 || told.left - underWay > needed + (promises > 0 ? promised : 0)
      if (isEnough && !isSilent) break
      if (!isEnough && underWay === 0) return noCallsLeft(operation, told?.resetAt)
      await new Promise<void>((wake) => wakeAll.push(wake))
    }
    underWay += 1
    promised += promises
    return undefined
  }

  function hasEnded(): void {
    underWay -= 1
    const wakers = wakeAll
    wakeAll = []
    for (const wake of wakers) wake()
  }

  function stop(failure: Failure): void {
    stopped ??= failure
  }

  function unanswered(failure: Failure): void {
    inARow += 1
    if (inARow >= MAX_UNANSWERED_CALLS || timeouts >= MAX_TIMEOUTS) stop(failure)
  }

  function learn({ operation }: Call, response: ModifiedResponse): Verdict {
    const verdict = judge(operation, response, secret)
    const { own, answer, said } = verdict
    silent = 0
    if (own) inARow = 0
    else if (isFailure(answer)) unanswered(answer)
    if (isFailure(answer) && (answer.status === 429 || isFutile(operation, own, response.status, said))) stop(answer)
    const left = wholeNumber(response, 'x-ratelimit-remaining')
    const resetAt = resetTime(response)
    const isSameMinute = told !== undefined && resetAt === told.resetAt
    if (left !== undefined) told = { left: isSameMinute ? Math.min(left, told?.left ?? left) : left, resetAt }
    if (left === 0) stop(noCallsLeft(operation, resetAt))
    const date = Date.parse(response.headers.get('date') ?? '')
    if (own && !Number.isNaN(date)) startedAt ??= date
    return verdict
  }

  /** Sends a call whose time is up after so long; rejects when there was no complete answer. */
  function start(call: Call, timeout: number): Promise<ModifiedResponse> {
    const { operation: _operation, path, keep: _keep, promises: _promises, ...options } = call
    return request(base + path, {
      ...options,
      // The host's client would throw an error that holds the request, so the API key.
      throwHttpErrors: false,
      // The host's client has no timeout when the host passes a signal.
      timeout,
      // The host's client hangs on larger bodies when it clones them.
      skipResponseCloning: true,
      // Following a redirect would hand the API key to whoever it leads to.
      redirect: 'manual',
      // Understood by the fetch that the host's client is made of, though not by its types.
      ...{ size: LARGEST_BODY_BYTES }
    })
  }

  function failed({ operation }: Call, error: unknown): Failure {
    const failure = transportFailure(operation, origin, error)
    if (isTimeout(error)) {
      silent += 1
      timeouts += 1
    }
    unanswered(failure)
    return failure
  }

  return {
    get startedAt() {
      return startedAt
    },

    forgo() {
      promised -= 1
    },

    async send(call) {
      const refused = await admit(call)
      if (refused) return refused
      const answer = await start(call, REQUEST_TIMEOUT_MS).then(
        (response) => learn(call, response).answer,
        (error: unknown) => (signal?.aborted ? aborted() : failed(call, error))
      )
      if (isFailure(answer)) promised -= call.promises ?? 0
      hasEnded()
      return answer
    },

    async write(call) {
      promised -= call.promises ?? 0
      const refused = await admit({ ...call, promises: 0 })
      if (refused) return { answer: refused, fate: Promise.resolve() }
      const [patience, held] = [timer(REQUEST_TIMEOUT_MS), timer(WRITE_HOLD_MS)]
      // Without the host's signal: the client would drop the call, and nobody would learn whether the write landed.
      const sending = start({ ...call, signal: undefined }, Math.max(WRITE_HOLD_MS, REQUEST_TIMEOUT_MS))
      const ending = sending.then(
        (response) => learn(call, response),
        (error: unknown) => ({ error, own: !mayStillLand(error) })
      )
      void ending.then(hasEnded)
      // A gateway's answer says nothing of what it handed on.
      const fate = ending.then(({ own }) => (own ? undefined : held.end))
      void Promise.race([fate, held.end]).then(held.clear)
      const ended = await Promise.race([ending, patience.end])
      patience.clear()
      if (ended && 'answer' in ended) return { answer: ended.answer, fate }
      const error: unknown = ended ? ended.error : { code: 'ETIMEDOUT' }
      return { answer: failed(call, error), fate: Promise.race([fate, held.end]) }
    }
  }
}

/** A timer; `clear` ends it early. */
function timer(milliseconds: number): { end: Promise<undefined>; clear: () => void } {
  let finish = (_: undefined): void => {}
  const end = new Promise<undefined>((resolve) => (finish = resolve))
  const timeout = setTimeout(() => finish(undefined), milliseconds)
  return {
    end,
    clear: () => {
      clearTimeout(timeout)
      finish(undefined)
    }
  }
}
