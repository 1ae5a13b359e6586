// @ts-check
/**
 * A field's mapping as somebody would write it, and back. One path (`$.userId`) is the value at that path; several, one a
 * line, are the first of them at which there is something; what begins with `{` is a mapping directive as JSON; anything
 * else is the value itself.
 */

/** @param {unknown} mapping @returns {string} the text of a mapping */
export function textOf(mapping) {
  if (mapping === undefined || mapping === null) return ''
  if (typeof mapping === 'string') return mapping
  return pathsOf(mapping)?.join('\n') ?? JSON.stringify(mapping, undefined, 2)
}

/**
 * @param {string} text
 * @returns {unknown} the mapping that a text stands for; `undefined` for an empty one
 * @throws SyntaxError when it begins like JSON and isn't
 */
export function mappingOf(text) {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  if (trimmed.startsWith('{')) return JSON.parse(trimmed)
  const lines = trimmed.split('\n').map((line) => line.trim())
  return lines.every((line) => line.startsWith('$.')) ? firstOf(lines) : text
}

/** As the destination's own defaults have it: an empty text or null is nothing. @param {string[]} paths @returns {unknown} */
function firstOf([path, ...others]) {
  const here = { '@path': path }
  return others.length === 0 ? here : { '@if': { blank: here, then: here, else: firstOf(others) } }
}

/** @param {any} mapping @returns {string[] | undefined} the paths of a mapping that is nothing but paths */
function pathsOf(mapping) {
  if (typeof mapping !== 'object' || mapping === null) return undefined
  if (isPath(mapping)) return [mapping['@path']]
  const { blank, then, else: others } = mapping['@if'] ?? {}
  if (!isPath(blank) || !isPath(then) || blank['@path'] !== then['@path']) return undefined
  if (others === undefined) return [blank['@path']]
  const rest = pathsOf(others)
  return rest && [blank['@path'], ...rest]
}

/** @param {any} mapping */
function isPath(mapping) {
  return typeof mapping?.['@path'] === 'string' && Object.keys(mapping).length === 1
}
