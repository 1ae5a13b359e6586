import { type Call, jsonReader, type Read } from '../api/call'
import type { AlgoliaClient } from '../api/client'
import { AlgoliaError } from '../api/failures'
import { hasPath, MOST_USED_ATTRIBUTES, type Question, type Step } from './calls'
import { type Day, type DayRange, daysOf } from './days'
import { type Endpoint, type EndpointName, endpointOf, isObject, LARGEST_PAGE } from './endpoints'

/** What an endpoint tells of a day: entries as the API gives them, not yet looked at. */
export interface Told {
  readonly name: EndpointName
  readonly day: Day
  readonly entries: readonly unknown[]
}

/** Asks the Analytics API, step by step. Steps may be under way at the same time. */
export class Asker {
  /** Indices that there aren't. */
  readonly missing = new Set<string>()
  private readonly warned = new Set<string>()
  /** Whether there is such an index, as the first call about it tells: the others wait for that. */
  private readonly indices = new Map<string, Promise<boolean>>()
  /** Whether the plan has revenue figures, as the first call for them tells. */
  private hasRevenue: Promise<boolean> | undefined

  constructor(
    private readonly client: Pick<AlgoliaClient, 'call'>,
    private readonly question: Question,
    private readonly onWarning: (warning: string) => void
  ) {}

  /**
   * @returns what is told of each day of a step, days ascending; a list of several days is told as of the first, and is about
   * all of them. Undefined where there is no such index
   * @throws AlgoliaError when a call fails for good; the signal's reason on abort
   */
  async ask(step: Step, signal: AbortSignal): Promise<readonly Told[] | undefined> {
    return this.where(step.index, () => this.tell(step, signal))
  }

  /**
   * @param name an endpoint that gives figures for each day
   * @returns its figures for a range as a whole; undefined where there is no such index
   * @throws as `ask` does
   */
  async total(
    name: EndpointName,
    index: string,
    range: DayRange,
    signal: AbortSignal
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const read = (json: unknown): Read<Readonly<Record<string, unknown>>> =>
      isObject(json) && 'dates' in json ? { value: json } : { unreadable: 'it has no list dates' }
    const { path, what } = this.callFor(endpointOf(name), index, range)
    const call = { path, what, read: jsonReader(read) }
    return this.where(index, () => this.client.call(call, signal))
  }

  /** @returns what is told of an index; undefined where there is none such */
  private async where<Answer>(index: string, ask: () => Promise<Answer>): Promise<Answer | undefined> {
    const known = this.indices.get(index)
    if (known !== undefined && !(await known)) return undefined
    const told = ask()
    const isThere = told.then(
      () => true,
      (thrown: unknown) => !saysMissing(thrown)
    )
    if (known === undefined) this.indices.set(index, isThere)
    if (await isThere) return told
    if (!this.missing.has(index)) {
      this.missing.add(index)
      this.onWarning(`There is no index ${index} in the analytics of this application. All else is read.`)
    }
    return undefined
  }

  /** @returns when the analytics of an index were brought up to date, null for never; undefined where there is no such index */
  async status(index: string, signal: AbortSignal): Promise<unknown> {
    const read = (json: unknown): Read<unknown> =>
      isObject(json) && 'updatedAt' in json ? { value: json.updatedAt } : { unreadable: 'it has no updatedAt' }
    const call = { path: pathOf('status', { index }), what: 'the status of an index', read: jsonReader(read) }
    return this.client.call(call, signal).catch((thrown: unknown) => {
      if (saysMissing(thrown)) return undefined
      throw thrown
    })
  }

  private async tell({ index, names, from, to }: Step, signal: AbortSignal): Promise<readonly Told[]> {
    const range = { from, to }
    const day = from
    const [name] = names
    if (name === undefined) return []
    const endpoint = endpointOf(name)
    if (endpoint.gives === 'day') {
      const entries = await this.client.call(this.callFor(endpoint, index, range), signal)
      return daysOf(range).map((of) => ({ name, day: of, entries: entries.filter((entry) => dateOf(entry) === of) }))
    }
    if (!names.includes('top_filters')) return [{ name, day, entries: await this.list(name, index, range, signal) }]
    const { filterAttributes, limit } = this.question
    if (filterAttributes.length > 0) {
      return [{ name, day, entries: await this.filters(filterAttributes, index, range, signal) }]
    }
    const wanted = names.includes('top_filter_attributes')
      ? Math.max(limit, MOST_USED_ATTRIBUTES)
      : MOST_USED_ATTRIBUTES
    const attributes = await this.list('top_filter_attributes', index, range, signal, wanted)
    const mostUsed = attributes
      .slice(0, MOST_USED_ATTRIBUTES)
      .flatMap((entry) => (isObject(entry) && typeof entry.attribute === 'string' ? [entry.attribute] : []))
    const filters = await this.filters(mostUsed, index, range, signal)
    return names.map((of) => ({ name: of, day, entries: of === 'top_filters' ? filters : attributes.slice(0, limit) }))
  }

