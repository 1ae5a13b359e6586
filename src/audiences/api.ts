import type { ListedProfile } from './comparison'

/** Calls that are under way at the same time: with calls of two seconds, it takes so many to use half of the limit. */
export const CALLS_AT_ONCE = 8

/** A profile that was read by itself, and what writing it back takes. */
export interface ReadProfile extends ListedProfile {
  readonly exists: boolean
  /** When it was asked for, by the clock of `write`. */
  readonly askedAt: number
  /** Whether the answer had a list of segments at all. */
  readonly hasSegments: boolean
  /** @returns the list with these managed segments added and removed, everything else as it came; as JSON */
  readonly withChanges: (add: readonly string[], remove: readonly string[]) => string
}

/** What these commands need of Algolia. Each method throws what the client throws. */
export interface AudienceApi {
  /** All profiles, page by page; leaving the loop stops the reading. */
  pages(signal: AbortSignal): AsyncIterable<ProfilesPage>
  read(userToken: string, signal: AbortSignal): Promise<ReadProfile>
  /** The same, where a write may follow: its call finds its place kept. Either `write` or `forgoWrite` has to come next. */
  readToWrite(userToken: string, signal: AbortSignal): Promise<ReadProfile>
  /**
   * Replaces the segments of a profile by what was made of a read. It is sent once: whoever tries again has to read the
   * profile again first.
   * @returns whether Algolia said that it was done; an empty success leaves that open
   * @throws PackageError (`transient`) without a call when the read is too old: others may have written since
   */
  write(profile: ReadProfile, segments: string, signal: AbortSignal): Promise<'done' | 'unsaid'>
  /** The write isn't needed. */
  forgoWrite(): void
  /** Calls so far, retries among them. */
  readonly calls: number
  /** Calls a minute that may be made here: what Algolia's answers tell, once there was one. */
  readonly callsPerMinute: number
  /** Milliseconds that a call takes; 0 before the first. */
  readonly latency: number
}

export interface ProfilesPage {
  readonly profiles: readonly ListedProfile[]
  /** Entries that are no profiles. */
  readonly unreadable: number
  readonly hasNext: boolean
}
