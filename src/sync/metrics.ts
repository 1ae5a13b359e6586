import { CALL_METRICS } from '../report/call-report'
import type { MetricsTable } from '../report/metrics'
import type { SyncProgress } from './progress'

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
    ...CALL_METRICS.counters
  ],
  gauges: CALL_METRICS.gauges
}
