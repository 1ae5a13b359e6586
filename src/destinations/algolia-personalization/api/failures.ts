import { getErrorCodeFromHttpStatus } from '@segment/actions-core'
import { REQUEST_TIMEOUT_MS, REQUIRED_ACLS } from '../constants'
import { isRetried } from '../delivery/outcomes'
import type { Failure } from '../delivery/outcomes'

/** What a call is made for, in the words of a message. */
export type Operation =
  | 'read the profile'
  | 'write the segments'
  | 'look at the written profiles'
  | 'delete the profile'
  | 'test the connection'
  | 'send the events'
  | 'delete the events'

/** What the answer to a call should be. */
export const WANTED: Readonly<Record<Operation, string>> = {
  'read the profile': 'a profile',
  'write the segments': 'a confirmation',
  'look at the written profiles': 'a list of profiles',
  'delete the profile': 'a confirmation',
  'test the connection': 'a list of profiles',
  'send the events': 'a confirmation',
  'delete the events': 'a confirmation'
}

/** What a status of Algolia's means. */
interface Meaning {
  /** What to do about it. */
  advice: string | ((operation: Operation) => string)
  /** The status that the event is answered with, where that is another one. */
  answered?: number
  /** No other call of the batch can succeed: nothing more is sent, and the rest is answered the same. */
  stops?: true | ((operation: Operation, said: string) => boolean)
}

const MAPPING: Meaning = {
  advice: (operation) =>
    operation === 'send the events'
      ? 'Check the mapping of this event.'
      : 'Check the mapping of the user token and of the segment ID.'
}

/** What the key needs for a call. Events need less than profiles. */
const aclsFor = (operation: Operation): string => {
  if (operation === 'delete the events') return 'the ACL deleteObject'
  return operation === 'send the events' ? 'the ACL search' : `the ACLs ${REQUIRED_ACLS.join(', ')}`
}

const ENDPOINT = (operation: Operation): string =>
  operation === 'write the segments'
    ? 'The application may not have the segments endpoint, which is a beta for partners: ask Algolia to enable it.'
    : operation === 'send the events'
      ? 'Check the region and, if ALGOLIA_INSIGHTS_URL is set, that it is the right address.'
      : 'Check the region.'

/** What each status means, who has to act, and whether going on makes sense. Any other status is told by its class. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  400: MAPPING,
  401: {
    stops: true,
    advice: (operation) => `Check the API key and the application ID; the key needs ${aclsFor(operation)}.`
  },
  402: {
    stops: true,
    advice: 'The plan of the Algolia application does not include Advanced Personalization: ask Algolia to add it.'
  },
  403: {
    stops: true,
    advice: (operation) =>
      `Check the application ID, that the API key belongs to it and has ${aclsFor(operation)}, and that no restriction of the key keeps Segment out.`
  },
  404: {
    // That there is no such endpoint is so for every user; that there is no such user is not.
    stops: (operation, said) =>
      operation === 'send the events' || (operation === 'write the segments' && !/user|profile/i.test(said)),
    advice: ENDPOINT
  },
  405: { stops: true, advice: ENDPOINT },
  // A conflict is over as soon as the list is read again, which is what the host does with a 423, but not with a 409.
  409: {
    answered: 423,
    advice: (operation) => `Something else changed the profile at the same time. ${comeBack(operation)}`
  },
  413: {
    advice: (operation) =>
      operation === 'send the events'
        ? 'The event is too large for Algolia: send fewer products or shorter values.'
        : 'The list of segments is too large for Algolia: remove audiences that are no longer used.'
  },
  422: MAPPING,
  // The host takes "too early" for final.
  425: { answered: 503, advice: comeBack },
  501: { stops: true, advice: 'Report this to Algolia.' }
}

/** Who tries again what may pass: the host, but for a test that somebody has started by hand. */
function comeBack(operation: Operation): string {
  return operation === 'test the connection' ? 'Test it again in a minute.' : 'Segment tries again.'
}

/**
 * An answer that isn't a success. It keeps Algolia's status, by which the host tells what may pass from what is final,
 * unless the table says otherwise. `said` is the message in the answer's body, without secrets.
 */
export function answerFailure(operation: Operation, status: number, said: string): Failure {
  const { advice, answered = status }: Partial<Meaning> = STATUSES[status] ?? {}
  const todo = typeof advice === 'function' ? advice(operation) : advice
  const parts = [
    `Algolia could not ${operation} (HTTP ${status}).`,
    said && `It says "${said}".`,
    todo ?? (isRetried(status) ? comeBack(operation) : 'Report this to Algolia.')
  ]
  return {
    status: answered,
    errortype: status === 401 ? 'INVALID_AUTHENTICATION' : getErrorCodeFromHttpStatus(answered),
    message: parts.filter(Boolean).join(' ')
  }
}

