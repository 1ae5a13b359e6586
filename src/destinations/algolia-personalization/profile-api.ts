import type { ModifiedResponse, RequestClient, RequestOptions } from '@segment/actions-core'
import { connectionOf } from './connection'
import { REQUEST_TIMEOUT_MS } from './constants'
import { aborted, answerFailure, noCallsLeft, transportFailure, unknownShape, unreadable } from './failures'
import type { Operation } from './failures'
import type { Settings } from './generated-types'
import { isFailure } from './outcomes'
import type { Failure } from './outcomes'
import type { ProfileSegment } from './profile-segments'
import { ALGOLIA_PERSONALIZATION_API_VERSION } from './versioning-info'

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
 * Once the host's signal aborts, or an answer says that no further call can succeed (401, 402, no calls left), nothing
 * more is sent: each call then resolves to the failure that says why. What is under way goes on to its end.
 */
export function openProfileApi(request: RequestClient, settings: Settings, signal?: AbortSignal): ProfileApi | Failure {
  const connection = connectionOf(settings)
  if (isFailure(connection)) return connection
  const { origin } = connection
  let stopped: Failure | undefined

  /** Sends one call and learns from its answer. Answers other than a success, or a 404 that `absent` allows, are failures. */
  async function send(
    operation: Operation,
    path: string,
    { absent = false, ...options }: RequestOptions & { absent?: boolean } = {}
  ): Promise<ModifiedResponse | Failure> {
    if (signal?.aborted) return aborted()
    if (stopped) return stopped
    let response: ModifiedResponse
    try {
      response = await request(`${origin}/${ALGOLIA_PERSONALIZATION_API_VERSION}${path}`, { ...TRANSPORT, ...options })
    } catch (error) {
      return signal?.aborted ? aborted() : transportFailure(operation, origin, error)
    }
    const succeeded = response.ok || (absent && response.status === 404)
    const failure = succeeded ? undefined : failureOf(operation, response, settings.apiKey)
    if (failure && FUTILE.has(failure.status)) stopped ??= failure
    else if (wholeNumber(response, 'x-ratelimit-remaining') === 0) stopped ??= noCallsLeft(resetTime(response))
    return failure ?? response
  }

  return {
    async readProfileSegments(userToken) {
      const answer = await send('read the profile', profilePath(userToken), { absent: true })
      if (isFailure(answer)) return answer
      return answer.status === 404 ? [] : profileSegmentsIn(answer.data, userToken)
    },

    /**
     * An assumption: Algolia has published no call that writes segments. The read gives `segments: [{ id, source }]`,
     * and partners are told that the updated list is sent back whole. Should Algolia do it differently, change this.
     */
    async writeProfileSegments(userToken, profileSegments) {
      const path = `${profilePath(userToken)}/segments`
      const answer = await send('write the segments', path, { method: 'put', json: { segments: profileSegments } })
      return isFailure(answer) ? answer : undefined
    },

    async deleteProfile(userToken) {
      const answer = await send('delete the profile', profilePath(userToken), { method: 'delete', absent: true })
      return isFailure(answer) ? answer : undefined
    },

    async testConnection() {
      const answer = await send('test the connection', '/users', { searchParams: { limit: 1 } })
      return isFailure(answer) ? answer : undefined
    },

    globalName: (userToken) => [origin, connection.appId, userToken].join(' ')
  }
}

/** How each call is made. */
const TRANSPORT: RequestOptions = {
  // The host's client would throw an error that holds the request, so the API key.
  throwHttpErrors: false,
  // The host's client has no timeout when the host passes a signal.
  timeout: REQUEST_TIMEOUT_MS,
  // The host's client hangs on larger bodies when it clones them.
  skipResponseCloning: true,
  // Following a redirect would hand the API key to whoever it leads to.
  redirect: 'manual'
}

/** Statuses after which no other call of the batch can succeed. */
const FUTILE = new Set([401, 402, 429])

/** `/`, `+` and `=` may stand in a user token, so it is encoded. */
function profilePath(userToken: string): string {
  return `/users/${encodeURIComponent(userToken)}`
}

function profileSegmentsIn(profile: unknown, userToken: string): ProfileSegment[] | Failure {
  if (!isObject(profile)) return unreadable('read the profile', "it isn't a profile")
  if (profile.userID !== userToken) return unreadable('read the profile', "it isn't the profile of this user")
  const { segments = [] } = profile
  return Array.isArray(segments) && segments.every(isObject) ? segments : unknownShape(userToken)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function failureOf(operation: Operation, response: ModifiedResponse, secret: string): Failure {
  // The published description shows 421 for too many requests.
  if (response.status === 429 || response.status === 421) return noCallsLeft(resetTime(response))
  const said = isObject(response.data) && typeof response.data.message === 'string' ? response.data.message : ''
  return answerFailure(operation, response.status, said.split(secret).join('[API key]').slice(0, 200))
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
