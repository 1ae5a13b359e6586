import { z } from 'zod'
import { toMilliseconds } from './schedule'

/** What the text of a flag or a variable is read with; each throws a `WrongText` that says what it must be. */

export class WrongText extends Error {
  override readonly name = 'WrongText'
}

/** Names with commas between. */
export function list(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  // Without any, a filter would let everything through.
  if (names.length === 0) throw new WrongText('must name at least one, with commas between')
  return names
}

/** Texts with semicolons between. */
export function separated(text: string): string[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

export function number(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new WrongText('must be a number')
  return Number(text)
}

export function yesOrNo(text: string): boolean {
  if (/^(true|yes|1)$/i.test(text)) return true
  if (/^(false|no|0)$/i.test(text)) return false
  throw new WrongText('must be true or false')
}

/** A duration such as 15m, as milliseconds. */
export const durationSchema = z
  .string()
  .refine((text) => toMilliseconds(text) !== undefined, 'must be a duration such as 30s, 15m, 1h or 1d, at most 24d')
  .transform((text) => toMilliseconds(text)!)

export const portSchema = z
  .int('must be a port, 0-65535')
  .min(0, 'must be a port, 0-65535')
  .max(65_535, 'must be a port, 0-65535')
