import { pauseBefore } from '../backoff'
import type { Clock } from '../clock'
import { postOnce, type Posted } from '../segment/post'
import type { SlackMessage } from './slack'

export interface WebhookOptions {
  /** A secret: it is never told. */
  readonly url: string
  readonly clock: Clock
  readonly random: () => number
  /** Milliseconds after which a message that keeps failing is left for the next run. */
  readonly patience: number
  /** Told of a try that failed, in a sentence, and the pause before the next one in milliseconds. */
  readonly onRetry: (what: string, pause: number) => void
}

/** A request without an answer is given up after this long, in milliseconds, and tried again. */
const REQUEST_TIMEOUT = 10_000

/** What came of a message: taken; refused for good, with why; or to be tried in the next run. */
export type Delivered = 'taken' | { readonly refused: string } | { readonly failed: string }

/** Posts messages to a webhook that takes what Slack's take, and again where that may help. */
export class Webhook {
  constructor(private readonly options: WebhookOptions) {}

  /** @throws the signal's reason when it was stopped */
  async post(message: SlackMessage, stop: AbortSignal): Promise<Delivered> {
    const { url, clock, random, patience, onRetry } = this.options
    const body = JSON.stringify(message)
    const timeout = Math.min(REQUEST_TIMEOUT, patience)
    const givenUpAt = clock.now() + patience
    for (let retries = 0; ; retries += 1) {
      stop.throwIfAborted()
      const end = await postOnce(url, { body, timeout, stop })
      const status = 'status' in end ? end.status : undefined
      if (status !== undefined && status >= 200 && status < 300) return 'taken'
      // Slack says no for good: the channel or the webhook is gone, or it doesn't like the message.
      if (status !== undefined && status >= 400 && status < 500 && status !== 429) {
        return { refused: `The webhook refuses it (${status})` }
      }
      const what = whatHappened(end)
      const pause =
        'status' in end && end.retryAfter !== undefined ? end.retryAfter * 1000 : pauseBefore(retries, random)
      if (clock.now() + pause > givenUpAt) return { failed: what }
      onRetry(what, pause)
      await clock.sleep(pause, stop)
    }
  }
}

function whatHappened(end: Posted): string {
  if ('status' in end) return `The webhook failed to answer (${end.status}).`
  if ('silentFor' in end) return `The webhook did not answer within ${end.silentFor / 1000} s.`
  // Anything but a code could hold a part of the address.
  const code = /^[A-Z0-9_]+$/.test(end.unreachable) ? ` (${end.unreachable})` : ''
  return `The webhook could not be reached${code}.`
}
