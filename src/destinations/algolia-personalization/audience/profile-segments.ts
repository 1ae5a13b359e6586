import { MANAGED_SOURCE } from '../constants'

/** An entry of a profile's `segments`. */
export interface ProfileSegment {
  id: unknown
  source: unknown
  /** The whole entry as JSON, with whatever else Algolia keeps there: it goes back as it came, to the last character. */
  json: string
}

/** Whether this package may remove an entry. */
export function isManaged({ source }: ProfileSegment): boolean {
  return source === MANAGED_SOURCE
}

/** A new entry of this package's. */
export function managedSegment(id: string): ProfileSegment {
  return { id, source: MANAGED_SOURCE, json: JSON.stringify({ id, source: MANAGED_SOURCE }) }
}

/**
 * The list with a managed entry of this id, or without any: `undefined` where it is so already. Entries that aren't managed,
 * and those of other ids, stand in the new list as they stood in the old.
 */
export function withMembership(
  current: readonly ProfileSegment[],
  id: string,
  member: boolean
): ProfileSegment[] | undefined {
  const isIt = (entry: ProfileSegment): boolean => isManaged(entry) && entry.id === id
  if (current.some(isIt) === member) return undefined
  return member ? [...current, managedSegment(id)] : current.filter((entry) => !isIt(entry))
}
