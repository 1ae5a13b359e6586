import type { RequestClient } from '@segment/actions-core'
import { connectionOf } from '../connection'
import { LOOK_PAGE_SIZE, MANAGED_SOURCE } from '../constants'
import type { Settings } from '../generated-types'
import { isFailure } from '../delivery/outcomes'
import type { Failure } from '../delivery/outcomes'
import type { ProfileSegment } from '../audience/profile-segments'
import { ALGOLIA_PERSONALIZATION_API_VERSION } from '../versioning-info'
import { isObject } from './answer'
import type { Answer } from './answer'
import { unexpectedAnswer, unknownSegments, WANTED } from './failures'
import type { Operation } from './failures'
import { sameElementTexts } from './json-text'
import { openCalls } from './request'
import type { Call, Written } from './request'

/** A batch looks at all that it wrote with one call; a write for each user. */
const ONE_LOOK = 1
const ONE_WRITE = 1

/** What a profile holds, as far as it matters here. */
export interface Profile {
  /** Algolia knows the user. */
  exists: boolean
  segments: ProfileSegment[]
}

/** A page of profiles that were updated lately, in the order of their user tokens. */
export interface ProfilePage {
  /** The lists of segments by user token; `undefined` where the list doesn't show any. */
  segments: Map<string, ProfileSegment[] | undefined>
  /** The last user token on it. */
  last: string | undefined
  next: string | undefined
}

/** Algolia's calls for the length of one batch. Each resolves to its result or to a failure, and never rejects. */
export interface ProfileApi {
  readProfile(userToken: string): Promise<Profile | Failure>
  /**
   * The same for an update: only where calls are left for the write that may follow, and for a look. Where it succeeded,
   * {@link writeProfileSegments} or {@link forgoWrite} must come next.
   */
  readToWrite(userToken: string): Promise<Profile | Failure>
  /** Replaces the segments of the profile, and creates the profile when there is none. @param keep calls to leave */
  writeProfileSegments(userToken: string, profileSegments: ProfileSegment[], keep: number): Promise<Written>
  /** The write isn't needed. */
  forgoWrite(): void
  /** Profiles updated after a moment, Unix milliseconds. */
  listProfiles(updatedAfter: number, pageToken: string | undefined): Promise<ProfilePage | Failure>
  /** Deletes the profile, if there is one. */
  deleteProfile(userToken: string): Promise<Written>
  /** A call that changes nothing, to see that calls are answered. */
  testConnection(): Promise<Failure | undefined>
  /** The application, among all: the origin and the application ID. */
  application: string
  /** Names this user of this application among all users of all applications. */
  globalName(userToken: string): string
  /** The server's time when the first call was answered, Unix milliseconds, if it told it. */
  startedAt(): number | undefined
}

