import type { Environment } from '../algolia/api/environment'
import { systemEnvironment } from '../algolia/api/environment'
import { ANALYTICS } from '../algolia/api/apis'
import type { LogLevel } from '../report/display'
import type { RunEnd } from '../report/run-end'
import type { SearchesConfig } from './config'
import type { SearchesProgress, SearchesSummary } from './progress'

export interface SearchesOptions {
  readonly config: SearchesConfig
  /** Where the state is kept; its directory must be there. One run at a time. */
  readonly stateFile: string
  /** Once aborted, what is in flight is finished, within a few seconds, and the run ends. */
  readonly signal?: AbortSignal
  /** Takes events and messages in place of Segment and the webhook: nothing is sent then, and no state is written. */
  readonly dryRun?: ((lines: readonly object[]) => Promise<void>) | undefined
  readonly onLog?: (level: LogLevel, message: string) => void
  readonly onProgress?: (progress: SearchesProgress) => void
  /** Milliseconds after which a call that keeps failing is given up. */
  readonly patience?: number
}

export type SearchesResult = RunEnd<SearchesSummary>

/** What a run needs of the world; tests pass their own. */
export interface SearchesEnvironment extends Environment {
  /** Stands in for Segment: an origin such as `http://127.0.0.1:4020`. */
  readonly segmentUrl?: string | undefined
}

/** @returns the machine's, and the addresses in `ALGOLIA_ANALYTICS_URL` and `SEGMENT_TRACKING_URL`, if any. */
export function systemSearchesEnvironment(): SearchesEnvironment {
  return { ...systemEnvironment(ANALYTICS), segmentUrl: process.env.SEGMENT_TRACKING_URL }
}
