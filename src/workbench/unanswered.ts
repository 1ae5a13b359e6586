import { type createRequestClient, Headers, HTTPError } from '@segment/actions-core'
import type { RequestClient } from '@segment/actions-core'
import { plainHeaders } from './exchanges'
import type { UnansweredCall as Shown } from './interface'

/** A call whose failure isn't known yet. */
type UnansweredCall = { -readonly [Key in keyof Shown]: Shown[Key] }

type Options = Parameters<typeof createRequestClient>[number]
type SentOptions = Parameters<NonNullable<Options['beforeRequest']>[number]>[0]

/**
 * Has a request client keep the calls that have no answer among `calls`. The host's hooks hear of answers only, so the
 * client itself is wrapped.
 */
export function noteUnanswered(request: RequestClient, calls: Set<Shown>): RequestClient {
  return async (url, options) => {
    let call: UnansweredCall | undefined
    // What fails before it is sent is no call.
    const keep = (complete: SentOptions): void => {
      call = unansweredCall(url, complete)
      calls.add(call)
    }
    const withHook: Options = { ...options, beforeRequest: [keep] }
    try {
      const response = await request<undefined>(url, withHook)
      if (call) calls.delete(call)
      return response as never
    } catch (error) {
      // An `HTTPError` is an answer.
      if (call && error instanceof HTTPError) calls.delete(call)
      else if (call) call.failure = codeOf(error)
      throw error
    }
  }
}

/** Only the error's code is taken: the host's errors hold the request, so the API key. */
function codeOf(error: unknown): string {
  const { code, type, name } = Object(error) as Record<string, unknown>
  return String(code ?? type ?? name)
}

function unansweredCall(url: string, { method, headers, body, searchParams }: SentOptions): UnansweredCall {
  const address = new URL(url)
  if (searchParams) address.search = new URLSearchParams(searchParams as Record<string, string>).toString()
  return {
    request: {
      url: address.href,
      method,
      headers: plainHeaders(new Headers(headers)),
      body: typeof body === 'string' ? body : ''
    },
    failure: 'PENDING'
  }
}