/** Opens the API for one batch, or says why the settings allow no connection. */
export function openProfileApi(request: RequestClient, settings: Settings, signal?: AbortSignal): ProfileApi | Failure {
  const connection = connectionOf(settings)
  if (isFailure(connection)) return connection
  const application = `${connection.origin} ${connection.appId}`
  const base = `${connection.origin}/${ALGOLIA_PERSONALIZATION_API_VERSION}`
  const calls = openCalls(request, base, settings.apiKey, signal)

  const read = async (userToken: string, needs: Partial<Call> = {}): Promise<Profile | Failure> => {
    const operation = 'read the profile'
    const answer = await calls.send({ operation, path: profilePath(userToken), ...needs })
    return isFailure(answer) ? answer : profileIn(operation, answer, userToken)
  }

  return {
    readProfile: (userToken) => read(userToken),
    readToWrite: (userToken) => read(userToken, { promises: ONE_WRITE, keep: ONE_LOOK }),
    forgoWrite: () => calls.forgo(),

    /**
     * An assumption, as Algolia has published no call that writes segments: a read gives `segments: [{ id, source }]`,
     * and partners are told to send the updated list back whole. Should the call turn out otherwise, change it here.
     */
    async writeProfileSegments(userToken, profileSegments, keep) {
      // What isn't UTF-8 was replaced when the answer was decoded: to write it back would change it for good.
      if (profileSegments.some(({ source, json }) => source !== MANAGED_SOURCE && json.includes('\uFFFD'))) {
        return { answer: unknownSegments("hold characters that can't be read (not UTF-8)"), fate: Promise.resolve() }
      }
      return calls.write({
        operation: 'write the segments',
        path: `${profilePath(userToken)}/segments`,
        method: 'put',
        headers: { 'Content-Type': 'application/json' },
        body: `{"segments":[${profileSegments.map(({ json }) => json).join(',')}]}`,
        keep,
        promises: ONE_WRITE
      })
    },

    async listProfiles(updatedAfter, pageToken) {
      const operation = 'look at the written profiles'
      const startDate = new Date(updatedAfter).toISOString()
      const searchParams = { startDate, limit: LOOK_PAGE_SIZE, ...(pageToken && { nextPageToken: pageToken }) }
      const answer = await calls.send({ operation, path: '/users', searchParams })
      return isFailure(answer) ? answer : pageIn(operation, answer)
    },

    async deleteProfile(userToken) {
      const operation = 'delete the profile'
      const written = await calls.write({ operation, path: profilePath(userToken), method: 'delete' })
      if (isFailure(written.answer) || written.answer.kind !== 'empty') return written
      // Whoever it was that said nothing: the profile is gone when Algolia says so.
      const read = await calls.send({ operation: 'read the profile', path: profilePath(userToken) })
      const isGone = isFailure(read) || read.kind === 'missing'
      return {
        ...written,
        answer: isGone ? read : unexpectedAnswer(operation, 'empty, and the profile is still there')
      }
    },

    async testConnection() {
      const operation = 'test the connection'
      const answer = await calls.send({ operation, path: '/users', searchParams: { limit: 1 } })
      if (isFailure(answer)) return answer
      return usersIn(answer) ? undefined : unexpectedAnswer(operation, `not ${WANTED[operation]}`)
    },

    application,
    globalName: (userToken) => `${application} ${userToken}`,
    startedAt: () => calls.startedAt
  }
}

/** `/`, `+` and `=` may stand in a user token, so it is encoded. */
function profilePath(userToken: string): string {
  return `/users/${encodeURIComponent(userToken)}`
}

function profileIn(operation: Operation, answer: Answer, userToken: string): Profile | Failure {
  if (answer.kind === 'missing') return { exists: false, segments: [] }
  if (answer.kind === 'empty') return unexpectedAnswer(operation, `not ${WANTED[operation]}`)
  const { body, text } = answer
  if (body.userID !== userToken) return unexpectedAnswer(operation, "not this user's profile")
  const { segments } = body
  if (segments === undefined || segments === null) return { exists: true, segments: [] }
  if (!Array.isArray(segments) || !segments.every(isObject)) return unknownSegments()
  const texts = sameElementTexts(text, 'segments', segments)
  if (!texts) return unknownSegments('are read in two ways')
  return { exists: true, segments: segments.map(({ id, source }, index) => ({ id, source, json: texts[index] ?? '' })) }
}

function usersIn(answer: Answer): unknown[] | undefined {
  return answer.kind === 'object' && Array.isArray(answer.body.users) ? answer.body.users : undefined
}

function pageIn(operation: Operation, answer: Answer): ProfilePage | Failure {
  const users = usersIn(answer)
  if (!users) return unexpectedAnswer(operation, `not ${WANTED[operation]}`)
  const segments: ProfilePage['segments'] = new Map()
  let last: string | undefined
  for (const user of users) {
    if (!isObject(user) || typeof user.userID !== 'string') continue
    last = user.userID
    const list = Array.isArray(user.segments) ? user.segments.filter(isObject) : undefined
    // These go nowhere, so their text isn't needed.
    segments.set(
      last,
      list?.map(({ id, source }) => ({ id, source, json: '' }))
    )
  }
  const next = answer.kind === 'object' ? answer.body.nextPageToken : undefined
  return { segments, last, next: typeof next === 'string' && next !== '' ? next : undefined }
}
