/** Days, as whole numbers since the Unix epoch, in UTC. */

const milliseconds = 86_400_000

/** The day that a moment (milliseconds since the Unix epoch) lies in. */
export function dayOf(moment: number): number {
  return Math.floor(moment / milliseconds)
}

/** Such as '2025-01-31'. */
export function dayText(day: number): string {
  return new Date(day * milliseconds).toISOString().slice(0, 10)
}

/** Reads a day; undefined when there is no such day. */
export function readDay(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined
  const moment = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(moment) || dayText(dayOf(moment)) !== text ? undefined : dayOf(moment)
}

/** 0 on Sunday to 6 on Saturday. */
export function weekdayOf(day: number): number {
  return new Date(day * milliseconds).getUTCDay()
}

/** The days from one to another, both included. */
export function daysBetween(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
}
