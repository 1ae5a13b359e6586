import type { Definition } from './host'
import type { Target } from './target'

/** @returns what no answer may show: the kept key, and the settings of the type `password` that stand in a request. */
export function secretsIn(definition: Definition, target: Target, settings: unknown = {}): string[] {
  const given = typeof settings === 'object' && settings !== null ? (settings as Record<string, unknown>) : {}
  const fields = Object.entries(definition.authentication?.fields ?? {})
  const typed = fields
    .filter(([name, { type }]) => type === 'password' && Object.hasOwn(given, name))
    .map(([name]) => given[name])
  return [target.apiKey, ...typed].filter((secret): secret is string => typeof secret === 'string' && secret !== '')
}
