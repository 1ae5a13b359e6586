import type { DayRange } from '../algolia/analytics/days'
import { changeOf } from './alerts/judge'
import type { Period } from './periods'

/** A search as a list of the top ones tells it. */
export interface TopSearch {
  readonly query: string
  readonly searches: number
  readonly results: number | null
  readonly clickThroughRate: number | null
  readonly conversionRate: number | null
}

/** What a report says of an index in a period. */
export interface Report extends DayRange {
  readonly period: Period
  readonly index: string
  readonly searches: number | null
  readonly users: number | null
  readonly noResultRate: number | null
  readonly clickThroughRate: number | null
  readonly conversionRate: number | null
  /** Of the searches, against the period before. */
  readonly change: number | null
  readonly topSearches: readonly (TopSearch & { readonly change: number | null })[]
}

/** Figures of a period, as Algolia tells them of the whole of it: neither rates nor users of days can be added up. */
export interface PeriodFigures extends Pick<
  Report,
  'searches' | 'users' | 'noResultRate' | 'clickThroughRate' | 'conversionRate'
> {
  readonly topSearches: readonly TopSearch[]
}

/**
 * @param before the period before
 * @param top how many searches it names
 */
export function reportOf(
  about: Pick<Report, 'period' | 'index' | 'from' | 'to'>,
  now: PeriodFigures,
  before: Pick<PeriodFigures, 'searches' | 'topSearches'>,
  top: number
): Report {
  const searchesBefore = new Map(before.topSearches.map(({ query, searches }) => [query, searches]))
  const { topSearches, ...figures } = now
  return {
    ...about,
    ...figures,
    change: changeOf(now.searches, before.searches),
    topSearches: topSearches.slice(0, top).map((search) => {
      return { ...search, change: changeOf(search.searches, searchesBefore.get(search.query) ?? null) }
    })
  }
}
