import { toTimestamp } from '../instants'
import { type PageProfiles, splitPage, Starts } from './page-profiles'

/** Which profiles to read: Algolia matches all of `indices` and all of `affinities`. */
export interface ProfileFilters {
  readonly indices: readonly string[]
  /** Each a name, or `name:value`. */
  readonly affinities: readonly string[]
}

/** One call of `GET /2/users`. Bounds are whole Unix seconds, and exclusive on Algolia's side. */
export interface UsersQuery extends ProfileFilters {
  readonly after: number | undefined
  readonly before: number | undefined
  readonly limit: number
  readonly pageToken: string | undefined
}

/** A page of profiles. */
export interface UsersPage {
  readonly profiles: PageProfiles
  readonly nextPageToken: string | undefined
}

/** @returns the path and query string of a call, lists comma-separated as Algolia's own client sends them. */
export function usersPath(query: UsersQuery): string {
  const parameters = new URLSearchParams()
  if (query.after !== undefined) parameters.set('startDate', toTimestamp(query.after))
  if (query.before !== undefined) parameters.set('endDate', toTimestamp(query.before))
  if (query.indices.length > 0) parameters.set('indices', query.indices.join(','))
  if (query.affinities.length > 0) parameters.set('affinity', query.affinities.join(','))
  parameters.set('limit', String(query.limit))
  if (query.pageToken !== undefined) parameters.set('nextPageToken', query.pageToken)
  return `/2/users?${parameters.toString()}`
}

/**
 * Reads the body of a 200. A page is complete or it is a failure: what doesn't parse, or has no list `users`, is never
 * an empty page, or the rest of a window would be taken for read.
 * @param starts one that may be used for this page until it is closed
 * @returns the page, or why the body is none
 */
export function readUsersPage(body: Buffer, starts = new Starts()): UsersPage | { readonly unreadable: string } {
  const split = splitPage(body, starts)
  const page = readEnvelope(split === undefined ? parsed(body) : split.envelope)
  return split === undefined || 'unreadable' in page ? page : { ...page, profiles: split.profiles }
}

function readEnvelope(answer: unknown): UsersPage | { readonly unreadable: string } {
  if (answer === undefined) return { unreadable: 'it is not JSON' }
  if (typeof answer !== 'object' || answer === null) return { unreadable: 'it is not an object' }
  const { users, nextPageToken } = answer as { users?: unknown; nextPageToken?: unknown }
  if (!Array.isArray(users)) return { unreadable: 'it has no list "users"' }
  if (nextPageToken === undefined || nextPageToken === null || nextPageToken === '') {
    return { profiles: users, nextPageToken: undefined }
  }
  if (typeof nextPageToken !== 'string') return { unreadable: 'its "nextPageToken" is no text' }
  return { profiles: users, nextPageToken }
}

/** @returns undefined, which no JSON stands for, when it is none. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
