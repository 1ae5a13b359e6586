import { systemClock } from '../clock'
import type { Environment } from '../algolia/api/environment'
import type { LogLevel } from '../report/display'
import type { RunEnd } from '../report/run-end'
import type { SegmentCall } from '../segment/calls'
import type { SyncConfigInput } from './config'
import type { SyncProgress, SyncSummary } from './progress'

export interface SyncOptions {
  readonly config: SyncConfigInput
  /**
   * Where the state is kept: in this file, and in the directory `<file>.seen` beside it; the directory that holds both
   * must be there. One sync at a time.
   */
  readonly stateFile: string
  /** Once aborted, what is in flight is finished, within a few seconds, and the run ends. */
  readonly signal?: AbortSignal
  /** Takes the calls of each page in place of Segment: nothing is sent then, and no state is written. */
  readonly dryRun?: ((calls: readonly SegmentCall[]) => Promise<void>) | undefined
  readonly onLog?: (level: LogLevel, message: string) => void
  /** Told after each page, and when a call has to wait. */
  readonly onProgress?: (progress: SyncProgress) => void
  /** Milliseconds after which a call to Algolia or a batch to Segment that keeps failing is given up; 90,000 by default. */
  readonly patience?: number
}

/** How a run ended. Whichever it was, the state covers what Segment has accepted, and no more. */
export type SyncResult = RunEnd<SyncSummary>

/** What a sync needs of the world; tests pass their own. */
export interface SyncEnvironment extends Environment {
  /** Stands in for Segment: an origin such as `http://127.0.0.1:4020`. */
  readonly segmentUrl?: string | undefined
}

/** @returns the machine's, and the addresses in `ALGOLIA_PERSONALIZATION_URL` and `SEGMENT_TRACKING_URL`, if any. */
export function systemSyncEnvironment(): SyncEnvironment {
  const { ALGOLIA_PERSONALIZATION_URL: baseUrl, SEGMENT_TRACKING_URL: segmentUrl } = process.env
  return { clock: systemClock, random: Math.random, baseUrl, segmentUrl }
}
