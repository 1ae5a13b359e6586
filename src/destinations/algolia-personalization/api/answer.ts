import type { ModifiedResponse } from '@segment/actions-core'
import { answerFailure, noCallsLeft, unexpectedAnswer, WANTED } from './failures'
import type { Operation } from './failures'
import type { Failure } from '../delivery/outcomes'
import { excerpt } from '../delivery/user-tokens'

/** What Algolia itself said: something, nothing with a success, or that there is no such profile. */
export type Answer =
  { kind: 'object'; body: Record<string, unknown>; text: string } | { kind: 'empty' } | { kind: 'missing' }

/** What an answer is. */
export interface Verdict {
  /** It is Algolia's, not that of a gateway, proxy or load balancer on the way. */
  own: boolean
  answer: Answer | Failure
  /** The message in it, without secrets. */
  said: string
}

/** What a message must not hold whole. */
export interface Concealed {
  apiKey: string
  userToken?: string | undefined
}

/** The answers that say that there is no such profile, where that is a result and not a failure. */
const STANDS_FOR_MISSING = new Set<Operation>(['read the profile', 'delete the profile'])

/** What a stranger's answer keeps its status for: it is retried all the same. All others become a 502, which is, too. */
const KEPT_FROM_STRANGERS = new Set([408, 421, 423, 425, 429])

/**
 * The one place that decides what an answer is. Algolia answers with a JSON object whose `status`, if it has one, is that
 * of the answer, or with nothing. Whatever else comes was made up on the way: it confirms nothing, and the host tries again.
 *
 * The content type says nothing: an answer is JSON if it parses as JSON, with or without a byte order mark.
 */
export function judge(operation: Operation, response: ModifiedResponse, { apiKey, userToken }: Concealed): Verdict {
  const { status } = response
  const text = (response.content ?? '').replace(/^\uFEFF/, '')
  const isEmpty = text.trim() === ''
  const body = objectIn(text)
  const agrees = body !== undefined && !contradicts(body.status, status)
  const said = typeof body?.message === 'string' ? quoted(body.message, apiKey, userToken) : ''

  if (status >= 200 && status < 300) {
    if (agrees) return { own: true, answer: { kind: 'object', body, text }, said }
    // Whether an empty answer means success depends on what was asked: the caller decides.
    if (isEmpty) return { own: true, answer: { kind: 'empty' }, said }
    const status = body && quoted(JSON.stringify(body.status), apiKey, userToken)
    const what = status ? `a success that says ${status}` : `not ${WANTED[operation]}`
    return { own: false, answer: unexpectedAnswer(operation, what), said }
  }
  if (status < 400) return { own: false, answer: unexpectedAnswer(operation, `a redirect (HTTP ${status})`), said }
  if (status === 404 && STANDS_FOR_MISSING.has(operation) && Number(body?.status) === 404) {
    return { own: true, answer: { kind: 'missing' }, said }
  }
  // Insights answers a 400 with a page; and whoever says that a request of events is too large, smaller ones get through.
  const isPage = operation === 'send the events' && (status === 400 || status === 413)
  // A gateway that has handed the call on and heard nothing may say nothing, too.
  const isOwnSilence = isEmpty && status < 500
  const own = status === 404 ? Number(body?.status) === 404 : agrees || isOwnSilence || isPage
  if (status === 429 || status === 421) return { own, answer: noCallsLeft(operation, resetTime(response)), said }
  if (own || status >= 500 || KEPT_FROM_STRANGERS.has(status)) {
    return { own, answer: answerFailure(operation, status, own ? said : ''), said }
  }
  return { own, answer: unexpectedAnswer(operation, `an HTTP ${status} that isn't Algolia's`), said }
}

/** Whether the `status` in a body says something else than the answer's. */
function contradicts(said: unknown, status: number): boolean {
  if (said === undefined || said === null) return false
  if (typeof said === 'string' && !/^\d+$/.test(said)) return /error|fail/i.test(said) === status < 300
  return status < 300 ? !(Number(said) >= 200 && Number(said) < 300) : Number(said) !== status
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a value of parsed JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An answer may quote the API key, which is struck out, and the user token, of which only the beginning is left. */
function quoted(said: string, apiKey: string, userToken: string | undefined): string {
  let message = said.split(apiKey).join('[API key]')
  // Shorter ones stand in many words.
  if (userToken !== undefined && userToken.length > 3) {
    for (const form of [userToken, encodeURIComponent(userToken)])
      message = message.split(form).join(excerpt(userToken))
  }
  return message.slice(0, 200)
}

/** When the next minute of calls begins, in Unix seconds, if the answer tells it and it is a time of this century. */
export function resetTime(response: ModifiedResponse): number | undefined {
  const seconds = wholeNumber(response, 'x-ratelimit-reset')
  return seconds !== undefined && seconds > Date.UTC(2000) / 1000 && seconds < Date.UTC(2100) / 1000
    ? seconds
    : undefined
}

/** The server's time, Unix milliseconds, if the answer tells it. */
export function serverTimeOf(response: ModifiedResponse): number | undefined {
  const date = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(date) ? undefined : date
}

/** A header that holds a whole number. */
export function wholeNumber(response: ModifiedResponse, header: string): number | undefined {
  const value = response.headers.get(header)
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined
}
