import type { z } from 'zod'
import { listed } from '../report/words'

/** What checks expect, in words. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object'
}

/**
 * What is wrong with an input, in one line: each bad key with what it must be. Its value is never repeated, as it may be a
 * secret.
 */
export function issuesOf({ issues }: z.ZodError, input: unknown): string {
  return issues.map((issue) => described(issue, valueAt(input, issue.path))).join('; ')
}

function described(issue: z.core.$ZodIssue, value: unknown): string {
  const key = issue.path.length > 0 ? issue.path.join('.') : 'the whole'
  if (issue.code === 'unrecognized_keys') {
    return `unknown ${issue.keys.length > 1 ? 'keys' : 'key'} ${issue.keys.join(', ')}`
  }
  return `${key}: ${words(issue, value)}`
}

function words(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'is missing'
  switch (issue.code) {
    case 'invalid_value':
      return `must be ${listed(issue.values.map(String), 'or')}`
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'too_small':
      return value === '' ? 'is empty' : `must be at least ${issue.minimum}`
    case 'too_big':
      return `must be at most ${issue.maximum}`
    default:
      return value === '' ? 'is empty' : issue.message
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value: unknown, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input)
}
