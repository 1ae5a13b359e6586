import {
  ActionDestinationErrorResponse,
  ActionDestinationSuccessResponse,
  IntegrationError,
  InvalidAudienceMembershipError,
  InvalidAuthenticationError,
  PayloadValidationError,
  RetryableError
} from '@segment/actions-core'
import type { ErrorCodes, JSONLikeObject } from '@segment/actions-core'

/** The event did what it should. */
export interface Success {
  status: 200
  result: 'profile updated' | 'profile unchanged' | 'not for this action'
}

/** The event failed, or a call of another kind did. */
export interface Failure {
  /** Decides whether the host sends the event again, see {@link isRetried}. */
  status: number
  errortype: keyof typeof ErrorCodes
  /** For the customer: what happened and what to do. Never holds the API key. */
  message: string
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
  sent: JSONLikeObject
): ActionDestinationSuccessResponse | ActionDestinationErrorResponse {
  if (!isFailure(outcome)) {
    return new ActionDestinationSuccessResponse({ status: outcome.status, sent, body: { result: outcome.result } })
  }
  const { status, errortype, message } = outcome
  return new ActionDestinationErrorResponse({ status, errortype, errormessage: message, sent })
}
