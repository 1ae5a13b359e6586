import { MANAGED_SOURCE } from '../constants'
import type { Change } from './membership'

/** An entry of a profile's `segments`. */
export interface ProfileSegment {
  id: unknown
  source: unknown
  /** The whole entry as JSON, with whatever else Algolia keeps there: it goes back as it came, to the last character. */
  json: string
}

/**
 * The list after the changes, or `undefined` when they leave it as it is. The last change to a profile segment counts.
 * Entries that aren't managed, and those that no change names, stand in the new list as they stood in the old.
 */
export function applyChanges(current: ProfileSegment[], changes: Change[]): ProfileSegment[] | undefined {
  const wanted = new Map<unknown, boolean>(changes.map(({ profileSegmentId, member }) => [profileSegmentId, member]))
  const present = new Set(current.filter(isManaged).map(({ id }) => id))
  const kept = current.filter((entry) => !isManaged(entry) || wanted.get(entry.id) !== false)
  const added = [...wanted].filter(([id, member]) => member && !present.has(id)).map(([id]) => managedSegment(id))
  return kept.length === current.length && added.length === 0 ? undefined : [...kept, ...added]
}

function isManaged({ source }: ProfileSegment): boolean {
  return source === MANAGED_SOURCE
}

function managedSegment(id: unknown): ProfileSegment {
  return { id, source: MANAGED_SOURCE, json: JSON.stringify({ id, source: MANAGED_SOURCE }) }
}
