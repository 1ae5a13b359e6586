import type { z } from 'zod'
import { configError } from '../errors'
import { withoutNulls } from '../input/json-file'
import { issuesOf } from '../input/schema-issues'

/** The shape of a source's configuration. */
export type ConfigSchema<Config> = z.ZodObject<z.ZodRawShape> & z.ZodType<Config>

/**
 * Checks a configuration.
 * @throws PackageError (`config`) that names each bad key and what it must be; values are never repeated.
 */
export function parseConfiguration<Config>(schema: z.ZodType<Config>, input: unknown): Config {
  const config = withoutNulls(input)
  const result = schema.safeParse(config)
  if (result.success) return result.data
  throw configError(`The configuration is invalid: ${issuesOf(result.error, config)}`)
}

/**
 * The keys of a valid configuration that mean nothing to a source. They are warned of, so that a misspelled filter never
 * reads everything without a word, and not refused: a host may have kept them from another version.
 */
export function unknownKeysOf(schema: ConfigSchema<unknown>, input: unknown): string[] {
  return Object.keys(withoutNulls(input) as object).filter((key) => !(key in schema.shape))
}
