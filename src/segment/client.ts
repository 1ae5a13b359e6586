import { pauseBefore } from '../backoff'
import type { Clock } from '../clock'
import type { SegmentCall } from './calls'
import { type FailedTry, segmentFailure, type SegmentFailure } from './failures'
import { sendOnce, type Target } from './request'

/** Counts over the life of a client. */
export interface SegmentCounts {
  /** Requests that were sent, retries included. */
  requests: number
  retries: number
  /** Answers that said to wait (429). */
  refusals: number
  /** Milliseconds between such an answer and the next try. */
  waited: number
}

export interface SegmentClientOptions extends Target {
  readonly clock: Clock
  /** A number from 0 up to 1. */
  readonly random: () => number
  /** Milliseconds after which a batch that keeps failing is given up. */
  readonly patience: number
  /** Told of a try that failed, in a sentence, and the pause before the next one in milliseconds. */
  readonly onRetry: (what: string, pause: number) => void
}

/** A request without an answer is given up after this long, in milliseconds, and tried again. */
const REQUEST_TIMEOUT = 10_000

/** A batch is held back by a Segment that says how long to wait for no longer than this many times the patience. */
const PATIENCE_WITH_LIMITS = 5

/** Sends batches to Segment's tracking API, and again where that may help. */
export class SegmentClient {
  readonly counts: SegmentCounts = { requests: 0, retries: 0, refusals: 0, waited: 0 }
  private readonly requestTimeout: number

  constructor(private readonly options: SegmentClientOptions) {
    this.requestTimeout = Math.min(REQUEST_TIMEOUT, options.patience)
  }

  /**
   * Sends a batch, and tries again what may pass.
   * @param stop once aborted, what is on its way gets a few seconds to end
   * @returns `accepted`, or why Segment doesn't take it as it is (verdict `halve`)
   * @throws PackageError when it can't be sent; the signal's reason when it was stopped
   */
  async send(calls: readonly SegmentCall[], stop: AbortSignal): Promise<'accepted' | SegmentFailure> {
    const { clock, random, patience, origin, onRetry } = this.options
    let firstFailureAt: number | undefined
    for (let retries = 0; ; retries += 1) {
      stop.throwIfAborted()
      const end = await this.trySending(calls, retries, stop)
      if (end === 'accepted') return end
      const failure = segmentFailure(end, new URL(origin).host)
      if (failure.verdict === 'halve') return failure
      const failedAt = clock.now()
      firstFailureAt ??= failedAt
      const isLimit = 'status' in end && end.status === 429
      const asked = isLimit ? end.retryAfter : undefined
      const pause = asked === undefined ? pauseBefore(retries, random) : Math.max(1, asked) * 1000
      const givenUpAt = firstFailureAt + patience * (asked === undefined ? 1 : PATIENCE_WITH_LIMITS)
      if (failure.verdict === 'give up' || failedAt + pause > givenUpAt) throw failure.error
      stop.throwIfAborted()
      onRetry(failure.what, pause)
      await clock.sleep(pause, stop)
      this.counts.retries += 1
      if (isLimit) this.counts.waited += clock.now() - failedAt
    }
  }

  private async trySending(
    calls: readonly SegmentCall[],
    retries: number,
    stop: AbortSignal
  ): Promise<FailedTry | 'accepted'> {
    this.counts.requests += 1
    const options = { sentAt: this.options.clock.now(), retries, timeout: this.requestTimeout, stop }
    const end = await sendOnce(calls, this.options, options)
    if (end !== 'accepted' && 'status' in end && end.status === 429) this.counts.refusals += 1
    return end
  }
}
