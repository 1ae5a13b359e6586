import { type Environment, systemEnvironment } from '../algolia/api/environment'
import { PackageError, systemError } from '../errors'
import type { SegmentCall } from '../segment/calls'
import { parseSyncConfig, type SyncConfigInput } from './config'
import type { SyncProgress, SyncSummary } from './progress'
import { Run } from './run'
import type { LogLevel } from '../report/display'
import { segmentOriginOf } from '../segment/endpoint'

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
  /** Told after each page. */
  readonly onProgress?: (progress: SyncProgress) => void
  /** Milliseconds after which a call to Algolia or a batch to Segment that keeps failing is given up; 90,000 by default. */
  readonly patience?: number
}

/** How a run ended. Whichever it was, the state covers what Segment has accepted, and no more. */
export type SyncResult =
  /** Segment has all profiles that were to be sent. */
  | { readonly outcome: 'delivered'; readonly summary: SyncSummary }
  /** The signal ended it; the next run goes on from there. */
  | { readonly outcome: 'stopped'; readonly summary: SyncSummary }
  | { readonly outcome: 'failed'; readonly summary: SyncSummary; readonly error: PackageError }

/** What a sync needs of the world; tests pass their own. */
export interface SyncEnvironment extends Environment {
  /** Stands in for Segment: an origin such as `http://127.0.0.1:4020`. */
  readonly segmentUrl?: string | undefined
}

/** @returns the machine's, and the addresses in `ALGOLIA_PERSONALIZATION_URL` and `SEGMENT_TRACKING_URL`, if any. */
export function systemSyncEnvironment(): SyncEnvironment {
  return { ...systemEnvironment(), segmentUrl: process.env.SEGMENT_TRACKING_URL }
}

/**
 * Sends to Segment the profiles of an Algolia application that have changed since the last run; all of them at first.
 * @param environment the clock, chance and the servers' addresses; by default the machine's
 * @throws PackageError (`config`) when the configuration is invalid; whatever goes wrong later is in the result
 */
export async function syncProfiles(
  options: SyncOptions,
  environment: SyncEnvironment = systemSyncEnvironment()
): Promise<SyncResult> {
  const config = parseSyncConfig(options.config)
  const origin = segmentOriginOf(config.segmentRegion, environment.segmentUrl)
  const run = new Run(options, config, origin, environment)
  try {
    await run.sync()
    return { outcome: 'delivered', summary: run.summary() }
  } catch (thrown) {
    const summary = run.summary()
    if (options.signal?.aborted) return { outcome: 'stopped', summary }
    return { outcome: 'failed', summary, error: toSyncError(thrown) }
  }
}

/** Whatever was thrown, as an error that can be told. */
export function toSyncError(thrown: unknown): PackageError {
  if (thrown instanceof PackageError) return thrown
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  const message = 'The sync failed unexpectedly. The state is kept; please report this with the internal message.'
  return systemError(message, text)
}
