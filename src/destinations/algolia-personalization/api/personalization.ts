import type { RequestClient } from '@segment/actions-core'
import { connectionOf } from '../connection'
import { LOOK_PAGE_SIZE, MANAGED_SOURCE } from '../constants'
import type { Settings } from '../generated-types'
import { isFailure } from '../delivery/outcomes'
import type { Failure } from '../delivery/outcomes'
import type { ProfileSegment } from '../audience/profile-segments'
import { ALGOLIA_PERSONALIZATION_API_VERSION } from '../versioning-info'
import { budgetOf } from './budget'
import { isObject } from './answer'
import type { Answer } from './answer'
import { unexpectedAnswer, unknownSegments, WANTED } from './failures'
import type { Operation } from './failures'
import { sameElementTexts } from './json-text'
import { openCalls } from './request'
import type { Answered, Call, Written } from './request'

/** For each read. */
const ONE_WRITE = 1

/** What a profile holds, as far as it matters here. */
export interface Profile {
  /** Algolia knows the user. */
  exists: boolean
  segments: ProfileSegment[]
  /** When the read was sent, see `monotonic`. */
  sentAt: number
  /** When the profile was last changed, in Algolia's words; another text after each write. */
  updatedAt?: unknown
  /** How long before the read the profile had last been changed, milliseconds by the server's clock, if that is known. */
  quietFor: number | undefined
}

/** A page of profiles that were updated lately, in the order of their user tokens. */
export interface ProfilePage {
  /** The lists of segments by user token; `undefined` where the list doesn't show any. */
  segments: Map<string, ProfileSegment[] | undefined>
  next: string | undefined
  /** When the call was sent, see `monotonic`. */
  sentAt: number
}

/** Algolia's calls for the length of one batch. Each resolves to its result or to a failure, and never rejects. */
export interface ProfileApi {
  readProfile(userToken: string): Promise<Profile | Failure>
  /**
   * The same for an update: only where calls are left for the write that may follow, and for looks. Where it succeeded,
   * {@link writeProfileSegments} or {@link forgoWrite} must come next.
   */
  readToWrite(userToken: string): Promise<Profile | Failure>
  /**
   * Replaces the segments of the profile, and creates the profile when there is none.
   * @param keep calls to leave
   * @param notAfter the moment after which the list is too old to be sent
   */
  writeProfileSegments(
    userToken: string,
    profileSegments: ProfileSegment[],
    limits: { keep: number; notAfter: number }
  ): Promise<Written>
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
  /** No call can succeed any more. */
  isStopped(): boolean
}