/**
 * Whether, after this answer, no other call of the batch can succeed. What isn't Algolia's `own` may be another the next
 * time; but a gateway that knows no way to the endpoint knows none for the next user either.
 */
export function isFutile(operation: Operation, own: boolean, status: number, said: string): boolean {
  // Where profiles can't be listed, they can be read.
  if (operation === 'look at the written profiles') return false
  if (!own && !(operation === 'write the segments' && (status === 404 || status === 405))) return false
  const stops = STATUSES[status]?.stops ?? false
  return typeof stops === 'function' ? stops(operation, said) : stops
}

/** The application has used up its calls; `resetAt` says until when, in Unix seconds, if Algolia told it. */
export function noCallsLeft(operation: Operation, resetAt: number | undefined): Failure {
  const until = resetAt === undefined ? 'for now' : `until ${new Date(resetAt * 1000).toISOString()}`
  return {
    status: 429,
    errortype: 'TOO_MANY_REQUESTS',
    message: `Algolia allows the application no more calls ${until}. ${comeBack(operation)} If this happens often, let fewer others use the calls, or ask Algolia for more.`
  }
}

/** The host told the call to end. */
export function aborted(): Failure {
  return timedOut('Segment ended the call before the event was delivered.')
}

/** An earlier write for the same user has had no answer yet: it may still land. */
export function stillHeld(): Failure {
  return timedOut('An earlier update of this user has had no answer yet, and may still arrive.')
}

function timedOut(what: string): Failure {
  return { status: 408, errortype: 'REQUEST_TIMEOUT', message: `${what} Segment tries again.` }
}

/** The event was written, and others undid it again and again. */
export function undone(): Failure {
  return {
    status: 423,
    errortype: 'LOCKED',
    message: 'The segments were written, but another writer replaced them at the same time. Segment tries again.'
  }
}

/** Time after time so much time passed after the read that others may have written since. */
export function tooLate(): Failure {
  return {
    status: 423,
    errortype: 'LOCKED',
    message:
      'Nothing was written, as too much time had passed since the profile was read: another writer may have changed it. Segment tries again.'
  }
}

/** The event was written, and nobody could look whether it is still there: it is no failure of the event's. */
export function unseen({ message }: Failure): Failure {
  return {
    status: 503,
    isUnanswered: true,
    errortype: 'SERVICE_UNAVAILABLE',
    message: `The segments were written, but could not be looked at again. Segment tries again. ${message}`
  }
}

/** A newer event of the same user and audience or trait came between, and isn't on the profile for sure. */
export function newerFailed(): Failure {
  return {
    status: 423,
    errortype: 'LOCKED',
    message: 'A newer event of the same user, which replaces this one, was not delivered. Segment tries again.'
  }
}

/** The codes of errors after which the call can't have reached the server. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Whether a call that failed so may still be carried out. */
export function mayStillLand(error: unknown): boolean {
  return !NEVER_SENT.has(String((Object(error) as { code?: unknown }).code))
}

/** Whether the call ended because its time was up. */
export function isTimeout(error: unknown): boolean {
  const { code, name, type } = Object(error) as { code?: unknown; name?: unknown; type?: unknown }
  return code === 'ETIMEDOUT' || name === 'AbortError' || type === 'body-timeout'
}

/** There was no complete answer. Only the error's code is used: the host's errors hold the request, so the API key. */
export function transportFailure(operation: Operation, origin: string, error: unknown): Failure {
  const { code, type } = Object(error) as { code?: unknown; type?: unknown }
  if (type === 'max-size') return unexpectedAnswer(operation, 'larger than any that Algolia gives')
  if (isTimeout(error)) {
    const seconds = REQUEST_TIMEOUT_MS / 1000
    const part = type === 'body-timeout' ? 'the rest of the answer' : 'an answer'
    return {
      status: 504,
      isUnanswered: true,
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
  const region = operation === 'test the connection' ? ' Check the region.' : ''
  return {
    status: 502,
    errortype: 'BAD_GATEWAY',
    message: `Could not ${operation}: the answer is ${what}.${region} ${comeBack(operation)}`
  }
}

/** A profile whose segments nobody here understands: to write to it could destroy them. Doesn't pass by itself. */
export function unknownSegments(what = "aren't a list of objects"): Failure {
  return {
    status: 422,
    errortype: 'UNPROCESSABLE_ENTITY',
    message: `The profile has segments that ${what}. Nothing was written to it, as that could destroy them. Report this to Algolia.`
  }
}
