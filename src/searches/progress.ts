import type { ClientCounts } from '../algolia/api/client'
import { callParts, type Waiting, waitingParts } from '../report/call-report'
import type { Progress } from '../report/display'
import { counted, grouped } from '../report/words'
import type { SegmentCounts } from '../segment/client'

/** Events that Segment has accepted, by kind, and those that it refuses. */
export interface EventCounts {
  zeroResults: number
  reports: number
  alertsStarted: number
  alertsEnded: number
  /** Not sent, as Segment refuses them; each is told in the log. */
  rejected: number
}

/** What became of messages to the webhook. */
export interface MessageCounts {
  taken: number
  /** Given up, as the webhook refuses them. */
  refused: number
  /** Left for the next run, as the webhook is down. */
  kept: number
}

/** How a run stands, or stood at its end. */
export interface SearchesSummary {
  /** RFC 3339. */
  readonly startedAt: string
  /** Seconds. */
  readonly duration: number
  readonly events: Readonly<EventCounts>
  readonly webhook: Readonly<MessageCounts>
  /** What was sent, as Segment's bill counts it; of a dry run, what would have been. */
  readonly bill: { readonly users: number; readonly calls: number }
  /** Calls to Algolia; times in milliseconds. */
  readonly algolia: Readonly<ClientCounts>
  /** Requests to Segment; times in milliseconds. */
  readonly segment: Readonly<SegmentCounts>
}

/** How a run is getting on. */
export interface SearchesProgress {
  readonly summary: SearchesSummary
  /** Calls that Algolia still allows in this period, if it told. */
  readonly callsLeft: number | undefined
  /** Lists of searches without results that were read, of how many. */
  readonly lists: { readonly read: number; readonly all: number }
  readonly waiting?: Waiting | undefined
}

export const noEvents = (): EventCounts => {
  return { zeroResults: 0, reports: 0, alertsStarted: 0, alertsEnded: 0, rejected: 0 }
}

export const noMessages = (): MessageCounts => ({ taken: 0, refused: 0, kept: 0 })

/** @returns how a run is getting on, as it is shown. */
export function shownProgress(progress: SearchesProgress): Progress {
  const { summary, lists, callsLeft, waiting } = progress
  const parts = [
    `${grouped(lists.read)} of ${counted(lists.all, 'list')} read, ${counted(summary.bill.calls, 'event')} sent`,
    ...waitingParts(callsLeft, waiting)
  ]
  return { line: `${parts.join(', ')}.`, part: lists.all > 0 ? lists.read / lists.all : undefined, details: progress }
}

/** @param isDryRun whether what counts as sent was only printed @returns the line that sums a run up */
export function summaryLine(summary: SearchesSummary, isDryRun: boolean): string {
  const { events, webhook, duration } = summary
  const parts = [
    `${counted(events.zeroResults, 'search', 'searches')} without results`,
    counted(events.reports, 'report'),
    `${counted(events.alertsStarted, 'alert')} started`,
    `${grouped(events.alertsEnded)} ended`,
    ...(events.rejected > 0 ? [`${grouped(events.rejected)} rejected`] : []),
    `${counted(webhook.taken, 'message')} ${isDryRun ? 'for' : 'to'} the webhook`,
    ...(webhook.refused > 0 ? [`${grouped(webhook.refused)} refused by it`] : []),
    ...(webhook.kept > 0 ? [`${grouped(webhook.kept)} kept for the next run`] : []),
    ...callParts(summary, duration)
  ]
  return `${parts.join(', ')}.`
}

/** @returns what a run would cost at Segment, of a dry run's summary. */
export function billLine({ bill: { users, calls } }: SearchesSummary): string {
  return `A run would send ${counted(calls, 'event')} about ${counted(users, 'user')}: so many count on Segment's bill, the user once a month.`
}
