import type { MetricsTable } from '../report/metrics'
import type { SyncProgress } from './progress'
import type { SyncResult } from './options'

/** What a sync tells Prometheus of itself. */
export const SYNC_METRICS: MetricsTable<Pick<SyncProgress, 'summary' | 'callsLeft'>> = {
  prefix: 'algolia_profiles_sync',
  counters: [
    ['profiles_read', 'Profiles read from Algolia', ({ summary }) => summary.profiles.read],
    ['profiles_sent', 'Profiles that Segment has accepted', ({ summary }) => summary.profiles.sent],
    ['profiles_known', 'Profiles not sent, as Segment has all that they mean', ({ summary }) => summary.profiles.known],
    ['profiles_rejected', "Profiles that can't be sent", ({ summary }) => summary.profiles.rejected],
    [
      'profiles_shortened',
      'Profiles sent without their weakest affinities',
      ({ summary }) => summary.profiles.shortened
    ],
    ['profiles_first_seen', 'Profiles sent that were never seen before', ({ summary }) => summary.profiles.firstSeen],
    ['algolia_calls', 'Calls to Algolia', ({ summary }) => summary.algolia.calls],
    ['algolia_retries', 'Calls to Algolia that were tried again', ({ summary }) => summary.algolia.retries],
    ['algolia_refusals', 'Calls that were rate limited by Algolia', ({ summary }) => summary.algolia.refusals],
    ['algolia_wait_seconds', 'Time waited for calls to Algolia', ({ summary }) => summary.algolia.waited / 1000],
    ['segment_requests', 'Requests to Segment', ({ summary }) => summary.segment.requests],
    ['segment_retries', 'Requests to Segment that were tried again', ({ summary }) => summary.segment.retries],
    ['segment_refusals', 'Requests that Segment answered with 429', ({ summary }) => summary.segment.refusals],
    ['segment_wait_seconds', 'Time waited as Segment asked for it', ({ summary }) => summary.segment.waited / 1000]
  ],
  gauges: [['algolia_calls_left', 'Calls that Algolia still allows in this period', ({ callsLeft }) => callsLeft]]
}

/** @returns how a run ended, as it is written to a file. */
export function metricsOf(result: SyncResult): object {
  const { outcome, summary } = result
  const error = outcome === 'failed' ? { error: { type: result.error.failureType, message: result.error.message } } : {}
  return { outcome, ...error, ...summary }
}
