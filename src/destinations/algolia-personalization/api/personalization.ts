import type { ModifiedResponse, RequestClient, RequestOptions } from '@segment/actions-core'
import { connectionOf } from '../connection'
import { MAX_UNANSWERED_CALLS, REQUEST_TIMEOUT_MS } from '../constants'
import { aborted, answerFailure, noCallsLeft, transportFailure, unexpectedAnswer, unknownSegments } from './failures'
import type { Operation } from './failures'
import type { Settings } from '../generated-types'
import { elementTexts } from './json-text'
import { isFailure } from '../delivery/outcomes'
import type { Failure } from '../delivery/outcomes'
import type { ProfileSegment } from '../audience/profile-segments'
import { ALGOLIA_PERSONALIZATION_API_VERSION } from '../versioning-info'

/** Algolia's calls for the length of one batch. Each resolves to its result or to a failure, and never rejects. */
export interface ProfileApi {
  /** The segments of the profile: an empty list when there is no profile, or it has none. */
  readProfileSegments(userToken: string): Promise<ProfileSegment[] | Failure>
  /** Replaces the segments of the profile, and creates the profile when there is none. */
  writeProfileSegments(userToken: string, profileSegments: ProfileSegment[]): Promise<Failure | undefined>
  /** Deletes the profile, if there is one. */
  deleteProfile(userToken: string): Promise<Failure | undefined>
  /** A call that changes nothing, to see that calls are answered. */
  testConnection(): Promise<Failure | undefined>
  /** Names this user of this application among all users of all applications. */
  globalName(userToken: string): string
}

/**
 * Opens the API for one batch, or says why the settings allow no connection.
 *
 * Once the host's signal aborts, or an answer says that no further call can succeed (the credentials, the plan, no calls
 * left), or one call after the other stays without an answer, nothing more is sent: each call then resolves to the
 * failure that says why. What is under way goes on to its end.
 */
export function openProfileApi(request: RequestClient, settings: Settings, signal?: AbortSignal): ProfileApi | Failure {
  const connection = connectionOf(settings)
  if (isFailure(connection)) return connection
  const { origin } = connection
  let stopped: Failure | undefined
  let unanswered = 0

  /**
   * Sends one call and learns from its answer. Answers other than a success, or a profile that is missing where that
   * is an answer, are failures.
   */
  async function send(
    operation: Operation,
    path: string,
    options: RequestOptions = {}
  ): Promise<ModifiedResponse | Failure> {
    if (signal?.aborted) return aborted()
    if (stopped) return stopped
    let response: ModifiedResponse
    try {
      response = await request(`${origin}/${ALGOLIA_PERSONALIZATION_API_VERSION}${path}`, {
        ...options,
        // The host's client would throw an error that holds the request, so the API key.
        throwHttpErrors: false,
        // The host's client has no timeout when the host passes a signal.
        timeout: REQUEST_TIMEOUT_MS,
        // The host's client hangs on larger bodies when it clones them.
        skipResponseCloning: true,
        // Following a redirect would hand the API key to whoever it leads to.
        redirect: 'manual'
      })
    } catch (error) {
      if (signal?.aborted) return aborted()
      const failure = transportFailure(operation, origin, error)
      unanswered += 1
      if (unanswered >= MAX_UNANSWERED_CALLS) stopped ??= failure
      return failure
    }
    unanswered = 0
    const succeeded = response.ok || (STANDS_FOR_MISSING.has(operation) && saysMissing(response))
    const failure = succeeded ? undefined : failureOf(operation, response, settings.apiKey)
    if (failure && FUTILE.has(failure.status)) stopped ??= failure
    else if (wholeNumber(response, 'x-ratelimit-remaining') === 0)
      stopped ??= noCallsLeft(operation, resetTime(response))
    return failure ?? response
  }

  return {
    async readProfileSegments(userToken) {
      const answer = await send('read the profile', profilePath(userToken))
      if (isFailure(answer)) return answer
      return answer.status === 404 ? [] : profileSegmentsIn(answer, userToken)
    },

    /**
     * An assumption, as Algolia has published no call that writes segments: a read gives `segments: [{ id, source }]`,
     * and partners are told to send the updated list back whole. Should the call turn out otherwise, change it here.
     */
    async writeProfileSegments(userToken, profileSegments) {
      const answer = await send('write the segments', `${profilePath(userToken)}/segments`, {
        method: 'put',
        headers: { 'Content-Type': 'application/json' },
        body: `{"segments":[${profileSegments.map(({ json }) => json).join(',')}]}`
      })
      return isFailure(answer) ? answer : undefined
    },

    async deleteProfile(userToken) {
      const answer = await send('delete the profile', profilePath(userToken), { method: 'delete' })
      return isFailure(answer) ? answer : undefined
    },

    async testConnection() {
      const answer = await send('test the connection', '/users', { searchParams: { limit: 1 } })
      return isFailure(answer) ? answer : undefined
    },

    globalName: (userToken) => [origin, connection.appId, userToken].join(' ')
  }
}

