import type { ModifiedResponse, RequestClient, RequestOptions } from '@segment/actions-core'
import { LARGEST_BODY_BYTES, MAX_TIMEOUTS, MAX_UNANSWERED_CALLS, REQUEST_TIMEOUT_MS, WRITE_HOLD_MS } from '../constants'
import { isFailure } from '../delivery/outcomes'
import type { Failure } from '../delivery/outcomes'
import { judge, resetTime, serverTimeOf } from './answer'
import type { Answer, Verdict } from './answer'
import { aborted, isFutile, isTimeout, mayStillLand, noCallsLeft, tooLate, transportFailure } from './failures'
import type { Operation } from './failures'
import { Budget } from './budget'
import { monotonic, pace } from './pace'

/** A call to send. */
export interface Call extends RequestOptions {
  operation: Operation
  path: string
  /** The user whom it is about: no message holds the whole token. */
  userToken?: string
  /** Calls that must be left after this one, as others are needed more. */
  keep?: number
  /** Calls that will follow this one, and for which as many must be left: see {@link Calls.forgo}. */
  promises?: number
  /** It isn't sent any more after this moment of {@link monotonic}'s clock: what it was made of is too old then. */
  notAfter?: number
}

/** An answer, and when its call was sent and the server answered. */
export type Answered = Answer & {
  /** By {@link monotonic}'s clock. */
  sentAt: number
  /** By the server's clock, Unix milliseconds, if it told it. */
  serverTime: number | undefined
}

/** What came of a call that changes something. */
export interface Written {
  answer: Answer | Failure
  /** It wasn't sent: what it was made of is too old. */
  isTooLate?: true
  /** Settles when the change has been made, or won't be any more. */
  fate: Promise<unknown>
}

/** Calls to one of Algolia's APIs, for the length of one batch. They resolve to an answer or a failure, and never reject. */
export interface Calls {
  send(call: Call): Promise<Answered | Failure>
  /** As `send`, for a call that changes something: it goes on to its end when the host aborts, so that its fate is known. */
  write(call: Call): Promise<Written>
  /** A call that was promised isn't needed. */
  forgo(): void
  /** The server's time at the first answer, Unix milliseconds, if it told it. */
  readonly startedAt: number | undefined
  /** Nothing more is sent. */
  readonly isStopped: boolean
}

/**
 * Opens an API for one batch. Once the host's signal aborts, or an answer says that no further call can succeed (the
 * credentials, the plan, the endpoint, no calls left), or too many calls stay without an answer, nothing more is sent:
 * each call then resolves to the failure that says why. What is under way goes on to its end.
 */
export function openCalls(
  request: RequestClient,
  base: string,
  secret: string,
  { signal, budget = new Budget() }: { signal?: AbortSignal | undefined; budget?: Budget } = {}
): Calls {
  const { origin } = new URL(base)
  let stopped: Failure | undefined
  /** Calls without an answer since the last one that had one; those whose time was up among them, and of all. */
  let inARow = 0
  let silent = 0
  let timeouts = 0
  let underWay = 0
  let startedAt: number | undefined

  /**
   * Why a call isn't sent, if there is a reason; else it is under way. When only few calls are left, it waits for those under
   * way: whether the answers counted them isn't known. When a call's time was up and nothing was answered since, it waits as
   * well: a server that is silent would cost it as much again.
   */
  async function admit({ operation, keep = 0, promises = 0 }: Call): Promise<Failure | undefined> {
    for (;;) {
      if (signal?.aborted) return aborted()
      if (stopped) return stopped
      const isSilent = silent > 0 && underWay > 0
      const allowed = budget.allows({ keep, promises })
      if (allowed === 'yes' && !isSilent) break
      if (allowed === 'no') return noCallsLeft(operation, budget.resetAt)
      await budget.nextEnd()
    }
    underWay += 1
    budget.begin()
    budget.promise(promises)
    return undefined
  }

  function hasEnded(): void {
    underWay -= 1
    budget.end()
  }

  function stop(failure: Failure): void {
    stopped ??= failure
  }

  function unanswered(failure: Failure): void {
    inARow += 1
    if (inARow >= MAX_UNANSWERED_CALLS || timeouts >= MAX_TIMEOUTS) stop(failure)
  }

  function learn({ operation, userToken }: Call, response: ModifiedResponse): Verdict {
    const verdict = judge(operation, response, { apiKey: secret, userToken })
    const { own, answer, said } = verdict
    silent = 0
    if (own) inARow = 0
    else if (isFailure(answer)) unanswered(answer)
    if (isFailure(answer) && (answer.status === 429 || isFutile(operation, own, response.status, said))) stop(answer)
    if (budget.learn(response) === 0) stop(noCallsLeft(operation, resetTime(response)))
    if (own) startedAt ??= serverTimeOf(response)
    return verdict
  }

  /** Sends a call whose time is up after so long; rejects when there was no complete answer. */
  function start(call: Call, timeout: number): Promise<ModifiedResponse> {
    const {
      operation: _operation,
      path,
      userToken: _userToken,
      keep: _keep,
      promises: _promises,
      notAfter: _notAfter,
      ...options
    } = call
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

    get isStopped() {
      return stopped !== undefined || signal?.aborted === true
    },

    forgo() {
      budget.promise(-1)
    },

    async send(call) {
      const refused = await admit(call)
      if (refused) return refused
      const sentAt = monotonic()
      const answer = await start(call, REQUEST_TIMEOUT_MS).then(
        (response): Answered | Failure => {
          const took = monotonic() - sentAt
          pace.took(took)
          const { answer } = learn(call, response)
          // Refusals are fast, and so are events.
          if (!isFailure(answer) && call.operation === 'read the profile') pace.tookRead(took)
          return isFailure(answer) ? answer : { ...answer, sentAt, serverTime: serverTimeOf(response) }
        },
        (error: unknown) => (signal?.aborted ? aborted() : failed(call, error))
      )
      if (isFailure(answer)) budget.promise(-(call.promises ?? 0))
      hasEnded()
      return answer
    },

    async write(call) {
      budget.promise(-(call.promises ?? 0))
      const refused = await admit({ ...call, promises: 0 })
      if (refused) return { answer: refused, fate: Promise.resolve() }
      const sentAt = monotonic()
      if (sentAt > (call.notAfter ?? Infinity)) {
        hasEnded()
        return { answer: tooLate(), isTooLate: true, fate: Promise.resolve() }
      }
      const [patience, held] = [timer(REQUEST_TIMEOUT_MS), timer(WRITE_HOLD_MS)]
      // Without the host's signal: the client would drop the call, and nobody would learn whether the write landed.
      const sending = start({ ...call, signal: undefined }, Math.max(WRITE_HOLD_MS, REQUEST_TIMEOUT_MS))
      const ending = sending.then(
        (response) => {
          pace.took(monotonic() - sentAt)
          return learn(call, response)
        },
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
