import { z } from 'zod'
import type { RunnableSource } from './sources'

/** What a JSON schema says of one option, as far as it is needed here. */
interface Described {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
}

/**
 * What is wrong with a configuration of a source, by option, in words that go on from the option's label: `must be …`.
 * The source says the same in a line of its own, by the names that hosts know the options by.
 * @returns `undefined` when nothing is wrong; what the page has no field for is left to the source to refuse
 */
export function problemsOf(
  { schema }: RunnableSource,
  config: Readonly<Record<string, unknown>>
): Record<string, string> | undefined {
  const described = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }).properties as Record<string, Described>
  // Unlike the source this takes no `null` for absent: it is what JSON makes of a number that was none.
  const issues = schema.safeParse(config).error?.issues ?? []
  const problems: Record<string, string> = {}
  for (const { path, code, message } of issues) {
    const name = String(path[0])
    if (!Object.hasOwn(described, name) || described[name] === undefined) continue
    problems[name] ??= wordsFor(described[name], config[name], code, message)
  }
  return Object.keys(problems).length > 0 ? problems : undefined
}

function wordsFor({ type, enum: choices, minimum, maximum }: Described, value: unknown, code: string, message: string) {
  if (value === undefined) return 'is missing'
  if (type === 'integer') return `must be a whole number from ${minimum} to ${maximum}`
  if (choices) return `must be ${choices.join(' or ')}`
  if (type === 'array' && code === 'too_small') return 'must not have an empty entry between commas'
  // The schema's own words, which begin with `must`.
  return message
}
