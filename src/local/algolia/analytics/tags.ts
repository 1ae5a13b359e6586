/** The `tags` parameter: tags combined with `AND` and `OR`. */

/** The part of searches that carry each tag; a search carries one of each kind. */
const parts: Readonly<Record<string, number>> = {
  'device:mobile': 0.62,
  'device:desktop': 0.33,
  'device:tablet': 0.05,
  'visitor:new': 0.45,
  'visitor:returning': 0.55
}

/** The part of searches that match an expression; 0 for tags that no search carries, undefined for no expression. */
export function partWith(expression: string): number | undefined {
  if (/^\s*(?:AND|OR)\b|\b(?:AND|OR)\s*$/.test(expression)) return undefined
  const alternatives = expression.split(/\s+OR\s+/).map((text) =>
    text
      .replaceAll(/[()]/g, '')
      .split(/\s+AND\s+/)
      .map((tag) => tag.trim())
  )
  if (alternatives.some((tags) => tags.some((tag) => tag === ''))) return undefined
  return Math.min(
    1,
    alternatives.reduce((sum, tags) => sum + partWithAll([...new Set(tags)]), 0)
  )
}

function partWithAll(tags: readonly string[]): number {
  const kinds = tags.map((tag) => tag.slice(0, tag.indexOf(':')))
  if (new Set(kinds).size < kinds.length) return 0
  return tags.reduce((product, tag) => product * (parts[tag] ?? 0), 1)
}
