/** What a search can send along as a rule context: nothing else is taken. */
const RULE_CONTEXT = /^[A-Za-z0-9_-]+$/

/** Ids of profile segments are kept to this many characters, and so are contexts. */
export const MAX_ID_LENGTH = 255

/** @returns whether a text can be a rule context as it is. */
export function isRuleContext(text: string): boolean {
  return text.length <= MAX_ID_LENGTH && RULE_CONTEXT.test(text)
}

/**
 * The id of a profile segment as a text that rules and searches can use, always the same for the same id. One that can be
 * a rule context stays as it is. In any other each run of characters but ASCII letters, digits and `-` becomes one `_`,
 * and a fingerprint of the whole id follows, so that no two ids end up as one. The destination makes the ids of audiences
 * in the same way: an audience's name typed as an id by hand becomes what the destination would have made of it.
 */
export function safeId(id: string, maxLength = MAX_ID_LENGTH): string {
  if (id.length <= maxLength && isRuleContext(id)) return id
  const suffix = `-${fingerprint(id)}`
  const safe = withoutEnd(id.replace(/[^A-Za-z0-9-]+/g, '_'))
  return withoutEnd(safe.slice(0, maxLength - suffix.length)) + suffix
}

function withoutEnd(text: string): string {
  return text.replace(/_+$/, '')
}

/** 64-bit FNV-1a over the UTF-16 code units of a text, low byte first, folded to 48 bits, as 12 hexadecimal digits. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(text, 'utf16le')) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return BigInt.asUintN(48, hash ^ (hash >> 48n))
    .toString(16)
    .padStart(12, '0')
}
