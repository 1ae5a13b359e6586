import type { DecoratedResponse } from '@segment/actions-core'
import type { Exchange } from './interface'
import { redactHeaders, redactText, redactValues } from './redaction'

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
  return redactValues(exchange, secrets) as Exchange
}

/** @returns headers by their names, without those that are secret. */
export function plainHeaders(headers: Headers): Record<string, string> {
  const plain: Record<string, string> = {}
  headers.forEach((value, name) => (plain[name] = value))
  return redactHeaders(plain)
}
