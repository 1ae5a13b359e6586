import { getErrorCodeFromHttpStatus } from '@segment/actions-core'
import { REQUEST_TIMEOUT_MS, REQUIRED_ACLS } from './constants'
import type { Failure } from './outcomes'

/** What a call is made for, in the words of a message. */
export type Operation = 'read the profile' | 'write the segments' | 'delete the profile' | 'test the connection'

/** What a customer can do about an answer, by its HTTP status. */
const ADVICE = new Map([
  [400, 'Check the mapping of the user token and of the segment ID.'],
  [401, `Check the API key and the application ID; the key needs the ACLs ${REQUIRED_ACLS.join(', ')}.`],
  [402, "The application's plan lacks Advanced Personalization: ask Algolia to add it."],
  [403, 'Check the application ID, and that the API key belongs to it and is not restricted.'],
  [409, 'Something else was changing the same profile: send the event again.'],
  [413, 'The list of segments is too large for Algolia: delete audiences that are no longer used.'],
  [422, 'Check the mapping of the user token and of the segment ID.']
])

/** Where the segments endpoint isn't open, a write is answered with one of these. */
const NO_SEGMENTS_ENDPOINT = new Set([404, 405])

/**
 * An answer that isn't a success. Keeps Algolia's status, so that what is final stays final and what may pass is sent
 * again by the host. `said` is the message in the body, without secrets.
 */
export function answerFailure(operation: Operation, answered: number, said: string): Failure {
  if (answered < 400) return unreadable(operation, `it redirects (HTTP ${answered})`)
  const advice =
    operation === 'write the segments' && NO_SEGMENTS_ENDPOINT.has(answered)
      ? 'The application may not have the segments endpoint, which Algolia opens to selected partners: ask Algolia for it.'
      : ADVICE.get(answered)
  return {
    status: answered,
    errortype: answered === 401 ? 'INVALID_AUTHENTICATION' : getErrorCodeFromHttpStatus(answered),
    message: [`Algolia could not ${operation} (HTTP ${answered}).`, said && `It says: ${said}`, advice]
      .filter(Boolean)
      .join(' ')
  }
}

/** The application has used up its calls. `resetAt` is in Unix seconds, when Algolia told it. */
export function noCallsLeft(resetAt: number | undefined): Failure {
  const until = resetAt === undefined ? 'for now' : `until ${new Date(resetAt * 1000).toISOString()}`
  return {
    status: 429,
    errortype: 'TOO_MANY_REQUESTS',
    message: `Algolia allows this application no more calls ${until}. Segment tries again; if this happens often, lower the batch size or ask Algolia for a higher limit.`
  }
}

/** The host has told the call to end. */
export function aborted(): Failure {
  return {
    status: 408,
    errortype: 'REQUEST_TIMEOUT',
    message: 'Segment ended the call before the event was delivered. Segment tries again.'
  }
}

/** There was no complete answer. Takes only the error's code: the host's errors hold the request, so the API key. */
export function transportFailure(operation: Operation, origin: string, error: unknown): Failure {
  const { code, name, type } = error as { code?: unknown; name?: unknown; type?: unknown }
  if (code === 'ETIMEDOUT' || name === 'AbortError' || type === 'body-timeout') {
    return {
      status: 504,
      errortype: 'GATEWAY_TIMEOUT',
      message: `No complete answer from ${origin} within ${REQUEST_TIMEOUT_MS / 1000} s: could not ${operation}. Segment tries again.`
    }
  }
  const reason = typeof code === 'string' ? ` (${code})` : ''
  return {
    status: 503,
    errortype: 'SERVICE_UNAVAILABLE',
    message: `Could not ${operation}: ${origin} can't be reached${reason}. Segment tries again; if this goes on, check the region.`
  }
}

/** A success whose body makes no sense. May pass, like other trouble between here and Algolia. */
export function unreadable(operation: Operation, what: string): Failure {
  return {
    status: 502,
    errortype: 'BAD_GATEWAY',
    message: `Could not ${operation}: the answer can't be used, as ${what}. Nothing was written. Segment tries again.`
  }
}

/** A profile with segments of an unknown shape: writing to it could destroy them. Doesn't pass, so isn't sent again. */
export function unknownShape(userToken: string): Failure {
  return {
    status: 422,
    errortype: 'UNPROCESSABLE_ENTITY',
    message: `The profile of ${userToken} has segments that aren't a list of objects, so nothing was written to it, as that could destroy them. Report this to Algolia.`
  }
}
