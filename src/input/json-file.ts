import { readFile } from 'node:fs/promises'
import { configError } from '../errors'

/**
 * @param what what the file holds, as its user calls it
 * @param mayBeEmpty whether a file without a word in it is taken for one that says nothing, `undefined`
 * @returns the content of a JSON file
 * @throws PackageError (`config`) when it can't be read, or isn't JSON; the content is never repeated
 */
export async function readJsonFile(what: string, path: string, mayBeEmpty = false): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (thrown) {
    const { code } = thrown as { code?: string }
    const reason = code === 'ENOENT' ? 'there is no such file' : (code ?? 'it is not readable')
    throw configError(`The ${what} ${path} can't be read: ${reason}. Check the path and its permissions.`)
  }
  if (mayBeEmpty && text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw configError(`The ${what} ${path} is not valid JSON. Correct the file.`)
  }
}

/** @returns JSON without the properties that are null, at any depth: some hosts write what is absent so. */
export function withoutNulls(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutNulls)
  if (typeof json !== 'object' || json === null) return json
  const present = Object.entries(json).filter(([, value]) => value !== null)
  return Object.fromEntries(present.map(([key, value]) => [key, withoutNulls(value)]))
}
