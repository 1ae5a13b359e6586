import type { ClientCounts } from '../algolia/api/client'
import { counted, grouped } from '../report/words'
import { callParts, type Waiting, waitingParts } from '../report/call-report'
import type { Progress } from '../report/display'
import type { SegmentCounts } from '../segment/client'

/** What has become of the profiles of a run. */
export interface ProfileCounts {
  read: number
  /** Accepted by Segment. */
  sent: number
  /** Not sent, as Segment has all that they mean. */
  known: number
  /** Not sent, as they can't be used or can't be made to fit; each is told in the log. */
  rejected: number
  /** Among those sent: without their weakest affinities, as they would have been too large. */
  shortened: number
  /** Among those sent: never seen before. */
  firstSeen: number
}

/** How a run stands, or stood at its end. */
export interface SyncSummary {
  /** RFC 3339. */
  readonly startedAt: string
  /** Seconds. */
  readonly duration: number
  readonly profiles: Readonly<ProfileCounts>
  /** What was sent, as Segment's bill counts it; of a dry run, what would have been. */
  readonly bill: { readonly users: number; readonly calls: number }
  /** Calls to Algolia; times in milliseconds. */
  readonly algolia: Readonly<ClientCounts>
  /** Requests to Segment; times in milliseconds. */
  readonly segment: Readonly<SegmentCounts>
}

/** How a run is getting on. */
export interface SyncProgress {
  readonly summary: SyncSummary
  /** Calls that Algolia still allows in this period, if it told. */
  readonly callsLeft: number | undefined
  /** How much longer it takes, where that can be reckoned. */
  readonly secondsToGo: number | undefined
  readonly waiting?: Waiting | undefined
}

export const noProfiles = (): ProfileCounts => {
  return { read: 0, sent: 0, known: 0, rejected: 0, shortened: 0, firstSeen: 0 }
}

/** @returns how a run is getting on, as it is shown. */
export function shownProgress(progress: SyncProgress): Progress {
  const { summary, secondsToGo } = progress
  const part = secondsToGo === undefined ? undefined : summary.duration / (summary.duration + secondsToGo)
  return { line: progressLine(progress), part, details: progress }
}

/** @returns a line on how a run is getting on. */
export function progressLine({
  summary: { profiles, duration },
  callsLeft,
  secondsToGo,
  waiting
}: SyncProgress): string {
  const rate = duration > 0 ? Math.round(profiles.read / duration) : 0
  const parts = [
    `${counted(profiles.read, 'profile')} read, ${grouped(profiles.sent)} sent, ${grouped(profiles.known)} known already`,
    `${grouped(rate)} a second`,
    ...(secondsToGo === undefined ? [] : [`about ${Math.ceil(secondsToGo)} s to go`]),
    ...waitingParts(callsLeft, waiting)
  ]
  return `${parts.join(', ')}.`
}

/** @returns what a run would cost at Segment, of a dry run's summary. */
export function billLine({ bill: { users, calls } }: SyncSummary): string {
  return `A run would send ${counted(calls, 'call')} about ${counted(users, 'user')}: so many count on Segment's bill, a user once a month.`
}

/**
 * @param isDryRun whether what counts as sent was only printed
 * @returns the line that sums a run up
 */
export function summaryLine(summary: SyncSummary, isDryRun: boolean): string {
  const { read, sent, known, rejected, shortened } = summary.profiles
  const parts = [
    `${counted(read, 'profile')} read`,
    `${grouped(sent)} ${isDryRun ? 'to be sent' : 'sent'}`,
    `${grouped(known)} known already`,
    `${grouped(rejected)} rejected`,
    ...(shortened > 0 ? [`${grouped(shortened)} shortened`] : []),
    ...callParts(summary, summary.duration)
  ]
  return `${parts.join(', ')}.`
}
