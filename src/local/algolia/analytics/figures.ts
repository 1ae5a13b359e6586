/** What can be asked of days: their searches as they are known at a moment, summed up. */
import { dayOf } from './days'
import { counters, wholeDay, type DayTable } from './whole-days'

// Jest looks globals up slowly, and this function runs millions of times in tests.
const { round } = Math

/** Sums of searches. */
export type Totals = Readonly<Record<(typeof counters)[number], number>> & {
  /** By currency, in hundredths. */
  readonly revenue: Readonly<Record<string, number>>
}

/** What became of the searches for one text. */
export type SearchFigures = Totals & { readonly search: string; /** Records found. */ readonly nbHits: number }

/** What is asked for. */
export interface Scope {
  readonly seed: number
  readonly index: string
  /** The part of searches that is meant, by tags. */
  readonly part: number
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

/** How much of a day is known on that day and in the two after: events arrive late. */
const known = [1, 0.985, 0.995]

function partKnown(day: number, now: number): number {
  const age = dayOf(now) - day
  if (age < 0) return 0
  if (age === 0) return now / 86_400_000 - day
  return known[age] ?? 1
}

/** How many days are kept as they were made up: some 50 KB each. */
const keptDays = 400
const kept = new Map<string, DayTable>()

function madeUp(seed: number, index: string, day: number): DayTable {
  const key = `${seed} ${index} ${day}`
  const table = kept.get(key) ?? wholeDay(seed, index, day)
  kept.delete(key)
  kept.set(key, table)
  if (kept.size > keptDays) kept.delete(kept.keys().next().value!)
  return table
}

/** The sums over some rows of a day, as far as they are known. */
function totalOfRows(scope: Scope, day: number, rows: (table: DayTable) => readonly [number, number]): Totals {
  const { seed, index, part, now } = scope
  const table = madeUp(seed, index, day)
  const { cells, currencies } = table
  const factor = partKnown(day, now) * part
  const width = counters.length + currencies.length
  const sums = new Array<number>(width).fill(0)
  const [first, end] = rows(table)
  for (let cell = first * width; cell < end * width;) {
    // Each figure by itself, so that lists add up; rounding keeps their order: what was at most another stays so.
    for (let column = 0; column < width; column++) sums[column]! += round(cells[cell++]! * factor)
  }
  return totalsFrom(sums, currencies)
}

function totalsFrom(cells: readonly number[], currencies: readonly string[]): Totals {
  const revenue: Record<string, number> = {}
  currencies.forEach((currency, place) => {
    const amount = cells[counters.length + place]!
    if (amount > 0) revenue[currency] = amount
  })
  const [count, withoutResults, tracked, clicks, conversions, addToCarts, purchases] = cells as [
    ...[number, number, number, number, number, number, number]
  ]
  return { count, withoutResults, tracked, clicks, conversions, addToCarts, purchases, revenue }
}

/** What the searches of a day add up to. */
export function totalOf(scope: Scope, day: number): Totals {
  return totalOfRows(scope, day, ({ queries }) => [0, queries.length])
}

/** The searches of several days together, one entry a text; one that nobody searched for is left out. */
export function searchesBetween(scope: Scope, days: readonly number[]): SearchFigures[] {
  const { queries } = madeUp(scope.seed, scope.index, days.at(-1)!)
  return queries.flatMap(({ search, nbHits }, place) => {
    const totals = total(
      days.map((day) => totalOfRows(scope, day, (table) => (table.queries.length === 0 ? [0, 0] : [place, place + 1])))
    )
    return totals.count > 0 ? [{ search, nbHits, ...totals }] : []
  })
}

export function total(rows: readonly Totals[]): Totals {
  const sum = { count: 0, withoutResults: 0, tracked: 0, clicks: 0, conversions: 0, addToCarts: 0, purchases: 0 }
  const revenue: Record<string, number> = {}
  for (const row of rows) {
    for (const counter of counters) sum[counter] += row[counter]
    for (const currency in row.revenue) revenue[currency] = (revenue[currency] ?? 0) + row.revenue[currency]!
  }
  return { ...sum, revenue }
}

/** Parts of a whole number in proportion to weights, which add up to it. */
export function partition(whole: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((left, right) => left + right, 0)
  let reached = 0
  let given = 0
  return weights.map((weight) => {
    reached += weight
    const part = round((whole * reached) / sum) - given
    given += part
    return part
  })
}
