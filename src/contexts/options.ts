import { z } from 'zod'
import { issuesOf } from '../input/schema-issues'
import { configError } from '../errors'

/** Algolia takes at most this many rule contexts in a search. */
export const MOST_CONTEXTS = 10

/** Leaves room for the id itself. */
const LONGEST_PREFIX = 100

/** Two profile segments or more whose ids end up as one rule context. */
export interface Collision {
  readonly context: string
  /** In the order in which they count; the context stands for the first. */
  readonly ids: readonly string[]
}

/** Which rule contexts are made of a profile. */
export interface RuleContextsOptions {
  /**
   * Ids of profile segments, the most important first; one that ends in `*` means all that begin so. What isn't named
   * comes after them, by id.
   */
  readonly priority?: readonly string[]
  /** Put before each context, so that it can't be taken for one of yours. Letters, digits, `-` and `_`. */
  readonly prefix?: string
  /** Only profile segments of these sources, such as `segment`; all unless told otherwise. */
  readonly sources?: readonly string[]
  /** At most so many contexts, 1-10: fewer where the search sends contexts of its own. */
  readonly limit?: number
  /** Told when two profile segments end up as one context, which then counts once. */
  readonly onCollision?: (collision: Collision) => void
}

export const callback = <Listener>() =>
  z.custom<Listener>((input) => typeof input === 'function', { message: 'must be a function' })

const texts = z.array(z.string().min(1))

export const ruleShape = {
  priority: texts.default([]),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]*$/, 'may only hold letters, digits, - and _')
    .max(LONGEST_PREFIX, `must have at most ${LONGEST_PREFIX} characters`)
    .default(''),
  sources: texts.optional(),
  limit: z.int().min(1).max(MOST_CONTEXTS).default(MOST_CONTEXTS),
  onCollision: callback<(collision: Collision) => void>().optional()
}

const ruleSchema = z.strictObject(ruleShape)

/** Checked, defaults filled in. */
export type Rules = z.output<typeof ruleSchema>

/** @throws `config` error that names each bad option */
export function readRules(options: unknown): Rules {
  return checked(ruleSchema, options, 'ruleContextsOf')
}

/** @throws `config` error that names each bad option and what it must be; values are never repeated */
export function checked<Schema extends z.ZodType>(schema: Schema, options: unknown, name: string): z.output<Schema> {
  // With no options at all, it says which there should be.
  const result = schema.safeParse(options ?? {})
  if (result.success) return result.data
  throw configError(`The options of ${name} are invalid: ${issuesOf(result.error, options)}`)
}
