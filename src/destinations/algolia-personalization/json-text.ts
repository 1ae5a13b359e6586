/** A text, or one of the characters that give JSON its structure. Numbers, `true`, `false`, `null` and `:` need no notice. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},]/g

/**
 * The elements of the list at a property of a JSON object, each as the text that stands there. To send elements back
 * as they came, `JSON.parse` won't do: it rounds whole numbers above 2^53 and forgets a property that stands twice.
 *
 * @param json an object that `JSON.parse` accepts and in which the property is a list
 */
export function elementTexts(json: string, property: string): string[] {
  let texts: string[] = []
  let depth = 0
  let keyExpected = false
  let key: unknown
  let start = 0
  for (const { 0: token, index = 0 } of json.matchAll(TOKEN)) {
    const inList = depth === 2 && key === property
    if (token === '{' || token === '[') {
      depth += 1
      keyExpected = depth === 1
      if (depth === 2 && key === property) {
        // Of a property that stands twice, the later counts, as it does to JSON.parse.
        texts = []
        start = index + 1
      }
    } else if (token === '}' || token === ']') {
      depth -= 1
      if (inList) texts.push(json.slice(start, index).trim())
    } else if (token === ',') {
      keyExpected = depth === 1
      if (inList) {
        texts.push(json.slice(start, index).trim())
        start = index + 1
      }
    } else if (keyExpected) {
      keyExpected = false
      key = JSON.parse(token)
    }
  }
  return texts.filter((text) => text !== '')
}
