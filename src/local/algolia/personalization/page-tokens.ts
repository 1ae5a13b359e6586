import { createHash } from 'node:crypto'
import type { PagePosition } from './profile-store'

/** The parameters that a page token is bound to; the size of pages may change on the way. */
const bindingParameters = ['startDate', 'endDate', 'indices', 'affinity']

/**
 * An opaque token for a page of the list that the query asks for. Tokens for the same page are the same, unless they are
 * given different salts.
 */
export function encodePageToken(position: PagePosition, query: URLSearchParams, salt?: number): string {
  return Buffer.from(JSON.stringify([position.direction, position.boundary, digest(query), salt])).toString('base64url')
}

/** The position a token stands for; undefined when it is none, or one for another direction or another list. */
export function decodePageToken(
  token: string,
  direction: PagePosition['direction'],
  query: URLSearchParams
): PagePosition | undefined {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString())
  } catch {
    return undefined
  }
  if (!Array.isArray(parts)) return undefined
  const [tokenDirection, boundary, tokenDigest] = parts as unknown[]
  if (tokenDirection !== direction || tokenDigest !== digest(query) || typeof boundary !== 'string') return undefined
  return { direction, boundary }
}

function digest(query: URLSearchParams): string {
  const filters = bindingParameters.map((parameter) => query.getAll(parameter))
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 12)
}
