import { getErrorCodeFromHttpStatus } from '@segment/actions-core'
import { REQUEST_TIMEOUT_MS, REQUIRED_ACLS } from '../constants'
import { isRetried } from '../delivery/outcomes'
import type { Failure } from '../delivery/outcomes'

/** What a call is made for, in the words of a message. */
export type Operation = 'read the profile' | 'write the segments' | 'delete the profile' | 'test the connection'

/** Who tries again what may pass: the host, but for a test that somebody has started by hand. */
function comeBack(operation: Operation): string {
  return operation === 'test the connection' ? 'Test it again in a minute.' : 'Segment tries again.'
}

/**
 * An answer that isn't a success. It keeps Algolia's status, by which the host tells what may pass from what is final; only
 * of a conflict it makes one that is retried.
 * `said` is the message in the answer's body, without secrets.
 */
export function answerFailure(operation: Operation, status: number, said: string): Failure {
  const parts = [
    `Algolia could not ${operation} (HTTP ${status}).`,
    said && `It says "${said}".`,
    advice(operation, status)
  ]
  // A conflict is over as soon as the list is read again, which is what the host does with a 423, but not with a 409.
  const answered = status === 409 ? 423 : status
  return {
    status: answered,
    errortype: status === 401 ? 'INVALID_AUTHENTICATION' : getErrorCodeFromHttpStatus(answered),
    message: parts.filter(Boolean).join(' ')
  }
}

function advice(operation: Operation, status: number): string {
  switch (status) {
    case 400:
    case 422:
      return 'Check the mapping of the user token and of the segment ID.'
    case 401:
      return `Check the API key and the application ID; the key needs the ACLs ${REQUIRED_ACLS.join(', ')}.`
    case 402:
      return 'The plan of the Algolia application does not include Advanced Personalization: ask Algolia to add it.'
    case 403:
      return 'Check the application ID, that the API key belongs to it, and that no restriction of the key keeps Segment out.'
    case 404:
    case 405:
      return operation === 'write the segments'
        ? 'The application may not have the segments endpoint, which is a beta for partners: ask Algolia to enable it.'
        : 'Check the region.'
    case 409:
      return `Something else changed the profile at the same time. ${comeBack(operation)}`
    case 413:
      return 'The list of segments is too large for Algolia: remove audiences that are no longer used.'
    default:
      return isRetried(status) ? comeBack(operation) : 'Report this to Algolia.'
  }
}

/** The application has used up its calls; `resetAt` says until when, in Unix seconds, if Algolia told it. */
export function noCallsLeft(operation: Operation, resetAt: number | undefined): Failure {
  const until = resetAt === undefined ? 'for now' : `until ${new Date(resetAt * 1000).toISOString()}`
  return {
    status: 429,
    errortype: 'TOO_MANY_REQUESTS',
    message: `Algolia allows the application no more calls ${until}. ${comeBack(operation)} If this happens often, lower the batch size or ask Algolia for more calls.`
  }
}

/** The host told the call to end. */
export function aborted(): Failure {
  return {
    status: 408,
    errortype: 'REQUEST_TIMEOUT',
    message: 'Segment ended the call before the event was delivered. Segment tries again.'
  }
}

/** There was no complete answer. Only the error's code is used: the host's errors hold the request, so the API key. */
export function transportFailure(operation: Operation, origin: string, error: unknown): Failure {
  const { code, name, type } = Object(error) as { code?: unknown; name?: unknown; type?: unknown }
  if (code === 'ETIMEDOUT' || name === 'AbortError' || type === 'body-timeout') {
    const seconds = REQUEST_TIMEOUT_MS / 1000
    const part = type === 'body-timeout' ? 'the rest of the answer' : 'an answer'
    return {
      status: 504,
      errortype: 'GATEWAY_TIMEOUT',
      message: `Could not ${operation}: waited ${seconds} s for ${part} from ${origin}. ${comeBack(operation)}`
    }
  }
  const reason = typeof code === 'string' ? code : 'no reason given'
  return {
    status: 503,
    errortype: 'SERVICE_UNAVAILABLE',
    message: `Could not ${operation}: no connection to ${origin} (${reason}). ${comeBack(operation)} If this goes on, check the region.`
  }
}

/** An answer that doesn't come from Algolia's API, or isn't what was asked for. May pass, like other trouble on the way. */
export function unexpectedAnswer(operation: Operation, what: string): Failure {
  return {
    status: 502,
    errortype: 'BAD_GATEWAY',
    message: `Could not ${operation}: the answer is ${what}. ${comeBack(operation)}`
  }
}

/** A profile whose segments nobody here understands: to write to it could destroy them. Doesn't pass by itself. */
export function unknownSegments(): Failure {
  return {
    status: 422,
    errortype: 'UNPROCESSABLE_ENTITY',
    message:
      "The profile has segments that aren't a list of objects. Nothing was written to it, as that could destroy them. Report this to Algolia."
  }
}
