import type { z } from 'zod'

/** What the checks of a configuration expect, in words. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object'
}

/**
 * What is wrong with a configuration, in one line: each bad setting with what it must be. Its value is never repeated, as
 * it may be a secret.
 */
export function issuesIn({ issues }: z.ZodError, config: unknown): string {
  return issues.map((issue) => described(issue, valueAt(config, issue.path))).join('; ')
}

function described(issue: z.core.$ZodIssue, value: unknown): string {
  const setting = issue.path.length > 0 ? issue.path.join('.') : 'it'
  if (issue.code === 'unrecognized_keys') {
    return `unknown ${issue.keys.length > 1 ? 'settings' : 'setting'} ${issue.keys.join(', ')}`
  }
  if (value === undefined) return `${setting} is missing`
  switch (issue.code) {
    case 'invalid_value':
      return `${setting} must be ${listed(issue.values.map(String))}`
    case 'invalid_type':
      return `${setting} must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'too_small':
      return value === '' ? `${setting} is empty` : `${setting} must be at least ${issue.minimum}`
    case 'too_big':
      return `${setting} must be at most ${issue.maximum}`
    default:
      return value === '' ? `${setting} is empty` : `${setting} ${issue.message}`
  }
}

function listed(values: readonly string[]): string {
  return [values.slice(0, -1).join(', '), ...values.slice(-1)].filter((part) => part !== '').join(' or ')
}

function valueAt(config: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value: unknown, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], config)
}
