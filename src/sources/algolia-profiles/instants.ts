/**
 * Times as whole Unix seconds. Bounds, cuts and cursors are kept in whole seconds on purpose: `lastUpdatedAt` may
 * carry any number of fraction digits, which neither text nor `Date` orders rightly, so nothing here compares at a
 * finer grain, and every bound lies a whole second outside of what it must include.
 */

/** RFC 3339, the time of day and the offset optional; any number of fraction digits. */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/

/** @returns the whole Unix seconds (rounded down) of a date or an RFC 3339 date-time, or undefined when it is neither. */
export function toUnixSeconds(text: string): number | undefined {
  if (!RFC_3339.test(text)) return undefined
  const milliseconds = Date.parse(text)
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000)
}

/** @returns whole Unix seconds as RFC 3339, as Algolia's `startDate` and `endDate` take it (`2024-06-27T08:27:26Z`). */
export function toTimestamp(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** Whether a value is a date-time that a `date-time` field may carry as it is. */
export function isTimestamp(value: unknown): value is string {
  return typeof value === 'string' && value.length > 10 && RFC_3339.test(value)
}
