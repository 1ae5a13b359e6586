/**
 * A field's mapping as somebody would write it, and back. One path (`$.userId`) is the value at that path; several, one a
 * line, are the first of them at which there is something; what begins with `{` is a mapping directive as JSON; anything
 * else is the value itself.
 */

/** @returns the text of a mapping. */
export function textOf(mapping) {
  if (mapping === undefined || mapping === null) return ''
  if (typeof mapping === 'string') return mapping
  return pathsOf(mapping)?.join('\n') ?? JSON.stringify(mapping, undefined, 2)
}

/**
 * @returns the mapping that a text stands for; `undefined` for an empty one
 * @throws SyntaxError when it begins like JSON and isn't
 */
export function mappingOf(text) {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  if (trimmed.startsWith('{')) return JSON.parse(trimmed)
  const lines = trimmed.split('\n').map((line) => line.trim())
  return lines.every((line) => line.startsWith('$.')) ? firstOf(lines) : text
}

function firstOf([path, ...others]) {
  const here = { '@path': path }
  return others.length === 0 ? here : { '@if': { exists: here, then: here, else: firstOf(others) } }
}

/** @returns the paths of a mapping that is nothing but paths. */
function pathsOf(mapping) {
  if (typeof mapping !== 'object' || mapping === null) return undefined
  if (isPath(mapping)) return [mapping['@path']]
  const { exists, then, else: others } = mapping['@if'] ?? {}
  if (!isPath(exists) || !isPath(then) || exists['@path'] !== then['@path']) return undefined
  const rest = pathsOf(others)
  return rest && [exists['@path'], ...rest]
}

function isPath(mapping) {
  return typeof mapping?.['@path'] === 'string' && Object.keys(mapping).length === 1
}
