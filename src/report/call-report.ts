import type { Clock } from '../clock'
import type { PackageError } from '../errors'
import type { LogLevel } from './display'
import type { MetricsTable } from './metrics'
import { RetryLog } from './retry-log'
import { counted } from './words'

/** What a run calls. */
export type Side = 'Algolia' | 'Segment' | 'the webhook'

/** What a run waits for, to go on in so many seconds. */
export interface Waiting {
  readonly for: Side
  readonly seconds: number
}

/** Calls to a side, counted; times in milliseconds. */
interface Counts {
  readonly retries: number
  /** Answers that said to wait. */
  readonly refusals: number
  readonly waited: number
}

/** What the summary of a run says of its calls. */
export interface CallCounts {
  readonly algolia: Counts & { readonly calls: number }
  readonly segment: Counts & { readonly requests: number }
}

/** Of a side that hasn't been called. */
const NONE = { retries: 0, refusals: 0, waited: 0 }

/** What a run tells of its calls: how many there are, those that are tried again, and those that have to wait. */
export class CallReport {
  /** What is waited for, until something arrives. */
  waiting: Waiting | undefined
  /** Where the counts of the two sides come from, as soon as they are there. */
  algoliaClient: { readonly counts: CallCounts['algolia']; callsLeft(): number | undefined } | undefined
  segmentClient: { readonly counts: CallCounts['segment'] } | undefined
  private readonly begunAt: number

  /** @param onWait told when a call has to wait */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly log: (level: LogLevel, message: string) => void,
    private readonly onWait: () => void
  ) {
    this.begunAt = clock.now()
  }

  /** Seconds since the run began. */
  get seconds(): number {
    return (this.clock.now() - this.begunAt) / 1000
  }

  /** What the summary of any run holds. */
  summary(): CallCounts & { readonly startedAt: string; readonly duration: number } {
    return {
      startedAt: new Date(this.begunAt).toISOString(),
      duration: this.seconds,
      algolia: { calls: 0, ...NONE, ...this.algoliaClient?.counts },
      segment: { requests: 0, ...NONE, ...this.segmentClient?.counts }
    }
  }

  /** @returns what is told of calls to this side that are tried again. */
  retries(side: Side): RetryLog['failed'] {
    const log = new RetryLog(
      () => this.clock.now(),
      (line) => this.log('warn', line)
    )
    return (what, pause) => {
      log.failed(what, pause)
      this.waits(side, pause)
    }
  }

  /** What a client of Algolia's is to tell. */
  algolia(): {
    onRetry: (cause: PackageError, pause: number) => void
    onLimit: (resumesAt: number, wait: number) => void
  } {
    const tellRetry = this.retries('Algolia')
    return {
      onRetry: ({ message, internalMessage = message }, pause) => {
        tellRetry(`A call to Algolia failed (${internalMessage}).`, pause)
      },
      onLimit: (_, wait) => {
        this.log('info', `Algolia allows too few calls for now; going on in ${Math.ceil(wait / 1000)} s.`)
        this.waits('Algolia', wait)
      }
    }
  }

  /** A call has to wait. @param pause milliseconds */
  private waits(side: Side, pause: number): void {
    this.waiting = { for: side, seconds: Math.ceil(pause / 1000) }
    this.onWait()
  }
}

/** @returns what is said of a wait and of calls left while a run goes on, in parts of a sentence */
export function waitingParts(callsLeft: number | undefined, waiting: Waiting | undefined): string[] {
  return [
    ...(callsLeft === undefined ? [] : [`${counted(callsLeft, 'call')} left for now`]),
    ...(waiting === undefined ? [] : [`waiting for ${waiting.for}, which is tried again in ${waiting.seconds} s`])
  ]
}

/** @param duration seconds @returns what the last line of a run says of its calls, in parts of a sentence */
export function callParts({ algolia, segment }: CallCounts, duration: number): string[] {
  return [
    `${counted(algolia.calls, 'call')} to Algolia`,
    `${counted(segment.requests, 'request')} to Segment`,
    `${counted(algolia.refusals + segment.refusals, 'wait')} (${((algolia.waited + segment.waited) / 1000).toFixed(1)} s)`,
    counted(algolia.retries + segment.retries, 'retry', 'retries'),
    `${duration.toFixed(1)} s`
  ]
}

/** What Prometheus is told of the calls of a run. */
export const CALL_METRICS: Pick<
  MetricsTable<{ readonly summary: CallCounts; readonly callsLeft: number | undefined }>,
  'counters' | 'gauges'
> = {
  counters: [
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
