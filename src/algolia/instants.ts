/**
 * Times as whole Unix seconds. Bounds, cuts and cursors are kept in whole seconds on purpose: `lastUpdatedAt` may
 * carry any number of fraction digits, which neither text nor `Date` orders rightly, so nothing here compares at a
 * finer grain, and every bound lies a whole second outside of what it must include.
 */

/** RFC 3339, the time of day and the offset optional; any number of fraction digits. */
const RFC_3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/

/** @returns the whole Unix seconds (rounded down) of a date or an RFC 3339 date-time, or undefined when it is neither. */
export function toUnixSeconds(text: string): number | undefined {
  if (!isMoment(text)) return undefined
  const milliseconds = Date.parse(text)
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000)
}

/** @returns whole Unix seconds as RFC 3339, as Algolia's `startDate` and `endDate` take it (`2024-06-27T08:27:26Z`). */
export function toTimestamp(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** Whether a value is a date-time that a `date-time` field may carry as it is. */
export function isTimestamp(value: unknown): value is string {
  return typeof value === 'string' && value.length > 10 && isMoment(value)
}

/** `Date` takes 30 February for 2 March. */
function isMoment(text: string): boolean {
  if (!RFC_3339.test(text)) return false
  const day = 10 * digitAt(text, 8) + digitAt(text, 9)
  return day <= 28 || day <= new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate()
}

/** As each affinity carries a time, cheaper than to cut out a text and make a number of it. */
function digitAt(text: string, position: number): number {
  return text.charCodeAt(position) - 0x30
}
