import { struckOut } from '../report/redaction'
import type { SegmentCall } from './calls'
import { bodyOf } from './envelope'
import type { FailedTry } from './failures'
import { postOnce, type PostOptions } from './post'

/** Where a batch goes. */
export interface Target {
  /** An origin, such as `https://api.segment.io`. */
  readonly origin: string
  readonly writeKey: string
}

export interface RequestOptions extends Pick<PostOptions, 'timeout' | 'stop'> {
  /** Unix milliseconds. */
  readonly sentAt: number
  /** How often the batch was sent before. */
  readonly retries: number
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
  { sentAt, retries, ...options }: RequestOptions
): Promise<FailedTry | 'accepted'> {
  const end = await postOnce(`${origin}/v1/batch`, {
    headers: {
      authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
      // As Segment's libraries say it.
      ...(retries > 0 && { 'x-retry-count': String(retries) })
    },
    body: bodyOf(calls, writeKey, sentAt),
    ...options
  })
  if (!('status' in end)) return end
  const { status, retryAfter, body } = end
  const said = answerIn(body)
  const isSuccess = status >= 200 && status < 300 && said?.success === true
  return isSuccess ? 'accepted' : { status, retryAfter, message: messageIn(said, writeKey) }
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
