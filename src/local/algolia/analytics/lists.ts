/** The calls that give a list, most frequent first, without a breakdown by day. */
import { catalogue } from '../shop/catalogue'
import { partition, searchesBetween, total, totalOf, type SearchFigures, type Totals } from './figures'
import type { Question, Takes } from './parameters'
import { averageClickPosition, clickFigures, clickPositions, revenueFigures } from './rates'

interface List {
  readonly takes: Takes
  /** Where the API ends the list. */
  readonly longest?: number
  /** The name of the list in the answer. */
  readonly name: string
  readonly rows: (question: Question, attribute: string) => readonly object[]
}

const longest = 1000

/** Every list, by its call. */
export const lists = {
  topSearches: { takes: { list: true, figures: true, order: true }, name: 'searches', rows: topSearches },
  searchesNoResults: { takes: { list: true }, longest, name: 'searches', rows: searchesNoResults },
  searchesNoClicks: { takes: { list: true }, longest, name: 'searches', rows: searchesNoClicks },
  topHits: { takes: { list: true, figures: true, search: true }, longest, name: 'hits', rows: topHits },
  topCountries: { takes: { list: true }, name: 'countries', rows: topCountries },
  topFilterAttributes: { takes: { list: true, search: true }, longest, name: 'attributes', rows: topFilterAttributes },
  topFiltersNoResults: { takes: { list: true, search: true }, longest, name: 'values', rows: topFiltersNoResults },
  topFilters: { takes: { list: true, search: true }, longest, name: 'values', rows: topFilters },
  clickPositions: { takes: {}, name: 'positions', rows: (question: Question) => clickPositions(sum(question).clicks) }
} satisfies Record<string, List>

export type ListRoute = keyof typeof lists

export function isList(route: string): route is ListRoute {
  return route in lists
}

/** The answer to a call for a list. */
export function list(route: ListRoute, question: Question, attribute: string): object {
  const { takes, name, rows, longest: end = Infinity }: List = lists[route]
  const all = rows(question, attribute)
  const { offset, limit } = question
  const rowsGiven = takes.list ? all.slice(0, end).slice(offset, offset + limit) : all
  // The one list that the API describes as null where it is empty.
  return { [name]: route === 'topFiltersNoResults' && all.length === 0 ? null : rowsGiven }
}

function topSearches(question: Question): object[] {
  const rows = searchesBetween(question, question.days)
  const measure = (row: SearchFigures): number => {
    if (question.orderBy === 'clickThroughRate') return row.tracked && row.clicks / row.tracked
    if (question.orderBy === 'conversionRate') return row.tracked && row.conversions / row.tracked
    return question.orderBy === 'averageClickPosition' ? (averageClickPosition(row.clicks) ?? 0) : row.count
  }
  const sign = question.direction === 'asc' ? 1 : -1
  rows.sort((left, right) => sign * (measure(left) - measure(right)) || byText(left.search, right.search))
  return rows.map((row) => ({
    search: row.search,
    count: row.count,
    nbHits: row.nbHits,
    ...((question.clickAnalytics || question.revenueAnalytics) && {
      ...clickFigures(row),
      averageClickPosition: averageClickPosition(row.clicks),
      clickPositions: clickPositions(row.clicks),
      trackedSearchCount: row.tracked
    }),
    ...(question.revenueAnalytics && revenueFigures(row))
  }))
}

function searchesNoResults(question: Question): object[] {
  return mostFrequent(
    searchesBetween(question, question.days).map(({ search, withoutResults }) => ({
      search,
      count: withoutResults,
      withFilterCount: Math.floor(withoutResults * 0.2)
    })),
    ({ search }) => search
  )
}

function searchesNoClicks(question: Question): object[] {
  return mostFrequent(
    searchesBetween(question, question.days).map(({ search, tracked, clicks, nbHits }) => ({
      search,
      count: tracked - clicks,
      nbHits
    })),
    ({ search }) => search
  )
}

