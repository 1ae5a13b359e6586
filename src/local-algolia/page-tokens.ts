import type { PagePosition } from './profile-store'

/** The opaque text for a page of the list with the given filters. */
export function encodePageToken(position: PagePosition, filters: string, salt = ''): string {
  return Buffer.from(JSON.stringify([position.direction, position.boundary, filters, salt])).toString('base64url')
}

/** The position a token stands for; undefined when it is no token, or belongs to other filters or the other direction. */
export function decodePageToken(
  token: string,
  direction: PagePosition['direction'],
  filters: string
): PagePosition | undefined {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString())
  } catch {
    return undefined
  }
  if (!Array.isArray(parts)) return undefined
  const [tokenDirection, boundary, tokenFilters] = parts as unknown[]
  if (tokenDirection !== direction || tokenFilters !== filters || typeof boundary !== 'string') return undefined
  return { direction, boundary }
}
