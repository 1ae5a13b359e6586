import type { DecoratedResponse } from '@segment/actions-core'
import { redactAll, redactText } from './redaction'

/** A call to the destination's API and its answer, in the shape that Segment's own `serve` gives. */
export interface Exchange {
  readonly request: {
    readonly url: string
    readonly method: string
    readonly headers: Record<string, string>
    readonly body: string
  }
  readonly response: {
    readonly statusCode: number
    readonly statusMessage: string
    readonly headers: Record<string, string>
    readonly body: unknown
  }
}

/** @returns what is to be shown of a call, without secrets. */
export async function exchangeOf(response: DecoratedResponse, secrets: readonly string[]): Promise<Exchange> {
  const { request, status, statusText, data, content } = response
  const exchange: Exchange = {
    request: {
      url: request.url,
      method: request.method,
      headers: plainHeaders(request.headers),
      body: redactText(await request.clone().text(), secrets)
    },
    response: {
      statusCode: status,
      statusMessage: statusText,
      headers: plainHeaders(response.headers),
      body: data ?? content
    }
  }
  return redactAll(exchange, secrets) as Exchange
}

/** @returns headers by their names. */
export function plainHeaders(headers: Headers): Record<string, string> {
  const plain: Record<string, string> = {}
  headers.forEach((value, name) => (plain[name] = value))
  return plain
}
