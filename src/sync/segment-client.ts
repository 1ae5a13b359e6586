import { Analytics, type HTTPFetchFn } from '@segment/analytics-node'
import type { Clock } from '../sources/algolia-profiles/clock'
import { transientError } from '../sources/algolia-profiles/errors'
import type { SegmentCall } from './calls'
import { type LastTry, segmentFailure } from './segment-failures'

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
  /** Milliseconds after which a batch that keeps failing is given up. */
  readonly patience: number
  /** Told of a try that failed, in words; the library tries again as long as there is patience. */
  readonly onFailedTry: (what: string) => void
}

/** A request without an answer is given up after this long, in milliseconds, and tried again. */
const REQUEST_TIMEOUT = 10_000

/** What is on its way when the sync is stopped may take this much longer, in milliseconds. */
export const GRACE = 5_000

/** A batch is held back by 429s for no longer than this many times the patience. */
const PATIENCE_WITH_LIMITS = 5

/** What is known of a batch while it is being sent. */
interface Sending {
  accepted: number
  last: LastTry | undefined
  lastAt: number
}

/**
 * Sends batches with Segment's own library.
 *
 * The library cuts the stream of calls into batches by its own reckoning of their size, which is wrong, and reports
 * success call by call. So each batch gets an instance to itself, which sends as soon as it holds the whole batch, and
 * a batch is accepted when an answer to all of its calls said so.
 */
export class SegmentClient {
  readonly counts: SegmentCounts = { requests: 0, retries: 0, refusals: 0, waited: 0 }

  constructor(private readonly options: SegmentClientOptions) {}

  /**
   * Resolves when Segment has accepted all calls; the library retries what may pass.
   * @param stop once aborted, what is on its way gets a few seconds to end
   * @throws SourceError when Segment hasn't accepted the batch
   */
  async send(calls: readonly SegmentCall[], stop: AbortSignal): Promise<void> {
    stop.throwIfAborted()
    const { writeKey, origin, patience } = this.options
    const giveUp = new AbortController()
    const sending: Sending = { accepted: 0, last: undefined, lastAt: 0 }
    const seconds = patience / 1000
    const analytics = new Analytics({
      writeKey,
      host: origin,
      flushAt: calls.length,
      httpRequestTimeout: Math.min(REQUEST_TIMEOUT, patience),
      maxTotalBackoffDuration: seconds,
      maxRateLimitDuration: seconds * PATIENCE_WITH_LIMITS,
      httpClient: (url, request) => this.request(url, request, giveUp.signal, sending)
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
    } finally {
      stop.removeEventListener('abort', endSoon)
    }
    if (sending.accepted === calls.length) return
    if (giveUp.signal.aborted) throw transientError('Segment did not answer before the sync had to stop.')
    throw segmentFailure(sending.accepted > 0 ? undefined : sending.last, new URL(origin).host)
  }

  private async request(
    url: string,
    request: Parameters<HTTPFetchFn>[1],
    giveUp: AbortSignal,
    sending: Sending
  ): ReturnType<HTTPFetchFn> {
    this.noteTry(sending)
    const signal = AbortSignal.any([request.signal as AbortSignal, giveUp])
    try {
      // A redirect is no acceptance, though the library takes it for one; nor is what stands where it leads.
      const answer = await fetch(url, { ...request, redirect: 'manual', signal })
      // The connection can be used again only when the body has been read.
      await answer.arrayBuffer()
      sending.last = { status: answer.status }
      if (answer.ok) sending.accepted = (JSON.parse(request.body) as { batch: unknown[] }).batch.length
      if (answer.status === 429) {
        this.counts.refusals += 1
        const seconds = answer.headers.get('retry-after')
        this.options.onFailedTry(`Segment asks to wait${seconds === null ? '' : ` ${seconds} s`} (429).`)
      } else if (answer.status >= 500) {
        this.options.onFailedTry(`Segment failed to answer (${answer.status}).`)
      }
      return answer
    } catch (thrown) {
      const reason = signal.aborted ? 'it took too long' : reasonOf(thrown)
      sending.last = { reason }
      this.options.onFailedTry(`Segment could not be reached or did not answer (${reason}).`)
      throw thrown
    } finally {
      sending.lastAt = this.options.clock.now()
    }
  }

  private noteTry({ last, lastAt }: Sending): void {
    this.counts.requests += 1
    if (last === undefined) return
    this.counts.retries += 1
    if ('status' in last && last.status === 429) this.counts.waited += this.options.clock.now() - lastAt
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const { cause } = thrown as { cause?: { code?: unknown } }
  return typeof cause?.code === 'string' ? cause.code : thrown.message
}
