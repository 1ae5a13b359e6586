import { Analytics, type HTTPFetchFn } from '@segment/analytics-node'
import type { Clock } from '../clock'
import type { SegmentCall } from '../sync/calls'
import { type FailedTry, segmentFailure } from './failures'

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

export interface SegmentClientOptions {
  readonly writeKey: string
  /** An origin, such as `https://api.segment.io`. */
  readonly origin: string
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

/** What is on its way when the sync is stopped may take this much longer, in milliseconds. */
export const GRACE = 5_000

/** Pauses before a retry double from the first to the longest, milliseconds, and each is shortened by up to half at random. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 16_000

/** A batch is held back by a Segment that says how long to wait for no longer than this many times the patience. */
const PATIENCE_WITH_LIMITS = 5

/**
 * Sends batches with Segment's own library.
 *
 * The library cuts the stream of calls into batches by its own reckoning of their size, which is wrong, reports success
 * call by call, and tells nobody how long it waits before it tries again. So each try of a batch gets an instance to
 * itself, which sends once, as soon as it holds the whole batch; a batch is accepted when an answer to all of its calls
 * said so, and tried again from here.
 */
export class SegmentClient {
  readonly counts: SegmentCounts = { requests: 0, retries: 0, refusals: 0, waited: 0 }
  private readonly requestTimeout: number

  constructor(private readonly options: SegmentClientOptions) {
    this.requestTimeout = Math.min(REQUEST_TIMEOUT, options.patience)
  }

  /**
   * Resolves when Segment has accepted all calls; what may pass is tried again.
   * @param stop once aborted, what is on its way gets a few seconds to end
   * @throws PackageError when Segment hasn't accepted the batch; the signal's reason when it was stopped
   */
  async send(calls: readonly SegmentCall[], stop: AbortSignal): Promise<void> {
    const { clock, patience, origin, onRetry } = this.options
    let firstFailureAt: number | undefined
    for (let retries = 0; ; retries += 1) {
      stop.throwIfAborted()
      const end = await this.trySending(calls, retries, stop)
      if (end === 'accepted') return
      const failure = segmentFailure(end, new URL(origin).host)
      const failedAt = clock.now()
      firstFailureAt ??= failedAt
      const refusal = refusalIn(end)
      const asked = refusal?.retryAfter
      const pause = asked === undefined ? this.pauseBefore(retries) : Math.max(1, asked) * 1000
      const givenUpAt = firstFailureAt + patience * (asked === undefined ? 1 : PATIENCE_WITH_LIMITS)
      if (!failure.mayPass || failedAt + pause > givenUpAt) throw failure.error
      stop.throwIfAborted()
      onRetry(failure.what, pause)
      await clock.sleep(pause, stop)
      this.counts.retries += 1
      if (refusal) this.counts.waited += clock.now() - failedAt
    }
  }

  /** Sends a batch once. @returns how that ended */
  private async trySending(
    calls: readonly SegmentCall[],
    retries: number,
    stop: AbortSignal
  ): Promise<FailedTry | 'accepted'> {
    const { writeKey, origin } = this.options
    const giveUp = new AbortController()
    let end: FailedTry | 'accepted' = 'not sent as a whole'
    const analytics = new Analytics({
      writeKey,
      host: origin,
      flushAt: calls.length,
      maxRetries: 0,
      httpRequestTimeout: this.requestTimeout,
      httpClient: async (url, request) => {
        end = await this.request(url, request, { calls: calls.length, retries, giveUp: giveUp.signal })
        // For the library it is over, whatever came of it: it would try again by itself.
        return new Response()
      }
    })
    const endSoon = (): void => {
      void analytics.closeAndFlush({ timeout: GRACE }).finally(() => giveUp.abort())
    }
    stop.addEventListener('abort', endSoon, { once: true })
    try {
      const ended = new Promise((resolve) => analytics.once('drained', () => resolve(undefined)))
      for (const call of calls) {
        if (call.type === 'identify') analytics.identify(call)
        else analytics.track(call)
      }
      await ended
      return end
    } finally {
      stop.removeEventListener('abort', endSoon)
    }
  }

  private async request(
    url: string,
    { signal: timeout, ...request }: Parameters<HTTPFetchFn>[1],
    { calls, retries, giveUp }: { calls: number; retries: number; giveUp: AbortSignal }
  ): Promise<FailedTry | 'accepted'> {
    this.counts.requests += 1
    const signal = AbortSignal.any([timeout as AbortSignal, giveUp])
    // As the library says it when it tries again by itself.
    const headers = retries === 0 ? request.headers : { ...request.headers, 'X-Retry-Count': String(retries) }
    try {
      // A redirect is no acceptance, though the library takes it for one; nor is what stands where it leads.
      const answer = await fetch(url, { ...request, headers, redirect: 'manual', signal })
      // The connection can be used again only when the body has been read.
      await answer.arrayBuffer()
      if (answer.ok) {
        const { batch } = JSON.parse(request.body) as { batch: unknown[] }
        return batch.length === calls ? 'accepted' : 'not sent as a whole'
      }
      const { status } = answer
      if (status !== 429) return { status }
      this.counts.refusals += 1
      const seconds = answer.headers.get('retry-after') ?? ''
      return { status, retryAfter: /^\d{1,9}$/.test(seconds) ? Number(seconds) : undefined }
    } catch (thrown) {
      return signal.aborted ? { silentFor: this.requestTimeout } : { unreachable: reasonOf(thrown) }
    }
  }

  private pauseBefore(retries: number): number {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** retries)
    return longest * (0.5 + 0.5 * this.options.random())
  }
}

function refusalIn(end: FailedTry): { readonly retryAfter?: number | undefined } | undefined {
  return typeof end === 'object' && 'status' in end && end.status === 429 ? end : undefined
}

/** `fetch` says only that it failed: why stands in the cause. */
function reasonOf(thrown: unknown): string {
  const { message, cause } = thrown as Error & { cause?: NodeJS.ErrnoException }
  return cause?.code ?? cause?.message ?? message
}
