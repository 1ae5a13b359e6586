import { configError } from '../errors'

/**
 * @param variable the environment variable that an address comes from
 * @param override its value: an origin such as `http://127.0.0.1:4010`, or nothing
 * @param example an origin that it could be
 * @returns the origin, or undefined when there is none
 * @throws PackageError (`config`) when it is something else; the value is not repeated, as it may hold a password
 */
export function originIn(variable: string, override: string | undefined, example: string): string | undefined {
  if (override === undefined || override === '') return undefined
  const url = URL.canParse(override) ? new URL(override) : undefined
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  if (isOrigin) return url.origin
  throw configError(
    `The environment variable ${variable} must be an origin, such as ${example}. Correct it, or unset it to use the real one.`
  )
}
