import type { Asker, Told } from '../algolia/analytics/ask'
import type { Day, DayRange } from '../algolia/analytics/days'
import { type EndpointName, isObject, LARGEST_PAGE } from '../algolia/analytics/endpoints'
import type { Question } from '../algolia/analytics/calls'
import { rowsOf } from '../sources/algolia-search-analytics/streams'
import { type Condition, metricOf } from './alerts/condition'
import type { ZeroResult } from './events'
import { type Ask, keyOfAsk } from './plan'
import type { PeriodFigures, TopSearch } from './report'

/** Lists are asked for in one call, which gives as many as Algolia gives. */
export const QUESTION: Question = { tags: undefined, limit: LARGEST_PAGE, filterAttributes: [] }

type Row = Readonly<Record<string, unknown>>

/** What Algolia answers, each question asked once however many want to know. Undefined: there is no such index. */
export class Answers {
  private readonly asked = new Map<string, Promise<unknown>>()
  private readonly tops = new Map<string, Promise<TopSearch[] | undefined>>()

  constructor(
    private readonly asker: Asker,
    private readonly signal: AbortSignal,
    private readonly onProblem: (problem: string) => void
  ) {}

  /** Asks, and keeps the answer for whoever asks the same. */
  ask(ask: Ask): Promise<unknown> {
    const key = keyOfAsk(ask)
    const known = this.asked.get(key)
    if (known !== undefined) return known
    const { kind, name, index, from, to } = ask
    const answer =
      kind === 'total'
        ? this.asker.total(name, index, { from, to }, this.signal)
        : this.asker.ask({ index, names: [name], from, to }, this.signal)
    this.asked.set(key, answer)
    // It is looked at by whoever wants it.
    answer.catch(() => undefined)
    return answer
  }

  /** @returns a metric's figures by day; null where there is none */
  async byDay(condition: Pick<Condition, 'metric'>, ask: Ask): Promise<((day: Day) => number | null) | undefined> {
    const { field, currency } = metricOf(condition)
    const told = await this.told(ask)
    if (told === undefined) return undefined
    const rows = this.rowsIn(ask.index, told).filter((row) => currency === undefined || row.currency === currency)
    const figures = new Map(rows.map((row) => [row.date, numberOr(row[field])]))
    if (currency !== undefined) {
      // A day with a list of currencies that lacks this one had no revenue in it.
      const withRevenue = told.filter(({ entries }) =>
        entries.some((entry) => isObject(entry) && isObject(entry.currencies))
      )
      for (const { day } of withRevenue) if (!figures.has(day)) figures.set(day, 0)
    }
    return (day) => figures.get(day) ?? null
  }

  /** @returns a period's figures */
  async ofPeriod(index: string, range: DayRange): Promise<PeriodFigures | undefined> {
    const of = (name: EndpointName): Promise<Row | undefined> => this.total(name, index, range)
    const [noResults, users, clicks, conversions, top] = await Promise.all([
      of('no_result_rate'),
      of('users'),
      of('click_through_rate'),
      of('conversion_rate'),
      this.topSearches(index, range)
    ])
    if (!noResults || !users || !clicks || !conversions || !top) return undefined
    return {
      searches: this.figure(noResults, 'count'),
      noResultRate: this.figure(noResults, 'rate'),
      users: this.figure(users, 'count'),
      clickThroughRate: this.figure(clicks, 'rate'),
      conversionRate: this.figure(conversions, 'rate'),
      topSearches: top
    }
  }

  /** @returns what a report compares with */
  async before(index: string, range: DayRange): Promise<Pick<PeriodFigures, 'searches' | 'topSearches'> | undefined> {
    const [noResults, top] = await Promise.all([
      this.total('no_result_rate', index, range),
      this.topSearches(index, range)
    ])
    return noResults && top ? { searches: this.figure(noResults, 'count'), topSearches: top } : undefined
  }

  /** @returns searches of a day that found nothing */
  async zeroResults(ask: Ask): Promise<ZeroResult[] | undefined> {
    const told = await this.told(ask)
    // A year of days is not to be remembered.
    this.asked.delete(keyOfAsk(ask))
    if (told === undefined) return undefined
    return this.rowsIn(ask.index, told).map(({ search, count, withFilterCount }) => {
      return { query: String(search), searches: Number(count), withFilters: Number(withFilterCount) }
    })
  }

  /** A period's list is also what the next one is compared with: it is made once. */
  private topSearches(index: string, range: DayRange): Promise<TopSearch[] | undefined> {
    const ask: Ask = { kind: 'entries', name: 'top_searches', index, ...range }
    const known = this.tops.get(keyOfAsk(ask))
    if (known !== undefined) return known
    const top = this.told(ask).then((told) => told && this.rowsIn(index, told).map(topSearchIn))
    this.tops.set(keyOfAsk(ask), top)
    return top
  }

  private async told(ask: Ask): Promise<readonly Told[] | undefined> {
    return (await this.ask(ask)) as readonly Told[] | undefined
  }

  /** Rows as the source has them: one of a wrong type is told and left out. */
  private rowsIn(index: string, told: readonly Told[]): Row[] {
    return told.flatMap((one) =>
      [...rowsOf(index, one)].flat().flatMap((row) => {
        if ('data' in row) return [row.data]
        this.onProblem(row.problem)
        return []
      })
    )
  }

  private async total(name: EndpointName, index: string, range: DayRange): Promise<Row | undefined> {
    return (await this.ask({ kind: 'total', name, index, ...range })) as Row | undefined
  }

  private figure(total: Row, field: string): number | null {
    const figure = total[field] ?? null
    if (figure !== null && typeof figure !== 'number')
      this.onProblem(`A figure ${field} of a period is no number: it is left out.`)
    return numberOr(figure)
  }
}

function topSearchIn(row: Row): TopSearch {
  return {
    query: String(row.search),
    searches: Number(row.count),
    results: numberOr(row.nbHits),
    clickThroughRate: numberOr(row.clickThroughRate),
    conversionRate: numberOr(row.conversionRate)
  }
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
