import { MANAGED_SOURCE, MAX_PROFILE_SEGMENT_ID_LENGTH } from '../constants'

// Half a surrogate pair (Cs) is no character: JSON carries it, but not every reader keeps it.
const PROFILE_SEGMENT_ID = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${MAX_PROFILE_SEGMENT_ID_LENGTH}}$`, 'u')

/** What the id of a profile segment must be, for messages. */
export const PROFILE_SEGMENT_ID_RULE = `1-${MAX_PROFILE_SEGMENT_ID_LENGTH} characters, none of them a control character`

/** Whether an id of a profile segment is one that is sent. */
export function isProfileSegmentId(value: unknown): value is string {
  return typeof value === 'string' && PROFILE_SEGMENT_ID.test(value)
}

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
