import { shortened, TRAIT_MARK } from '../audience/ids'
import { isManaged, managedSegment } from '../audience/profile-segments'
import type { ProfileSegment } from '../audience/profile-segments'
import { MAX_PROFILE_SEGMENT_ID_LENGTH } from '../constants'

/** A trait's name takes this much of a segment's id at most, so that there is room for the value. */
const MAX_NAME_LENGTH = 100

/** What may stand in a rule context, and doesn't end in what could be taken for a part of the mark. */
const SAFE = /^[A-Za-z0-9_-]*[A-Za-z0-9-]$/

/**
 * The beginning of the ids that stand for a trait's values: its name, made safe, and the mark. A name never holds the mark
 * nor ends in a part of it, so the first mark of an id ends the trait's name: no trait owns another one's ids.
 */
export function traitPrefix(name: string): string {
  const isSafe = SAFE.test(name) && !name.includes(TRAIT_MARK)
  return shortened(name, isSafe ? name : madeSafe(name), MAX_NAME_LENGTH) + TRAIT_MARK
}

/** The id of the segment that stands for a value of a trait. */
export function traitSegmentId(prefix: string, value: string): string {
  const safe = SAFE.test(value) ? value : madeSafe(value)
  return prefix + shortened(value, safe, MAX_PROFILE_SEGMENT_ID_LENGTH - prefix.length)
}

/** The trait whose value an id stands for, as the beginning of its ids; undefined where it is no trait segment. */
export function prefixOf(profileSegmentId: string): string | undefined {
  const mark = profileSegmentId.indexOf(TRAIT_MARK)
  return mark > 0 ? profileSegmentId.slice(0, mark) + TRAIT_MARK : undefined
}

/**
 * The list in which the trait has these values and no others, or `undefined` where it is so already. What stays stands
 * where it stood, what is new comes last; whatever isn't this trait's is left alone.
 */
export function withTrait(
  current: readonly ProfileSegment[],
  prefix: string,
  wanted: readonly string[]
): ProfileSegment[] | undefined {
  const isOwn = ({ id, source }: ProfileSegment): boolean =>
    isManaged({ id, source, json: '' }) && typeof id === 'string' && id.startsWith(prefix)
  const present = new Set(current.filter(isOwn).map(({ id }) => id))
  const kept = current.filter((entry) => !isOwn(entry) || wanted.includes(entry.id as string))
  const added = wanted.filter((id) => !present.has(id))
  return kept.length === current.length && added.length === 0 ? undefined : [...kept, ...added.map(managedSegment)]
}

function madeSafe(text: string): string {
  return text.replace(/[^A-Za-z0-9-]+/g, '_').replace(/_+$/, '')
}
