/** A day in UTC, such as `2026-01-31`: as texts, days are in order. */
export type Day = string

/** Days from one to another, both included. */
export interface DayRange {
  readonly from: Day
  readonly to: Day
}

const MILLISECONDS = 86_400_000

/** @param time Unix milliseconds */
export function dayOf(time: number): Day {
  return new Date(time).toISOString().slice(0, 10)
}

/** @returns the day that lies so many days after another, or before it */
export function dayAfter(day: Day, days = 1): Day {
  return dayOf(Date.parse(`${day}T00:00:00Z`) + days * MILLISECONDS)
}

/** @returns the last day that was over at a time, Unix milliseconds */
export function lastWholeDay(time: number): Day {
  return dayAfter(dayOf(time), -1)
}

/** @returns the days of a range, ascending; none where it ends before it begins */
export function daysOf({ from, to }: DayRange): Day[] {
  const days: Day[] = []
  for (let day = from; day <= to; day = dayAfter(day)) days.push(day)
  return days
}

export function later(one: Day, other: Day): Day {
  return one > other ? one : other
}

export function earlier(one: Day, other: Day): Day {
  return one < other ? one : other
}