/** Statuses after which no other call of the batch can succeed. */
const FUTILE = new Set([401, 402, 403, 405, 429, 501])

/** What a 404 of Algolia's answers by saying that there is no such profile. */
const STANDS_FOR_MISSING = new Set<Operation>(['read the profile', 'delete the profile'])

/**
 * Whether Algolia says that there is no such profile. A 404 with a text that isn't JSON comes from somebody on the way,
 * such as a load balancer that knows no server: taken for a missing profile, it would have the profile's list replaced.
 */
function saysMissing({ status, data, content }: ModifiedResponse): boolean {
  return status === 404 && (isObject(data) || !content)
}

/** `/`, `+` and `=` may stand in a user token, so it is encoded. */
function profilePath(userToken: string): string {
  return `/users/${encodeURIComponent(userToken)}`
}

function profileSegmentsIn({ data, content }: ModifiedResponse, userToken: string): ProfileSegment[] | Failure {
  if (!isObject(data)) return unexpectedAnswer('read the profile', 'not a profile')
  if (data.userID !== userToken) return unexpectedAnswer('read the profile', "not this user's profile")
  if (data.segments === undefined) return []
  if (!Array.isArray(data.segments) || !data.segments.every(isObject)) return unknownSegments()
  return elementTexts(content, 'segments').map((json) => {
    const { id, source } = JSON.parse(json) as Record<string, unknown>
    return { id, source, json }
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An answer that isn't a success, as a failure. Algolia may quote the API key, so it is struck out. */
function failureOf(operation: Operation, response: ModifiedResponse, apiKey: string): Failure {
  const { status, data } = response
  // The published description shows 421, too, for too many requests.
  if (status === 429 || status === 421) return noCallsLeft(operation, resetTime(response))
  if (status < 400) return unexpectedAnswer(operation, `a redirect (HTTP ${status})`)
  if (status === 404 && STANDS_FOR_MISSING.has(operation) && !saysMissing(response)) {
    return unexpectedAnswer(operation, "a 404 that isn't Algolia's")
  }
  const said = isObject(data) && typeof data.message === 'string' ? data.message : ''
  return answerFailure(operation, status, said.split(apiKey).join('[API key]').slice(0, 200))
}

/** When the next minute of calls begins, in Unix seconds, if the answer tells it and it is a time of this century. */
function resetTime(response: ModifiedResponse): number | undefined {
  const seconds = wholeNumber(response, 'x-ratelimit-reset')
  return seconds !== undefined && seconds > Date.UTC(2000) / 1000 && seconds < Date.UTC(2100) / 1000
    ? seconds
    : undefined
}

function wholeNumber(response: ModifiedResponse, header: string): number | undefined {
  const value = response.headers.get(header)
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined
}
