import type { Failure } from '../delivery/outcomes'
import { bodyOf, requestsOf } from './units'
import type { Unit } from './units'

/** What an answer means for the events of its request and for those that wait. */
export type Answer =
  | { verdict: 'accepted' }
  /** Something in the request is wrong: one event spoils them all. */
  | { verdict: 'refused'; failure: Failure }
  /** This request may succeed another time; others go on. */
  | { verdict: 'failed'; failure: Failure }
  /** Nobody answered. */
  | { verdict: 'unanswered'; failure: Failure }
  /** No other request can succeed either. */
  | { verdict: 'stop'; failure: Failure }

/** Sends one request. Never rejects. */
export type Post = (body: string) => Promise<Answer>

/** Requests that are under way at the same time, at most. */
const MAX_REQUESTS = 4

/**
 * After so many refused single events in a row, in the order in which answers come, with nothing accepted, the rest counts
 * as refused as well: the fault is the mapping's, and looking for each culprit would cost two requests an event.
 */
const MAX_REFUSED_IN_A_ROW = 16

/** After so many requests without an answer nothing more is sent: a server that is down costs the time of a few calls. */
const MAX_UNANSWERED = 2

/**
 * Sends the units, in as few requests as hold them. A refused request is halved until the culprits are found: k culprits
 * among n units cost at most 2·k·⌈log2 n⌉ + 1 requests, and all others arrive. What was accepted is never sent again.
 * @param settle told once for each unit what became of it: undefined when it was accepted
 */
export function sendUnits(
  units: Unit[],
  post: Post,
  settle: (unit: Unit, failure: Failure | undefined) => void
): Promise<void> {
  // The next request is taken from the end: halves of a refused one come before what has not been tried.
  const waiting = requestsOf(units).reverse()
  let underWay = 0
  let stopped: Failure | undefined
  let refusedInARow = 0
  let isAnyAccepted = false
  let unanswered = 0

  const settleAll = (request: Unit[], failure?: Failure): void => request.forEach((unit) => settle(unit, failure))

  function take(request: Unit[], answer: Answer): void {
    switch (answer.verdict) {
      case 'accepted':
        isAnyAccepted = true
        return settleAll(request)
      case 'refused':
        if (request.length > 1) {
          const middle = request.length >> 1
          waiting.push(request.slice(middle), request.slice(0, middle))
          return
        }
        refusedInARow += 1
        if (!isAnyAccepted && refusedInARow >= MAX_REFUSED_IN_A_ROW) stopped ??= answer.failure
        return settleAll(request, answer.failure)
      case 'unanswered':
        unanswered += 1
        if (unanswered >= MAX_UNANSWERED) {
          stopped ??= { ...answer.failure, status: 504, errortype: 'GATEWAY_TIMEOUT' }
        }
        return settleAll(request, answer.failure)
      case 'failed':
        return settleAll(request, answer.failure)
      case 'stop':
        stopped ??= answer.failure
        return settleAll(request, answer.failure)
    }
  }

  return new Promise((resolve) => {
    const proceed = (): void => {
      if (stopped) for (const request of waiting.splice(0)) settleAll(request, stopped)
      while (underWay < MAX_REQUESTS) {
        const request = waiting.pop()
        if (!request) break
        underWay += 1
        void post(bodyOf(request)).then((answer) => {
          underWay -= 1
          take(request, answer)
          proceed()
        })
      }
      if (underWay === 0) resolve()
    }
    proceed()
  })
}
