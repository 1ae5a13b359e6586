import { struckOut } from '../report/redaction'

/** What stands in place of a secret; the same text as in the answers of Segment's own `serve`. */
export const REDACTED = '<redacted>'

/**
 * Names of headers whose values are secrets, or tell who somebody is: those that Segment's own `serve` withholds, and
 * the one that carries Algolia's key. Of headers alone: what else bears such a name is data.
 */
const SENSITIVE_HEADERS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'www-authenticate',
  'proxy-authenticate',
  'x-csrf-token',
  'x-xsrf-token',
  'x-api-key',
  'x-client-id',
  'x-uid',
  'x-requested-with',
  'x-forwarded-for',
  'x-real-ip',
  'x-amz-security-token',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-user-agent',
  'x-algolia-api-key'
])

/** The key as Algolia also takes it: as a parameter of a URL, or as a property in a text. */
const KEY_IN_TEXT = /(x-algolia-api-key["']?\s*[=:]\s*["']?)([^"'&\s,}]+)/gi

/** @returns the text without the secrets, in whichever way they are written in it. */
export function redactText(text: string, secrets: readonly string[]): string {
  let redacted = text.replace(KEY_IN_TEXT, `$1${REDACTED}`)
  for (const secret of secrets) redacted = struckOut(redacted, secret, REDACTED)
  return redacted
}

/** @returns headers without the values of those that are secret by their name. */
export function redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SENSITIVE_HEADERS.has(name.toLowerCase()) ? REDACTED : value])
  )
}

/**
 * @returns a copy of plain data in which neither a text nor the name of a property holds a secret. What a property is
 * called strikes nothing out: a profile may well like the brand "Cookie".
 */
export function redactValues(data: unknown, secrets: readonly string[]): unknown {
  if (typeof data === 'string') return redactText(data, secrets)
  if (Array.isArray(data)) return data.map((item) => redactValues(item, secrets))
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(
    Object.entries(data).map(([name, value]: [string, unknown]) => [
      redactText(name, secrets),
      redactValues(value, secrets)
    ])
  )
}