function topHits(question: Question): object[] {
  const { tracked, clicks, conversions, addToCarts, purchases, revenue, count } = sum(question)
  const records = catalogue.get(question.index)!
  const parts = (whole: number): number[] =>
    partition(
      whole,
      records.map(({ popularity }) => popularity + 20)
    )
  // Nine hits are looked at in a search.
  const [shown, known] = [parts(count * 9), parts(tracked * 9)]
  const [clicked, converted, added, bought] = [clicks, conversions, addToCarts, purchases].map(parts)
  const earned = Object.entries(revenue).map(([currency, amount]) => [currency, parts(amount)] as const)
  const rows = records.map(({ objectID }, place) => {
    const totals: Totals = {
      count: shown[place]!,
      withoutResults: 0,
      tracked: known[place]!,
      clicks: clicked![place]!,
      conversions: converted![place]!,
      addToCarts: added![place]!,
      purchases: bought![place]!,
      revenue: Object.fromEntries(earned.map(([currency, amounts]) => [currency, amounts[place]!]))
    }
    return {
      hit: objectID,
      count: totals.count,
      ...((question.clickAnalytics || question.revenueAnalytics) && {
        ...clickFigures(totals),
        trackedHitCount: totals.tracked
      }),
      ...(question.revenueAnalytics && revenueFigures(totals))
    }
  })
  return mostFrequent(rows, ({ hit }) => hit)
}

const countries = ['FR', 'DE', 'US', 'GB', 'ES', 'IT', 'NL', 'BE', 'CH', 'AT', 'PL', 'SE', 'CA', 'PT', 'DK', 'IE', 'LU']

function topCountries(question: Question): object[] {
  const counts = partition(
    sum(question).count,
    countries.map((_, place) => 1 / (place + 1))
  )
  return mostFrequent(
    countries.map((country, place) => ({ country, count: counts[place]! })),
    ({ country }) => country
  )
}

/** What is filtered by, how often in proportion, and the values of what records don't say. */
const filters: readonly { attribute: string; weight: number; operator?: string; values?: readonly string[] }[] = [
  { attribute: 'brand', weight: 0.21 },
  { attribute: 'category', weight: 0.16 },
  { attribute: 'color', weight: 0.09 },
  { attribute: 'price', weight: 0.07, operator: '<', values: ['50', '100', '25', '200'] },
  // With all that a path has to encode.
  { attribute: 'size/EU & UK', weight: 0.03, values: ['38', '39', '40', '41', '42', 'M', 'L', 'S'] }
]

function topFilterAttributes(question: Question): object[] {
  const { count } = sum(question)
  return mostFrequent(
    filters.map(({ attribute, weight }) => ({ attribute, count: Math.round(count * weight) })),
    ({ attribute }) => attribute
  )
}

function topFilters(question: Question, attribute: string): object[] {
  const filter = filters.find((one) => one.attribute === attribute)
  if (!filter) return []
  const values = valuesOf(question, attribute)
  const counts = partition(
    Math.round(sum(question).count * filter.weight),
    values.map((_, place) => 1 / (place + 2))
  )
  return mostFrequent(
    values.map((value, place) => ({ attribute, operator: filter.operator ?? ':', value, count: counts[place]! })),
    ({ value }) => value
  )
}

/** One filter a search, as most searches with filters have. */
function topFiltersNoResults(question: Question): object[] {
  const { withoutResults } = sum(question)
  const all = filters.map(({ attribute, operator = ':' }) => ({
    attribute,
    operator,
    value: valuesOf(question, attribute)[0]!
  }))
  const counts = partition(
    Math.floor(withoutResults * 0.2),
    filters.map(({ weight }) => weight)
  )
  return mostFrequent(
    all.map((filter, place) => ({ values: [filter], count: counts[place]! })),
    ({ values }) => values[0]!.attribute
  )
}

function valuesOf({ index }: Question, attribute: string): readonly string[] {
  const facet = attribute as 'brand' | 'category' | 'color'
  const given = filters.find((filter) => filter.attribute === attribute)?.values
  return given ?? [...new Set(catalogue.get(index)!.map((record) => record[facet]))].sort()
}

/** The sums over the days, of one query if the question is about one. */
function sum(question: Question): Totals {
  if (question.search === undefined) return total(question.days.map((day) => totalOf(question, day)))
  return total(searchesBetween(question, question.days).filter(({ search }) => search === question.search))
}

/** Without those that don't occur. */
function mostFrequent<Row extends { count: number }>(rows: readonly Row[], text: (row: Row) => string): Row[] {
  return rows
    .filter(({ count }) => count > 0)
    .sort((left, right) => right.count - left.count || byText(text(left), text(right)))
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
