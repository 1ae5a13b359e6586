import { CALL_METRICS } from '../report/call-report'
import type { MetricsTable } from '../report/metrics'
import type { SearchesProgress } from './progress'

/** What the command tells Prometheus of itself. */
export const SEARCHES_METRICS: MetricsTable<Pick<SearchesProgress, 'summary' | 'callsLeft'>> = {
  prefix: 'algolia_searches',
  counters: [
    ['zero_results', 'Searches without results that Segment has accepted', ({ summary }) => summary.events.zeroResults],
    ['reports', 'Reports that Segment has accepted', ({ summary }) => summary.events.reports],
    ['alerts_started', 'Starts of alerts that Segment has accepted', ({ summary }) => summary.events.alertsStarted],
    ['alerts_ended', 'Ends of alerts that Segment has accepted', ({ summary }) => summary.events.alertsEnded],
    ['events_rejected', 'Events that Segment refuses', ({ summary }) => summary.events.rejected],
    ['webhook_messages', 'Messages that the webhook has taken', ({ summary }) => summary.webhook.taken],
    ['webhook_refused', 'Messages that the webhook refuses', ({ summary }) => summary.webhook.refused],
    ...CALL_METRICS.counters
  ],
  gauges: [
    ['webhook_kept', 'Messages that wait for the webhook to be back', ({ summary }) => summary.webhook.kept],
    ...CALL_METRICS.gauges
  ]
}
