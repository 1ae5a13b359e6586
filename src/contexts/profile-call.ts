import { isAlgoliasError, textOfAnswer } from '../algolia/api/answer-text'
import { PERSONALIZATION } from '../algolia/api/apis'
import {
  connectionFailure,
  failureOf,
  type FailureTable,
  type Meaning,
  NOT_UNDERSTOOD,
  unreadableAnswer
} from '../algolia/api/failures'
import { limitHeaders } from '../algolia/api/limit-headers'
import type { LimitHeaders } from '../algolia/api/rate-limit'
import { NoAnswer, type Transport } from '../algolia/api/transport'

/** What came of asking Algolia for a profile. */
export interface Asked {
  /** The profile as it came; `null` where Algolia says that there is none; undefined where the answer tells nothing. */
  readonly profile: object | null | undefined
  /** What the answer said of the limit. */
  readonly limits: LimitHeaders
  /** Why it tells nothing: what happened, and what to do. Never holds the API key. */
  readonly problem?: Problem
}

export interface Problem {
  /** Whose fault it is: the profile's, or that of whatever stands between here and any profile. */
  readonly concerns: 'this profile' | 'all'
  readonly status?: number
  readonly message: string
}

/**
 * Asks for one profile, once: a search doesn't wait for retries.
 * @throws whatever isn't a failure of the call but a mistake in this program
 */
export async function askForProfile(
  transport: Transport,
  apiKey: string,
  userToken: string,
  signal: AbortSignal
): Promise<Asked> {
  try {
    const answer = await transport.send(`/2/users/${encodeURIComponent(userToken)}`, signal)
    // The answer of a failing server may be that of a proxy, which has limits of its own.
    const limits = answer.status < 500 ? limitHeaders(answer) : {}
    const text = answer.body().toString('utf8')
    return { ...verdictOn(answer.status, text, userToken, apiKey), limits }
  } catch (thrown) {
    if (!signal.aborted && !(thrown instanceof NoAnswer)) throw thrown
    const reason = thrown instanceof NoAnswer ? thrown.message : 'it took too long'
    const { error } = connectionFailure(transport.host, reason, LATER)
    return { profile: undefined, limits: {}, problem: { concerns: 'all', message: error.message } }
  }
}

/** A look-up isn't run again by anybody: the next search asks once more. */
const LATER = 'It is asked again later'

const USER_TOKEN_REFUSED: Meaning = {
  verdict: 'give up',
  kind: 'config',
  say: ({ status, detail }) => `Algolia refused a user token (${status}: ${detail}).`
}

/** What statuses mean for one profile; all others mean what they mean for the API. A 404 of Algolia's own is no failure. */
const FAILURES: FailureTable = { 400: USER_TOKEN_REFUSED, 404: NOT_UNDERSTOOD, 422: USER_TOKEN_REFUSED }

/** An answer is Algolia's or it is nothing: what a proxy or a load balancer makes up is no word on a profile. */
function verdictOn(status: number, text: string, userToken: string, apiKey: string): Omit<Asked, 'limits'> {
  const body = objectIn(text)
  if (status === 200 && body?.userID === userToken) return { profile: body }
  if (status === 404 && isAlgoliasError(text, status)) return { profile: null }
  const detail = textOfAnswer(text, apiKey).replaceAll(userToken, '(the user token)')
  const isAlgolias = isAlgoliasError(text, status)
  const { error } =
    status === 200
      ? unreadableAnswer('the profile of this user', body ? 'it holds no such user' : 'it is not JSON', detail, LATER)
      : failureOf({ api: PERSONALIZATION, status, detail, isAlgolias, later: LATER }, FAILURES)
  const concerns = FAILURES[status] === USER_TOKEN_REFUSED ? 'this profile' : 'all'
  return { profile: undefined, problem: { concerns, status, message: error.message } }
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
