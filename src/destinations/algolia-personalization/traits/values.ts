/** Most distinct values of one trait. */
export const MAX_VALUES = 20

/**
 * The texts that a trait's value stands for, each once: none where it says that there is no value. A value that is refused
 * gives the reason instead, which never repeats it.
 */
export function valuesOf(value: unknown): string[] | { refused: string } {
  const members: unknown[] = Array.isArray(value) ? value : [value]
  const texts = new Set<string>()
  for (const member of members) {
    if (member === null || member === undefined || member === '') continue
    if (!isScalar(member)) return { refused: 'its value must be a text, a number, true or false, or a list of these' }
    if (typeof member === 'string' && isPersonal(member)) {
      return {
        refused: 'its value looks like an e-mail address or a telephone number, and Algolia takes no personal data'
      }
    }
    texts.add(String(member))
  }
  return texts.size > MAX_VALUES ? { refused: `it has more than ${MAX_VALUES} values` } : [...texts]
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

const EMAIL_ADDRESS = /\S@(?=\S)\S*\./
const TELEPHONE_NUMBER = /^(\+|0|\()/
/** 31.12.2026 is no telephone number, though it may begin with a 0. */
const DATE = /^\d{1,2}[./-]\d{1,2}[./-]\d{4}$/

function isPersonal(text: string): boolean {
  if (EMAIL_ADDRESS.test(text)) return true
  const trimmed = text.trim()
  if (!TELEPHONE_NUMBER.test(trimmed) || DATE.test(trimmed)) return false
  return /^\+?\d{8,15}$/.test(trimmed.replace(/[\s().\-/]/g, ''))
}
