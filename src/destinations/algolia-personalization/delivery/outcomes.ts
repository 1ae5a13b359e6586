import {
  ActionDestinationErrorResponse,
  ActionDestinationSuccessResponse,
  IntegrationError,
  InvalidAudienceMembershipError,
  InvalidAuthenticationError,
  MultiStatusResponse,
  PayloadValidationError,
  RetryableError
} from '@segment/actions-core'
import type { ErrorCodes, JSONLikeObject } from '@segment/actions-core'

/** The event did what it should. */
export interface Success {
  status: 200
  result: Result | 'event sent'
  /** What of the event Algolia has no place for, each with the reason. */
  leftOut?: string[]
}

/** From the one that says most of an event with several user tokens to the one that says least. */
const RESULTS = [
  'profile updated',
  'profile unchanged',
  'superseded',
  'no profile',
  'nothing to link',
  'not for this action'
] as const

/** What became of an event that did what it should. */
export type Result = (typeof RESULTS)[number]

/** The event failed, or a call of another kind did. */
export interface Failure {
  /** Decides whether the host sends the event again, see {@link isRetried}. */
  status: number
  errortype: keyof typeof ErrorCodes
  /** For the customer: what happened and what to do. Never holds the API key. */
  message: string
  /** Nobody answered: the connection failed, or it took too long. */
  isUnanswered?: true
}

/** What became of one event. */
export type Outcome = Success | Failure

export function isFailure(outcome: object): outcome is Failure {
  return 'errortype' in outcome
}

/** Whether the host sends an event again that failed so. Source: the comments at `IntegrationError` in the host's errors.ts. */
export function isRetried(status: number): boolean {
  return status === 408 || status === 423 || status === 429 || (status >= 500 && status !== 501)
}

/** Failures that concern the whole application, and pass by nothing that the host could do. */
const FOR_EVERYONE = new Set([401, 402, 403])

/**
 * How bad an outcome is, the worst first: what everybody must know of; what the host tries again, so that an event is final
 * only when nothing of it is left to try; what is refused for good; then the successes.
 */
function rank(outcome: Outcome): number {
  if (!isFailure(outcome)) return 10 + RESULTS.findIndex((result) => result === outcome.result)
  if (FOR_EVERYONE.has(outcome.status)) return 0
  if (outcome.status === 429) return 1
  return isRetried(outcome.status) ? 2 : 3
}

/** The worst of the outcomes of an event's parts; of equals the first. */
export function worst(outcomes: readonly Outcome[]): Outcome | undefined {
  return outcomes.reduce<Outcome | undefined>(
    (found, outcome) => (found && rank(found) <= rank(outcome) ? found : outcome),
    undefined
  )
}

/** The host's error for a failure: for calls about a single event, which throw. */
export function toError({ status, errortype, message }: Failure): Error {
  if (errortype === 'PAYLOAD_VALIDATION_FAILED') return new PayloadValidationError(message)
  if (errortype === 'INVALID_AUDIENCE_MEMBERSHIP') return new InvalidAudienceMembershipError(message)
  if (errortype === 'INVALID_AUTHENTICATION') return new InvalidAuthenticationError(message)
  if (isRetried(status)) {
    // The type lists the common statuses that are retried; the host goes by the number.
    return new RetryableError(message, status as ConstructorParameters<typeof RetryableError>[1])
  }
  return new IntegrationError(message, errortype, status)
}

/** The host's entry for one event of a batch. */
export function toBatchEntry(
  outcome: Outcome,
  payload: object
): ActionDestinationSuccessResponse | ActionDestinationErrorResponse {
  const sent = { ...payload } as JSONLikeObject
  if (!isFailure(outcome)) {
    const { status, ...body } = outcome
    return new ActionDestinationSuccessResponse({ status, sent, body })
  }
  const { status, errortype, message } = outcome
  return new ActionDestinationErrorResponse({ status, errortype, errormessage: message, sent })
}

/** What a single event is answered with. Throws the host's error when it failed. */
export function single(outcomes: readonly Outcome[]): Success {
  const [only] = outcomes as [Outcome]
  if (isFailure(only)) throw toError(only)
  return only
}

/** What a batch is answered with: an entry for each event, at its own index. */
export function multiple(outcomes: readonly Outcome[], payloads: readonly object[]): MultiStatusResponse {
  const response = new MultiStatusResponse()
  outcomes.forEach((outcome, index) => response.pushResponseObject(toBatchEntry(outcome, payloads[index] ?? {})))
  return response
}
