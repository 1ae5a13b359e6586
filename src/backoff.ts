/** What keeps failing is given up after about this long, in milliseconds. */
export const PATIENCE = 90_000

/** Pauses before a retry double from the first to the longest, in milliseconds. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 16_000

/**
 * @param attempt how many tries have failed before this one, from 0
 * @param random a number from 0 up to 1: each pause is shortened by up to half by chance
 * @returns milliseconds to wait before the next try
 */
export function pauseBefore(attempt: number, random: () => number): number {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt)
  return longest * (0.5 + 0.5 * random())
}
