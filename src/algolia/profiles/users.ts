import type { Region } from '../api/apis'
import { AlgoliaError, type FailureTable, type Meaning } from '../api/failures'
import { jsonReader, type Read } from '../api/call'
import type { AlgoliaClient } from '../api/client'
import { toTimestamp } from '../instants'
import { type PageProfiles, splitPage } from './page-profiles'

/** Which profiles to read: Algolia matches all of `indices` and all of `affinities`. */
export interface ProfileFilters {
  readonly indices: readonly string[]
  /** Each a name, or `name:value`. */
  readonly affinities: readonly string[]
}

/** Whose profiles to read, and which. */
export interface ProfileSelection {
  readonly appId: string
  readonly region: Region
  /** Only those updated on or after this date or RFC 3339 time. */
  readonly startDate?: string | undefined
  readonly indices?: readonly string[] | undefined
  readonly affinities?: readonly string[] | undefined
}

/** One call of `GET /2/users`. Bounds are whole Unix seconds, and exclusive on Algolia's side. */
export interface UsersQuery extends ProfileFilters {
  readonly after: number | undefined
  readonly before: number | undefined
  readonly limit: number
  readonly pageToken: string | undefined
  /** Whether the pass ends later for each wait of this call (`rate-limit.ts`). */
  readonly isHurried?: boolean
}

/** A page of profiles. */
export interface UsersPage {
  /** Exactly as Algolia gave them: nothing is known of them yet. */
  readonly profiles: PageProfiles
  readonly nextPageToken: string | undefined
}

/** What came of a call: a whole page, or the word that its page token is no longer taken. */
export type UsersAnswer =
  | { readonly kind: 'page'; readonly page: UsersPage }
  | { readonly kind: 'page token refused'; readonly error: AlgoliaError }

/** Statuses by which Algolia refuses a request, or, where there is one, its page token. */
const REFUSALS = [400, 404, 410, 422]

const REQUEST_REFUSED: Meaning = {
  verdict: 'give up',
  kind: 'config',
  say: ({ status, detail }) =>
    `Algolia refused the request (${status}: ${detail}). Check the start date, the indices and the affinities in the configuration.`
}

const PAGE_TOKEN_REFUSED: Meaning = {
  verdict: 'give up',
  kind: 'transient',
  say: ({ status, later }) =>
    `Algolia refused a page token (${status}), also after its window was started anew. ${later}.`
}

const failuresWith = (refused: Meaning): FailureTable => Object.fromEntries(REFUSALS.map((status) => [status, refused]))
const FAILURES = failuresWith(REQUEST_REFUSED)
const FAILURES_WITH_PAGE_TOKEN = failuresWith(PAGE_TOKEN_REFUSED)

/**
 * Reads one page.
 * @throws AlgoliaError when the call won't succeed, or didn't within the client's patience; the signal's reason on abort.
 */
export async function getUsers(client: AlgoliaClient, query: UsersQuery, signal: AbortSignal): Promise<UsersAnswer> {
  const hasPageToken = query.pageToken !== undefined
  const call = {
    path: '/2/users',
    query: parametersOf(query),
    place: { isHurried: query.isHurried },
    what: 'a page of profiles',
    read: readUsersPage,
    failures: hasPageToken ? FAILURES_WITH_PAGE_TOKEN : FAILURES
  }
  try {
    return { kind: 'page', page: await client.call(call, signal) }
  } catch (thrown) {
    const isRefusal = thrown instanceof AlgoliaError && REFUSALS.includes(thrown.status ?? 0)
    if (isRefusal && hasPageToken) return { kind: 'page token refused', error: thrown }
    throw thrown
  }
}

/** @returns the query string of a call, lists comma-separated as Algolia's own client sends them. */
function parametersOf({ after, before, indices, affinities, limit, pageToken }: UsersQuery): URLSearchParams {
  const parameters = new URLSearchParams()
  if (after !== undefined) parameters.set('startDate', toTimestamp(after))
  if (before !== undefined) parameters.set('endDate', toTimestamp(before))
  if (indices.length > 0) parameters.set('indices', indices.join(','))
  if (affinities.length > 0) parameters.set('affinity', affinities.join(','))
  parameters.set('limit', String(limit))
  if (pageToken !== undefined) parameters.set('nextPageToken', pageToken)
  return parameters
}

/**
 * Reads the body of a 200. A page is complete or it is a failure: what doesn't parse, or has no list `users`, is never
 * an empty page, or the rest of a window would be taken for read.
 */
export function readUsersPage(body: Buffer): Read<UsersPage> {
  const split = splitPage(body)
  if (split === undefined) return readWholePage(body)
  const page = readEnvelope(split.envelope)
  return 'value' in page ? { value: { ...page.value, profiles: split.profiles } } : page
}

function readEnvelope(answer: unknown): Read<UsersPage> {
  if (typeof answer !== 'object' || answer === null) return { unreadable: 'it is not an object' }
  const { users, nextPageToken } = answer as { users?: unknown; nextPageToken?: unknown }
  if (!Array.isArray(users)) return { unreadable: 'it has no list "users"' }
  if (nextPageToken === undefined || nextPageToken === null || nextPageToken === '') {
    return { value: { profiles: users, nextPageToken: undefined } }
  }
  if (typeof nextPageToken !== 'string') return { unreadable: 'its "nextPageToken" is no text' }
  return { value: { profiles: users, nextPageToken } }
}

const readWholePage = jsonReader(readEnvelope)
