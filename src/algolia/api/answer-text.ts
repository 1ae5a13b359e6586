import { struckOut } from '../../report/redaction'

/**
 * What an answer that isn't what was asked for says, in one line that can be told: Algolia's `message` where it has one. Of
 * other JSON only how long it is, as it may hold profiles, which have no place in a log; of anything else, such as the
 * page of a proxy, how it starts.
 * @param body undefined when it can't be unzipped
 * @param apiKey struck out, should the answer repeat it
 */
export function textOfAnswer(body: string | undefined, apiKey: string): string {
  if (body === undefined) return '(unreadable)'
  const said = messageOf(body)
  if (said === undefined && /^\s*[{[]/.test(body)) return `(${body.length} characters of JSON)`
  const text = struckOut(said ?? body, apiKey, '(the API key)')
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 200)}…` : line || '(empty)'
}

/** Whether an answer that isn't a 200 is Algolia's own: its errors are JSON objects that repeat their status. */
export function isAlgoliasError(body: string, status: number): boolean {
  try {
    const error = JSON.parse(body) as { status?: unknown } | null
    return error?.status === status
  } catch {
    return false
  }
}

function messageOf(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
