import { type ErrorKind, PackageError } from '../../errors'
import { listed } from '../../report/words'
import type { Api } from './apis'

/** An answer that is not what was asked for, or none. */
export class AlgoliaError extends PackageError {
  override readonly name = 'AlgoliaError'

  constructor(
    message: string,
    kind: ErrorKind,
    internalMessage: string,
    /** The answer's status; absent when there was no answer, or it said 200 and wasn't understood. */
    readonly status?: number,
    /** Whether Algolia itself said so, and not something on the way: its errors are JSON and repeat their status. */
    readonly isAlgolias = false
  ) {
    super(message, kind, internalMessage)
  }
}

/**
 * What to do about a failed call.
 * - `retry`: it may pass by itself; try again after a pause.
 * - `wait`: no calls are left; try again when Algolia allows calls again.
 * - `give up`: it won't pass by itself.
 */
export type Verdict = 'retry' | 'wait' | 'give up'

/** What a failure's words are made of. */
export interface FailedCall {
  readonly api: Api
  readonly status: number
  /** What the answer says. */
  readonly detail: string
  readonly isAlgolias: boolean
  /** What becomes of a call that may pass: a sentence without its end, such as "Run again later: the state is kept". */
  readonly later: string
}

/** What a status means: what to do about it, who acts when that doesn't help, and what to say then. */
export interface Meaning {
  readonly verdict: Verdict
  readonly kind: ErrorKind
  readonly say: (call: FailedCall) => string
}

/** Status → what it means. */
export type FailureTable = Readonly<Record<number, Meaning>>

/** A failed call: what to do about it, and the error to end with when that doesn't help. */
export interface Failure {
  readonly verdict: Verdict
  readonly error: AlgoliaError
}

const KEY_REFUSED: Meaning = {
  verdict: 'give up',
  kind: 'config',
  // Which of an application ID, a key or an ACL it is, Algolia's own words tell best.
  say: ({ api, status, detail, isAlgolias }) =>
    `Algolia refused the credentials (${status})${isAlgolias ? `: "${detail.replace(/\.$/, '')}"` : ''}. Check that the API key belongs to this application ID, that it has the ${api.acls.length > 1 ? 'ACLs' : 'ACL'} ${listed(api.acls, 'and')}, and that the region matches the application.`
}

const NO_CALLS_LEFT: Meaning = {
  verdict: 'wait',
  kind: 'transient',
  say: ({ api, status, later }) =>
    `Algolia allows no more calls for now (${status}): the ${api.callsPerMinute} calls a minute of this application are used up. ${later}. If it happens often, let fewer things use the API at the same time.`
}

const REQUEST_REFUSED: Meaning = {
  verdict: 'give up',
  kind: 'config',
  say: ({ status, detail }) => `Algolia refused the request (${status}: ${detail}). Check the configuration.`
}

const SERVER_FAILED: Meaning = {
  verdict: 'retry',
  kind: 'transient',
  say: ({ status, later }) => `Algolia failed to answer (${status}). ${later}.`
}

/** What doesn't come from Algolia, as far as can be told. */
export const NOT_UNDERSTOOD: Meaning = {
  verdict: 'give up',
  kind: 'config',
  say: ({ api, status, detail }) =>
    `Algolia gave an answer that is not understood (${status}: ${detail}). Check the region and, if ${api.originVariable} is set, that it names the right server.`
}

/** The table of failures. Facts: Algolia's API descriptions, and `402` and `421` of its error table. */
const FAILURES: FailureTable = {
  400: REQUEST_REFUSED,
  401: KEY_REFUSED,
  402: {
    verdict: 'give up',
    kind: 'config',
    say: ({ api }) =>
      `The plan of this Algolia application does not include ${api.product} (402). Ask Algolia to enable it, or use another application.`
  },
  403: KEY_REFUSED,
  404: REQUEST_REFUSED,
  408: {
    verdict: 'retry',
    kind: 'transient',
    say: ({ later }) => `Algolia gave up waiting for a request (408). ${later}.`
  },
  410: REQUEST_REFUSED,
  421: NO_CALLS_LEFT,
  422: REQUEST_REFUSED,
  429: NO_CALLS_LEFT,
  501: NOT_UNDERSTOOD
}

/** @param table what statuses mean for this request, where that differs from what they mean for the API */
export function failureOf(call: FailedCall, table: FailureTable = {}): Failure {
  const { api, status, detail, isAlgolias } = call
  const { verdict, kind, say } =
    table[status] ?? api.failures?.[status] ?? FAILURES[status] ?? (status >= 500 ? SERVER_FAILED : NOT_UNDERSTOOD)
  return { verdict, error: new AlgoliaError(say(call), kind, `HTTP ${status}: ${detail}`, status, isAlgolias) }
}

/** A connection that couldn't be made, broke, or stayed silent. */
export function connectionFailure(host: string, reason: string, later: string): Failure {
  const message = `${host} could not be reached or stopped answering (${reason}). Check the network and the region. ${later}.`
  return { verdict: 'retry', error: new AlgoliaError(message, 'transient', reason) }
}

/**
 * A body that isn't what was asked for. Never to be taken for an empty one.
 * @param what what it should have been
 * @param text what it says instead
 */
export function unreadableAnswer(what: string, reason: string, text: string, later: string): Failure {
  const message = `Algolia's answer is not ${what} (${reason}). Nothing was taken from it. ${later}.`
  return { verdict: 'retry', error: new AlgoliaError(message, 'transient', `${reason}: ${text}`) }
}
