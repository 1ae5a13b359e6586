import { type createRequestClient, Headers, HTTPError } from '@segment/actions-core'
import type { RequestClient } from '@segment/actions-core'
import { type Exchange, plainHeaders } from './exchanges'

/** A call that was tried and got no answer, or none that is whole. */
export interface UnansweredCall {
  readonly request: Exchange['request']
  /** Why, as a code: such as `ECONNREFUSED`. */
  readonly failure: string
}

type Options = Parameters<typeof createRequestClient>[number]
type SentOptions = Parameters<NonNullable<Options['beforeRequest']>[number]>[0]

/**
 * Has a request client tell of the calls that get no answer. The host's hooks hear of answers only, so the client itself
 * is wrapped.
 */
export function noteUnanswered(request: RequestClient, note: (call: UnansweredCall) => void): RequestClient {
  return async (url, options) => {
    let sent: SentOptions | undefined
    const keep = (complete: SentOptions): void => {
      sent = complete
    }
    const withHook: Options = { ...options, beforeRequest: [keep] }
    try {
      return await request(url, withHook)
    } catch (error) {
      // An `HTTPError` is an answer, and what failed before it was sent is no call.
      if (sent && !(error instanceof HTTPError)) note(unansweredCall(url, sent, error))
      throw error
    }
  }
}

/** Only the error's code is taken: the host's errors hold the request, so the API key. */
function unansweredCall(
  url: string,
  { method, headers, body, searchParams }: SentOptions,
  error: unknown
): UnansweredCall {
  const { code, type, name } = Object(error) as Record<string, unknown>
  const address = new URL(url)
  if (searchParams) address.search = new URLSearchParams(searchParams as Record<string, string>).toString()
  return {
    request: {
      url: address.href,
      method,
      headers: plainHeaders(new Headers(headers)),
      body: typeof body === 'string' ? body : ''
    },
    failure: String(code ?? type ?? name)
  }
}
