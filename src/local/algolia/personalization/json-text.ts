/** JSON handled as the text it is, for what must be kept as it was sent: `JSON.parse` rounds large whole numbers. */

/** A text, or one of the characters that give JSON its structure. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:,]/g

/**
 * The properties of an object, each with the text of its value. Of one that stands twice, the later counts.
 *
 * @param json an object that `JSON.parse` accepts
 */
export function propertyTexts(json: string): Map<string, string> {
  const texts = new Map<string, string>()
  let depth = 0
  let key = ''
  let start: number | undefined
  for (const { 0: text, index } of json.matchAll(token)) {
    const endsValue = depth === 1 && (text === ',' || text === '}')
    if (endsValue && start !== undefined) {
      texts.set(key, json.slice(start, index).trim())
      start = undefined
    } else if (depth === 1 && text === ':') start = index + 1
    else if (depth === 1 && start === undefined && text.startsWith('"')) key = JSON.parse(text) as string
    if (text === '{' || text === '[') depth++
    else if (text === '}' || text === ']') depth--
  }
  return texts
}

/** The object that has these properties. */
export function objectText(properties: ReadonlyMap<string, string>): string {
  return `{${[...properties].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}
