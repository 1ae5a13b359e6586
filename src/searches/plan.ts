import { type Day, dayAfter, type DayRange, earlier, later } from '../algolia/analytics/days'
import type { EndpointName } from '../algolia/analytics/endpoints'
import { counted } from '../report/words'
import { type Condition, metricOf, printCondition } from './alerts/condition'
import type { SearchesConfig } from './config'
import { daysToJudge, dueDays, duePeriods, MOST_MISSED, type Period, periodBefore } from './periods'
import { keyOf, type State } from './state'

/** A question to Algolia, about an index and a range of days: its entries, or its figures as a whole. */
export interface Ask extends DayRange {
  readonly kind: 'entries' | 'total'
  readonly name: EndpointName
  readonly index: string
}

/** An alert that is to be judged for an index. */
export interface AlertDue {
  readonly condition: Condition
  readonly index: string
  readonly days: readonly Day[]
  /** What tells the figures of these days, and of others where alerts share it. */
  readonly ask: Ask
}

export interface ReportDue {
  readonly period: Period
  readonly index: string
  readonly range: DayRange
}

/** What a run has to do. */
export interface Plan {
  readonly settled: Day
  readonly alerts: readonly AlertDue[]
  readonly reports: readonly ReportDue[]
  /** A list a day and index. */
  readonly zeroResults: readonly Ask[]
  readonly warnings: readonly string[]
}

type Wanted = Pick<SearchesConfig, 'indices' | 'alert' | 'report' | 'zeroResults' | 'since'>

/**
 * What is due once a day has settled.
 * @param settled the last day whose figures have
 */
export function planOf(wanted: Wanted, state: State, settled: Day): Plan {
  const { indices, zeroResults, since } = wanted
  const { reports, warnings } = reportsDue(wanted, state, settled)
  return {
    settled,
    alerts: alertsDue(wanted, state, settled),
    reports,
    zeroResults: zeroResults
      ? indices.flatMap((index) =>
          dueDays(state.zeroResults.get(index), settled, since).map((day): Ask => {
            return { kind: 'entries', name: 'searches_without_results', index, from: day, to: day }
          })
        )
      : [],
    warnings: since !== undefined && since > settled ? [...warnings, futureSince(since, settled)] : warnings
  }
}

/** @returns all that is asked, each once, in order */
export function asksOf({ alerts, reports, zeroResults }: Plan): Ask[] {
  const asks = [...alerts.map(({ ask }) => ask), ...reports.flatMap(asksOfReport), ...zeroResults]
  return [...new Map(asks.map((ask) => [keyOfAsk(ask), ask])).values()]
}

/** @returns what a question is known by */
export function keyOfAsk({ kind, name, index, from, to }: Ask): string {
  return JSON.stringify([kind, name, index, from, to])
}

function alertsDue({ alert, indices, since }: Wanted, state: State, settled: Day): AlertDue[] {
  const due = new Map<string, Omit<AlertDue, 'ask'>>()
  for (const { condition, index: only } of alert) {
    for (const index of only === undefined ? indices : [only]) {
      const key = keyOf(printCondition(condition), index)
      const days = daysToJudge(state.alerts.get(key)?.last, settled, since)
      // The same alert may be given twice, once for all indices and once for one.
      if (days.length > 0) due.set(key, { condition, index, days })
    }
  }
  return withSharedAsks([...due.values()])
}

/** One question an endpoint and index, about all days that some alert needs. */
function withSharedAsks(due: readonly Omit<AlertDue, 'ask'>[]): AlertDue[] {
  const ranges = new Map<string, DayRange>()
  const keyFor = ({ condition, index }: (typeof due)[number]): string => keyOf(metricOf(condition).endpoint, index)
  for (const each of due) {
    const [first = '', last = first] = [each.days[0], each.days.at(-1)]
    const range = { from: each.condition.isChange ? dayAfter(first, -7) : first, to: last }
    const known = ranges.get(keyFor(each)) ?? range
    ranges.set(keyFor(each), { from: earlier(known.from, range.from), to: later(known.to, range.to) })
  }
  return due.map((each) => {
    const range = ranges.get(keyFor(each)) ?? { from: '', to: '' }
    return { ...each, ask: { kind: 'entries', name: metricOf(each.condition).endpoint, index: each.index, ...range } }
  })
}

function reportsDue(
  { report: period, indices, since }: Wanted,
  state: State,
  settled: Day
): { reports: ReportDue[]; warnings: string[] } {
  if (period === undefined) return { reports: [], warnings: [] }
  const warnings: string[] = []
  const reports = indices.flatMap((index) => {
    const { periods, leftOut } = duePeriods(period, state.reports.get(keyOf(period, index)), settled, since)
    if (leftOut > 0) {
      warnings.push(
        `${counted(leftOut, `older ${period} report`)} of ${index} ${leftOut === 1 ? 'is' : 'are'} left out: at most ${MOST_MISSED} are made up for.`
      )
    }
    return periods.map((range) => ({ period, index, range }))
  })
  return { reports, warnings }
}

/** Neither rates nor users of days can be added up: the period and the one before are asked about as ranges. */
function asksOfReport({ index, range }: ReportDue): Ask[] {
  const before = periodBefore(range)
  const total = (name: EndpointName, { from, to }: DayRange): Ask => ({ kind: 'total', name, index, from, to })
  return [
    ...(['no_result_rate', 'users', 'click_through_rate', 'conversion_rate'] as const).map((name) =>
      total(name, range)
    ),
    { kind: 'entries', name: 'top_searches', index, ...range },
    total('no_result_rate', before),
    { kind: 'entries', name: 'top_searches', index, ...before }
  ]
}

function futureSince(since: Day, settled: Day): string {
  return `The figures of ${since} have not settled yet: the last day that has is ${settled}. Nothing of what is new is sent before.`
}
