import { MAX_PROFILE_SEGMENT_ID_LENGTH } from '../constants'

/** What a search can send along as a rule context, and by which a rule can be made to apply. */
const RULE_CONTEXT = /^[A-Za-z0-9_-]+$/

/** Stands between name and value in the id of a trait segment, and in no id that is made for an audience. */
export const TRAIT_MARK = '__'

/**
 * The id that is made for an audience from its key or name: always the same for the same text, usable as a rule
 * context, and never like the id of a trait segment. Each run of characters other than ASCII letters, digits and `-`
 * becomes one `_`, none at the end. A text that this changes, or that is too long, gets a fingerprint of the whole
 * text at its end, so that no two audiences end up with one id.
 */
export function safeAudienceId(text: string): string {
  return shortened(text, withoutEnd(text.replace(/[^A-Za-z0-9-]+/g, '_')), MAX_PROFILE_SEGMENT_ID_LENGTH)
}

/** `safe`, if it is the text itself and not too long; else as much of it as there is room for, and a fingerprint. */
export function shortened(text: string, safe: string, maxLength: number): string {
  if (safe === text && text !== '' && text.length <= maxLength) return text
  const suffix = `-${fingerprint(text)}`
  return withoutEnd(safe.slice(0, maxLength - suffix.length)) + suffix
}

/** What may go wrong with an id that this package hasn't made; such an id is used all the same. */
export function warningAbout(profileSegmentId: string): string | undefined {
  if (!RULE_CONTEXT.test(profileSegmentId)) {
    return `The segment ID ${JSON.stringify(profileSegmentId)} can't be used as a rule context: only letters, digits, - and _ may stand there.`
  }
  const mark = profileSegmentId.indexOf(TRAIT_MARK)
  if (mark > 0) {
    const trait = profileSegmentId.slice(0, mark)
    return `The segment ID ${JSON.stringify(profileSegmentId)} looks like a value of the trait ${JSON.stringify(trait)}: Sync Traits would remove it with a trait of that name.`
  }
  return undefined
}

function withoutEnd(text: string): string {
  return text.replace(/_+$/, '')
}

/**
 * 64-bit FNV-1a over the UTF-16 code units of a text, low byte first, folded to 48 bits, as 12 hexadecimal digits. Of
 * a million texts, two share one with a probability of 0.2 %.
 */
export function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(text, 'utf16le')) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  const folded = BigInt.asUintN(48, hash ^ (hash >> 48n))
  return folded.toString(16).padStart(12, '0')
}
