import type { z } from 'zod'

/** What a zod check found, in one line: each bad key with what it must be, and never its value. */
export function issuesOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const key = issue.path.length > 0 ? issue.path.join('.') : 'the whole'
      return issue.code === 'unrecognized_keys'
        ? `unknown ${issue.keys.length > 1 ? 'keys' : 'key'} ${issue.keys.join(', ')}`
        : `${key}: ${issue.message}`
    })
    .join('; ')
}
