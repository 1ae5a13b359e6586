/** What the calls of the Analytics API take, and what is wrong with what they are given. */
import { shopIndices } from '../shop/assortment'
import { daysBetween, dayOf, readDay } from './days'
import type { Scope } from './figures'
import { partWith } from './tags'

/** A call's parameters, read. */
export interface Question extends Scope {
  readonly days: readonly number[]
  readonly limit: number
  readonly offset: number
  readonly clickAnalytics: boolean
  readonly revenueAnalytics: boolean
  readonly orderBy: string
  readonly direction: string
  /** The query that hits and filters are asked about. */
  readonly search: string | undefined
}

/** Which parameters a call takes beside `index`, the days and `tags`. */
export interface Takes {
  readonly list?: true
  readonly figures?: true
  readonly order?: true
  readonly search?: true
}

const ofAll = ['index', 'startDate', 'endDate', 'tags']
const credentials = ['x-algolia-application-id', 'x-algolia-api-key', 'x-algolia-agent']

/** Reads a query; a text says what is wrong with it. */
export function readQuestion(
  query: URLSearchParams,
  takes: Takes,
  { seed, now }: Pick<Scope, 'seed' | 'now'>
): Question | string {
  const taken = [
    ...ofAll,
    ...(takes.list ? ['limit', 'offset'] : []),
    ...(takes.figures ? ['clickAnalytics', 'revenueAnalytics'] : []),
    ...(takes.order ? ['orderBy', 'direction'] : []),
    ...(takes.search ? ['search'] : []),
    ...credentials
  ]
  // Algolia may let others pass; here nobody gets used to them.
  const other = [...query.keys()].find((name) => !taken.includes(name))
  if (other !== undefined) return `Unknown parameter: ${other}`
  const index = query.get('index')
  if (!index) return 'Missing parameter: index'

  const today = dayOf(now)
  const last = readDay(query.get('endDate') ?? '') ?? (query.has('endDate') ? undefined : today)
  if (last === undefined) return 'endDate must be a date in the format YYYY-MM-DD'
  const first = readDay(query.get('startDate') ?? '') ?? (query.has('startDate') ? undefined : last - 7)
  if (first === undefined) return 'startDate must be a date in the format YYYY-MM-DD'
  if (first > last) return 'startDate must not be after endDate'

  const limit = wholeNumber(query.get('limit') ?? '10')
  if (limit === undefined || limit > 1000) return 'limit must be a whole number from 0 to 1000'
  const offset = wholeNumber(query.get('offset') ?? '0')
  if (offset === undefined) return 'offset must be a whole number'
  const clickAnalytics = readFlag(query, 'clickAnalytics')
  const revenueAnalytics = readFlag(query, 'revenueAnalytics')
  if (clickAnalytics === undefined) return 'clickAnalytics must be true or false'
  if (revenueAnalytics === undefined) return 'revenueAnalytics must be true or false'
  const orderBy = query.get('orderBy') ?? 'searchCount'
  if (!['searchCount', 'clickThroughRate', 'conversionRate', 'averageClickPosition'].includes(orderBy)) {
    return 'orderBy must be one of searchCount, clickThroughRate, conversionRate, averageClickPosition'
  }
  if (orderBy !== 'searchCount' && !clickAnalytics) return `orderBy ${orderBy} needs clickAnalytics`
  const direction = query.get('direction') ?? 'asc'
  if (!['asc', 'desc'].includes(direction)) return 'direction must be asc or desc'
  const part = query.get('tags') ? partWith(query.get('tags')!) : 1
  if (part === undefined) return 'tags must be tags combined with AND and OR'
  return {
    ...{ seed, now, index, part, limit, offset, clickAnalytics, revenueAnalytics, orderBy, direction },
    days: daysBetween(first, last),
    search: query.get('search') ?? undefined
  }
}

/** Whether there is such an index. */
export function isKnownIndex(index: string | undefined): boolean {
  return index !== undefined && shopIndices.includes(index)
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined
}

function readFlag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name) ?? 'false'
  return ['true', 'false'].includes(text) ? text === 'true' : undefined
}
