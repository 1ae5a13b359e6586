import { textOfAnswer } from '../algolia/api/answer-text'
import { limitHeaders } from '../algolia/api/limit-headers'
import type { LimitHeaders } from '../algolia/api/rate-limit'
import { type Answer, NoAnswer, type Transport } from '../algolia/api/transport'

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
  let answer: Answer
  try {
    answer = await transport.send(`/2/users/${encodeURIComponent(userToken)}`, signal)
    // The answer of a failing server may be that of a proxy, which has limits of its own.
    const limits = answer.status < 500 ? limitHeaders(answer) : {}
    const text = answer.body().toString('utf8')
    return { ...verdictOn(answer.status, text, userToken, apiKey), limits }
  } catch (thrown) {
    if (!signal.aborted && !(thrown instanceof NoAnswer)) throw thrown
    const reason = thrown instanceof NoAnswer ? thrown.message : 'it took too long'
    const message = `${transport.host} could not be reached or stopped answering (${reason}). Check the network and the region.`
    return { profile: undefined, limits: {}, problem: { concerns: 'all', message } }
  }
}

/** An answer is Algolia's or it is nothing: what a proxy or a load balancer makes up is no word on a profile. */
function verdictOn(status: number, text: string, userToken: string, apiKey: string): Omit<Asked, 'limits'> {
  const body = objectIn(text)
  if (status === 200 && body?.userID === userToken) return { profile: body }
  if (status === 404 && body?.status === 404) return { profile: null }
  const says = textOfAnswer(text, apiKey).replaceAll(userToken, '(the user token)')
  const problem = (concerns: Problem['concerns'], message: string): Omit<Asked, 'limits'> => ({
    profile: undefined,
    problem: { concerns, status, message }
  })
  switch (status) {
    case 200:
    case 404:
      return problem(
        'all',
        `An answer (${status}) is not Algolia's: ${says}. Check the region and what stands between.`
      )
    case 401:
    case 403:
      return problem(
        'all',
        `Algolia refused the credentials (${status}). Check that the API key belongs to this application ID, that it has the ACLs search, browse and recommendation, and that the region matches the application.`
      )
    case 402:
      return problem(
        'all',
        'The plan of this Algolia application does not include Advanced Personalization (402). Ask Algolia to enable it.'
      )
    case 421:
    case 429:
      return problem('all', `Algolia allows no more calls for now (${status}): those of this application are used up.`)
    case 400:
    case 422:
      return problem('this profile', `Algolia refused a user token (${status}: ${says}).`)
    default:
      return problem('all', `Algolia failed to answer (${status}: ${says}). It is asked again later.`)
  }
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
