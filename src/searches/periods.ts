import { type Day, dayAfter, type DayRange, daysOf, lastWholeDay } from '../algolia/analytics/days'
import type { DaysRead } from '../algolia/analytics/state'

/** Which days and periods are due. All of it in UTC, as Algolia counts days. */

export const PERIODS = ['daily', 'weekly'] as const
/** What a report is about: a day, or a week from Monday to Sunday. */
export type Period = (typeof PERIODS)[number]

/** Reports that were missed and are made up for, at most: older ones are no news. */
export const MOST_MISSED = 4

/**
 * @param time Unix milliseconds
 * @param settle milliseconds for which a day still changes once it is over
 * @returns the last day whose figures have settled
 */
export function settledDay(time: number, settle: number): Day {
  return lastWholeDay(time - settle)
}

/**
 * The days of which nothing was sent. Newer ones come first, ascending, then older ones, descending: so what has been sent is a
 * range without gaps at any time.
 * @param sent what was sent; nothing yet: the newest day is due, or all from `since` on
 */
export function dueDays(sent: DaysRead | undefined, settled: Day, since: Day | undefined): Day[] {
  if (sent === undefined) return daysOf({ from: since ?? settled, to: settled })
  const older = since === undefined ? [] : daysOf({ from: since, to: dayAfter(sent.first, -1) })
  return [...daysOf({ from: dayAfter(sent.last), to: settled }), ...older.reverse()]
}

/** @returns the days that haven't been judged, ascending */
export function daysToJudge(last: Day | undefined, settled: Day, since: Day | undefined): Day[] {
  return daysOf({ from: last === undefined ? (since ?? settled) : dayAfter(last), to: settled })
}

export interface DuePeriods {
  readonly periods: readonly DayRange[]
  /** How many more were missed. */
  readonly leftOut: number
}

/**
 * The periods that are to be reported, in order.
 * @param reported the last day of the last one that was; none yet: the newest is due, or those from `since` on
 */
export function duePeriods(
  period: Period,
  reported: Day | undefined,
  settled: Day,
  since: Day | undefined
): DuePeriods {
  const isDue = ({ from }: DayRange): boolean =>
    reported !== undefined ? from > reported : since !== undefined ? from >= since : true
  const missed: DayRange[] = []
  const most = reported === undefined && since === undefined ? 1 : Infinity
  let next = lastPeriod(period, settled)
  for (; isDue(next) && missed.length < most; next = periodBefore(next)) missed.unshift(next)
  const periods = missed.slice(-MOST_MISSED)
  return { periods, leftOut: missed.length - periods.length }
}

/** @returns the period of the same length that ends where another begins */
export function periodBefore({ from, to }: DayRange): DayRange {
  const length = daysOf({ from, to }).length
  return { from: dayAfter(from, -length), to: dayAfter(from, -1) }
}

/** @returns the last period that has ended with a day */
export function lastPeriod(period: Period, settled: Day): DayRange {
  if (period === 'daily') return { from: settled, to: settled }
  const sunday = dayAfter(settled, -new Date(`${settled}T00:00:00Z`).getUTCDay())
  return { from: dayAfter(sunday, -6), to: sunday }
}
