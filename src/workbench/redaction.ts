import { struckOut } from '../report/redaction'

/** What stands in place of a secret; the same text as in the answers of Segment's own `serve`. */
export const REDACTED = '<redacted>'

/**
 * Names of headers whose values are secrets, or tell who somebody is: those that Segment's own `serve` withholds, and
 * the one that carries Algolia's key.
 */
const SENSITIVE_NAMES = new Set([
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

/** @returns a copy of plain data in which no value holds a secret; the names of properties stay. */
export function redactValues(data: unknown, secrets: readonly string[]): unknown {
  return redact(data, secrets, (name) => name)
}

/** @returns a copy of plain data from elsewhere in which neither a value nor the name of a property holds a secret. */
export function redactAll(data: unknown, secrets: readonly string[]): unknown {
  return redact(data, secrets, (name) => redactText(name, secrets))
}

function redact(data: unknown, secrets: readonly string[], rename: (name: string) => string): unknown {
  if (typeof data === 'string') return redactText(data, secrets)
  if (Array.isArray(data)) return data.map((item) => redact(item, secrets, rename))
  if (typeof data !== 'object' || data === null) return data
  const entries = Object.entries(data).map(([name, value]: [string, unknown]) => [
    rename(name),
    SENSITIVE_NAMES.has(name.toLowerCase()) ? REDACTED : redact(value, secrets, rename)
  ])
  return Object.fromEntries(entries)
}
