/** The characters that give JSON its structure. An escape is matched with what it escapes, so that a `\"` is no `"`. */
const MARK = /\\.|["[\]{},]/g

/**
 * The elements of the list at a property of a JSON object, each as the text that stands there. To send elements back
 * as they came, `JSON.parse` won't do: it rounds whole numbers above 2^53 and forgets a property that stands twice.
 *
 * @param json an object that `JSON.parse` accepts and in which the property is a list
 */
export function elementTexts(json: string, property: string): string[] {
  let texts: string[] = []
  let depth = 0
  let key: unknown
  let keyExpected = false
  let quote: number | undefined
  let start = 0
  for (const { 0: mark, index = 0 } of json.matchAll(MARK)) {
    if (mark === '"') {
      if (quote === undefined) {
        quote = index
        continue
      }
      if (keyExpected) key = JSON.parse(json.slice(quote, index + 1))
      keyExpected = false
      quote = undefined
    } else if (quote === undefined) {
      const ends = mark === '}' || mark === ']'
      if (depth === 2 && key === property && (ends || mark === ',')) {
        texts.push(json.slice(start, index).trim())
        start = index + 1
      }
      if (ends) depth -= 1
      else if (mark !== ',') depth += 1
      keyExpected = depth === 1 && !ends
      if (depth === 2 && key === property && mark === '[') {
        // Of a property that stands twice the later counts, as it does to JSON.parse.
        texts = []
        start = index + 1
      }
    }
  }
  return texts.filter((text) => text !== '')
}

/**
 * The texts of the elements, if they are surely those of these parsed elements: as many, each equal to the one at its
 * place. They are about to be written back, so a mistake in telling them apart would destroy what others keep there.
 */
export function sameElementTexts(json: string, property: string, elements: unknown[]): string[] | undefined {
  const texts = elementTexts(json, property)
  const areSame = texts.length === elements.length && texts.every((text, index) => isSame(text, elements[index]))
  return areSame ? texts : undefined
}

function isSame(text: string, element: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(element)
  } catch {
    return false
  }
}
