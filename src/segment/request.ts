import { struckOut } from '../report/redaction'
import type { SegmentCall } from './calls'
import { bodyOf } from './envelope'
import type { FailedTry } from './failures'

/** Where a batch goes. */
export interface Target {
  /** An origin, such as `https://api.segment.io`. */
  readonly origin: string
  readonly writeKey: string
}

export interface RequestOptions {
  /** Unix milliseconds. */
  readonly sentAt: number
  /** How often the batch was sent before. */
  readonly retries: number
  /** A request without an answer is given up after this long, in milliseconds. */
  readonly timeout: number
  /** Gives it up earlier. */
  readonly giveUp: AbortSignal
}

/** What Segment says of itself in an answer is told up to this length. */
const LONGEST_MESSAGE = 200

/**
 * Sends a batch once (Segment's documentation of the HTTP API, "Batch").
 * @returns `accepted` when Segment itself said so, else how it ended
 */
export async function sendOnce(
  calls: readonly SegmentCall[],
  { origin, writeKey }: Target,
  { sentAt, retries, timeout, giveUp: given }: RequestOptions
): Promise<FailedTry | 'accepted'> {
  // Not `AbortSignal.any` and `.timeout`: Node 20 can lose such signals to the garbage collector, and wait for ever.
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), timeout)
  const abort = (): void => giveUp.abort()
  given.addEventListener('abort', abort, { once: true })
  try {
    const answer = await fetch(`${origin}/v1/batch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
        // As Segment's libraries say it.
        ...(retries > 0 && { 'x-retry-count': String(retries) })
      },
      body: bodyOf(calls, writeKey, sentAt),
      // A redirect is no acceptance; nor is what stands where it leads.
      redirect: 'manual',
      signal: giveUp.signal
    })
    // The connection can be used again only when the body has been read.
    const said = answerIn(await answer.text())
    const { status } = answer
    if (answer.ok && said?.success === true) return 'accepted'
    return { status, retryAfter: secondsIn(answer.headers.get('retry-after')), message: messageIn(said, writeKey) }
  } catch (thrown) {
    return giveUp.signal.aborted ? { silentFor: timeout } : { unreachable: reasonOf(thrown) }
  } finally {
    clearTimeout(timer)
    given.removeEventListener('abort', abort)
  }
}

/** What Segment says as JSON; a page of a proxy, for instance, says nothing. */
function answerIn(body: string): { readonly success?: unknown; readonly message?: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null ? json : undefined
  } catch {
    return undefined
  }
}

function messageIn(said: ReturnType<typeof answerIn>, writeKey: string): string | undefined {
  const { message } = said ?? {}
  return typeof message === 'string'
    ? struckOut(message, writeKey, '(the write key)').slice(0, LONGEST_MESSAGE)
    : undefined
}

function secondsIn(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) : undefined
}

/** `fetch` says only that it failed: why stands in the cause. */
function reasonOf(thrown: unknown): string {
  const { message, cause } = thrown as Error & { cause?: NodeJS.ErrnoException }
  return cause?.code ?? cause?.message ?? message
}
