import { type Day, dayAfter } from '../../algolia/analytics/days'
import { type Condition, isFulfilled } from './condition'

/** How an alert stands after the last day that was judged. */
export interface AlertState {
  readonly last: Day
  /** The days in a row on which its condition was fulfilled, those without a figure left out. */
  readonly row: number
  /** The first of them. */
  readonly since?: Day | undefined
}

/** An alert that starts on a day, or ends. */
export interface Transition {
  readonly state: 'started' | 'ended'
  readonly date: Day
  /** The figure of that day. */
  readonly value: number
  /** The first day in a row on which the condition was fulfilled. */
  readonly since: Day
}

/** A day and its figure; null where there is none. */
export interface Figure {
  readonly day: Day
  readonly value: number | null
}

/** Whether an alert has started, and not ended. */
export function isOn({ days }: Pick<Condition, 'days'>, state: Pick<AlertState, 'row'> | undefined): boolean {
  return state !== undefined && state.row >= days
}

/**
 * Judges days one after the other. An alert starts on the last of so many days in a row, and ends on the first day on which
 * its condition isn't fulfilled; a day without a figure changes nothing.
 */
export function judge(
  condition: Condition,
  before: AlertState | undefined,
  figures: readonly Figure[]
): { readonly state: AlertState | undefined; readonly transitions: readonly Transition[] } {
  const transitions: Transition[] = []
  let state = before
  for (const { day, value } of figures) {
    const { row = 0, since } = state ?? {}
    if (value === null) state = { last: day, row, since }
    else if (isFulfilled(condition, value)) {
      state = { last: day, row: row + 1, since: since ?? day }
      if (state.row === condition.days) transitions.push({ state: 'started', date: day, value, since: since ?? day })
    } else {
      if (since !== undefined && isOn(condition, { row })) {
        transitions.push({ state: 'ended', date: day, value, since })
      }
      state = { last: day, row: 0 }
    }
  }
  return { state, transitions }
}

/** @returns the figures of days as a condition takes them: themselves, or their change against the week before */
export function figuresFor(
  { isChange }: Pick<Condition, 'isChange'>,
  days: readonly Day[],
  valueOn: (day: Day) => number | null
): Figure[] {
  return days.map((day) => {
    const value = valueOn(day)
    return { day, value: isChange ? changeOf(value, valueOn(dayAfter(day, -7))) : value }
  })
}

/** @returns (now − before) / before; null where that says nothing */
export function changeOf(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : (now - before) / before
}
