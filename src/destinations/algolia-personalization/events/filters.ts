import type { Failure } from '../delivery/outcomes'
import { refusal } from '../delivery/plan'

/**
 * Filters as Algolia takes them, `attribute:value` with the value encoded. Each entry is such a text already, or the JSON
 * of one, or the JSON of an object `{ attribute or type, value }`, as Segment's e-commerce events have them: the default
 * mapping encodes whatever the event holds, since the host would refuse a list of texts and objects.
 */
export function filterTexts(entries: string[]): string[] | Failure {
  const texts: string[] = []
  for (const [index, entry] of entries.entries()) {
    const text = filterText(entry)
    if (text === undefined) {
      return refusal(
        `filter ${index + 1} is neither a text such as brand:apple nor an object with attribute (or type) and value.`
      )
    }
    texts.push(text)
  }
  return texts
}

function filterText(entry: string): string | undefined {
  const value = parsed(entry)
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value !== 'object' || value === null) return undefined
  const { attribute, type, value: wanted } = value as Record<string, unknown>
  const name = attribute || type
  const isScalar = ['string', 'number', 'boolean'].includes(typeof wanted)
  if (typeof name !== 'string' || !isScalar || wanted === '') return undefined
  // Half a surrogate pair can't be encoded.
  return `${name}:${encodeURIComponent(String(wanted).replace(/\p{Cs}/gu, '\ufffd'))}`
}

/** What an entry stands for: itself, unless it is the JSON of a text or an object. */
function parsed(entry: string): unknown {
  if (!/^["{]/.test(entry)) return entry === 'null' ? null : entry
  try {
    return JSON.parse(entry)
  } catch {
    return entry
  }
}
