import { z } from 'zod'
import { configError } from '../errors'
import { parseStreamState, type StateFilters, type StreamState, writeStreamState } from '../algolia/profiles/state'
import { readStateText, writeStateText } from '../input/state-text'

/** The target is the fingerprint of the Algolia application and the Segment source, not the key itself. */
const fileSchema = z.object({
  version: z.literal(1),
  target: z.string(),
  minScore: z.number().default(0),
  profiles: z.unknown()
})

/** What a state file holds. */
export interface SavedState {
  /** See `targetOf`. */
  readonly target: string
  /** Below which affinities were left out. */
  readonly minScore: number
  /** The state of the source's stream `profiles`: it covers profiles that Segment has accepted, and no others. */
  readonly profiles: StreamState
}

/**
 * @returns undefined when there is no such file
 * @throws PackageError (`config`) when it can't be understood, as going on from it could lose profiles
 */
export async function loadState(path: string, filters: StateFilters): Promise<SavedState | undefined> {
  const text = await readStateText(path)
  if (text === undefined) return undefined
  try {
    const { target, minScore, profiles: written } = fileSchema.parse(JSON.parse(text))
    const profiles = parseStreamState('profiles', written, filters)
    if (profiles !== undefined) return { target, minScore, profiles }
  } catch {
    // Told below, with what to do here.
  }
  // Without FILE.seen all would be sent again, and those who were seen before would raise the event for new ones.
  throw configError(
    `The state file ${path} is damaged, or another version has written it. Restore it, or delete it, but not ${path}.seen: all profiles are then read anew, and only those sent that Segment doesn't have.`
  )
}

/**
 * Replaces the state file.
 * @throws PackageError when it can't be written
 */
export async function saveState(path: string, { target, minScore, profiles }: SavedState): Promise<void> {
  await writeStateText(path, { version: 1, target, minScore, profiles: writeStreamState(profiles) })
}