/** Opens the API for one batch, or says why the settings allow no connection. */
export function openProfileApi(request: RequestClient, settings: Settings, signal?: AbortSignal): ProfileApi | Failure {
  const connection = connectionOf(settings)
  if (isFailure(connection)) return connection
  const application = `${connection.origin} ${connection.appId}`
  const base = `${connection.origin}/${ALGOLIA_PERSONALIZATION_API_VERSION}`
  const budget = budgetOf(application)
  const calls = openCalls(request, base, settings.apiKey, { signal, budget })

  const read = async (userToken: string, needs: Partial<Call> = {}): Promise<Profile | Failure> => {
    const operation = 'read the profile'
    const answer = await calls.send({ operation, path: profilePath(userToken), userToken, ...needs })
    if (isFailure(answer)) return answer
    const profile = profileIn(operation, answer, userToken)
    if (isFailure(profile) && needs.promises) calls.forgo()
    return profile
  }

  return {
    readProfile: (userToken) => read(userToken),
    readToWrite: (userToken) => read(userToken, { promises: ONE_WRITE, keep: budget.reserve }),
    forgoWrite: () => calls.forgo(),

    /**
     * An assumption, as Algolia has published no call that writes segments: a read gives `segments: [{ id, source }]`,
     * and partners are told to send the updated list back whole. Should the call turn out otherwise, change it here.
     */
    async writeProfileSegments(userToken, profileSegments, limits) {
      // What isn't UTF-8 was replaced when the answer was decoded: to write it back would change it for good.
      if (profileSegments.some(({ source, json }) => source !== MANAGED_SOURCE && json.includes('\uFFFD'))) {
        calls.forgo()
        return { answer: unknownSegments("hold characters that can't be read (not UTF-8)"), fate: Promise.resolve() }
      }
      return calls.write({
        operation: 'write the segments',
        path: `${profilePath(userToken)}/segments`,
        userToken,
        method: 'put',
        headers: { 'Content-Type': 'application/json' },
        body: `{"segments":[${profileSegments.map(({ json }) => json).join(',')}]}`,
        promises: ONE_WRITE,
        ...limits
      })
    },

    async listProfiles(updatedAfter, pageToken) {
      const operation = 'look at the written profiles'
      const startDate = new Date(updatedAfter).toISOString()
      const searchParams = { startDate, limit: LOOK_PAGE_SIZE, ...(pageToken && { nextPageToken: pageToken }) }
      const answer = await calls.send({ operation, path: '/users', searchParams })
      budget.looked(isFailure(answer) && answer.status === 429)
      return isFailure(answer) ? answer : pageIn(operation, answer)
    },

    async deleteProfile(userToken) {
      const operation = 'delete the profile'
      const written = await calls.write({ operation, path: profilePath(userToken), userToken, method: 'delete' })
      if (isFailure(written.answer) || written.answer.kind !== 'empty') return written
      // Whoever it was that said nothing: the profile is gone when Algolia says so.
      const read = await calls.send({ operation: 'read the profile', path: profilePath(userToken), userToken })
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
    startedAt: () => calls.startedAt,
    isStopped: () => calls.isStopped
  }
}

/** `/`, `+` and `=` may stand in a user token, so it is encoded. */
function profilePath(userToken: string): string {
  return `/users/${encodeURIComponent(userToken)}`
}

function profileIn(operation: Operation, answer: Answered, userToken: string): Profile | Failure {
  const { sentAt } = answer
  if (answer.kind === 'missing') return { exists: false, segments: [], sentAt, quietFor: undefined }
  if (answer.kind === 'empty') return unexpectedAnswer(operation, `not ${WANTED[operation]}`)
  const { body, text, serverTime } = answer
  if (body.userID !== userToken) return unexpectedAnswer(operation, "not this user's profile")
  const { segments } = body
  const updatedAt = typeof body.lastUpdatedAt === 'string' ? Date.parse(body.lastUpdatedAt) : NaN
  const quietFor = serverTime === undefined || Number.isNaN(updatedAt) ? undefined : serverTime - updatedAt
  const known = { exists: true, sentAt, quietFor, updatedAt: body.lastUpdatedAt }
  if (segments === undefined || segments === null) return { ...known, segments: [] }
  if (!Array.isArray(segments) || !segments.every(isObject)) return unknownSegments()
  const texts = sameElementTexts(text, 'segments', segments)
  if (!texts) return unknownSegments('are read in two ways')
  const entries = segments.map(({ id, source }, index) => ({ id, source, json: texts[index] ?? '' }))
  return { ...known, segments: entries }
}

function usersIn(answer: Answer): unknown[] | undefined {
  return answer.kind === 'object' && Array.isArray(answer.body.users) ? answer.body.users : undefined
}

function pageIn(operation: Operation, answer: Answered): ProfilePage | Failure {
  const users = usersIn(answer)
  if (!users) return unexpectedAnswer(operation, `not ${WANTED[operation]}`)
  const segments: ProfilePage['segments'] = new Map()
  for (const user of users) {
    if (!isObject(user) || typeof user.userID !== 'string') continue
    const list = Array.isArray(user.segments) ? user.segments.filter(isObject) : undefined
    // These go nowhere, so their text isn't needed.
    segments.set(
      user.userID,
      list?.map(({ id, source }) => ({ id, source, json: '' }))
    )
  }
  const next = answer.kind === 'object' ? answer.body.nextPageToken : undefined
  return { segments, next: typeof next === 'string' && next !== '' ? next : undefined, sentAt: answer.sentAt }
}