  private async filters(
    attributes: readonly string[],
    index: string,
    range: DayRange,
    signal: AbortSignal
  ): Promise<unknown[]> {
    const filters: unknown[] = []
    for (const attribute of new Set(attributes)) {
      if (hasPath(attribute))
        filters.push(...(await this.list('top_filters', index, range, signal, undefined, attribute)))
      else this.warnOnce(`Algolia can't be asked for filters of an attribute called "${attribute}": it is left out.`)
    }
    return filters
  }

  /** Reads the list of a day, or of a range as a whole, page after page where it goes on. */
  private async list(
    name: EndpointName,
    index: string,
    range: DayRange,
    signal: AbortSignal,
    most = this.question.limit,
    attribute = ''
  ): Promise<unknown[]> {
    const endpoint = endpointOf(name)
    const entries: unknown[] = []
    for (;;) {
      const limit = Math.min(LARGEST_PAGE, most - entries.length)
      const offset = entries.length
      const paging =
        endpoint.gives === 'whole' ? {} : { limit: String(limit), ...(offset > 0 && { offset: String(offset) }) }
      const page = (figures: Record<string, string>): Promise<unknown[]> =>
        this.client.call(this.callFor(endpoint, index, range, { ...paging, ...figures }, attribute), signal)
      let got: unknown[]
      try {
        got = await (endpoint.takesFigures ? this.withFigures(page) : page({}))
      } catch (thrown) {
        // Where the list can't be read on, it ends.
        if (offset > 0 && thrown instanceof AlgoliaError && thrown.status === 400) return entries
        throw thrown
      }
      entries.push(...(endpoint.gives === 'whole' ? got : got.slice(0, limit)))
      if (endpoint.gives !== 'on' || got.length < limit || entries.length >= most) return entries
    }
  }

  /** Asks for click and revenue figures; where the plan has no revenue, for clicks alone, and from then on. */
  private async withFigures(page: (figures: Record<string, string>) => Promise<unknown[]>): Promise<unknown[]> {
    const known = this.hasRevenue
    if (known !== undefined && !(await known)) return page({ clickAnalytics: 'true' })
    const asked = page({ clickAnalytics: 'true', revenueAnalytics: 'true' })
    const isIncluded = asked.then(
      () => true,
      (thrown: unknown) => !(thrown instanceof AlgoliaError && thrown.status === 402)
    )
    this.hasRevenue ??= isIncluded
    if (await isIncluded) return asked
    this.hasRevenue = isIncluded
    const pages = await page({ clickAnalytics: 'true' })
    this.warnOnce('The plan of this Algolia application has no revenue figures (402): lists come without them.')
    return pages
  }

  private callFor(
    { path, list, gives, parameters }: Endpoint,
    index: string,
    range: DayRange,
    others: Record<string, string> = {},
    attribute = ''
  ): Call<unknown[]> {
    const { tags } = this.question
    const query = {
      ...{ index, startDate: range.from, endDate: range.to },
      ...(tags !== undefined && { tags }),
      ...parameters,
      ...others
    }
    return {
      path: pathOf(
        path.replace('{attribute}', () => encodeURIComponent(attribute)),
        query
      ),
      what: gives === 'day' ? 'figures for days' : `a list of ${list}`,
      read: jsonReader((json) => entriesOf(json, list, gives === 'day' ? range : undefined))
    }
  }

  private warnOnce(warning: string): void {
    if (!this.warned.has(warning)) this.onWarning(warning)
    this.warned.add(warning)
  }
}

/** What is left out is an error; null is an empty list. */
function entriesOf(json: unknown, list: string, range: DayRange | undefined): Read<unknown[]> {
  const entries = isObject(json) ? json[list] : undefined
  if (entries === null) return { value: [] }
  if (!Array.isArray(entries)) return { unreadable: `it has no list ${list}` }
  if (range === undefined) return { value: entries }
  const asked = new Set<unknown>(daysOf(range))
  const isAsked = entries.every((entry) => asked.has(dateOf(entry)))
  return isAsked ? { value: entries } : { unreadable: 'it tells of a day that was not asked for' }
}

function dateOf(entry: unknown): string | undefined {
  return isObject(entry) && typeof entry.date === 'string' ? entry.date : undefined
}

/** 404, in Algolia's own words: there is no such index. */
function saysMissing(thrown: unknown): boolean {
  return thrown instanceof AlgoliaError && thrown.status === 404 && thrown.isAlgolias
}

/** A space as `%20`: not everybody takes `+` for one. */
function pathOf(path: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  return `/2/${path}?${pairs.join('&')}`
}
