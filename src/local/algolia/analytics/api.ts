import { failure, success, type Answer } from '../../http/answer'
import type { Api } from '../api'
import type { Application } from '../application'
import type { AnalyticsRoute, Request, RouteTable } from '../request'
import { daily, isDaily } from './daily'
import { dayOf } from './days'
import { isList, list, lists } from './lists'
import { isKnownIndex, readQuestion } from './parameters'
import { openingDay } from './whole-days'

const routes: RouteTable<AnalyticsRoute> = (
  [
    ['searches', 'topSearches'],
    ['searches/count', 'searchesCount'],
    ['searches/noResults', 'searchesNoResults'],
    ['searches/noClicks', 'searchesNoClicks'],
    ['searches/noResultRate', 'noResultRate'],
    ['searches/noClickRate', 'noClickRate'],
    ['hits', 'topHits'],
    ['users/count', 'usersCount'],
    ['countries', 'topCountries'],
    ['filters', 'topFilterAttributes'],
    ['filters/noResults', 'topFiltersNoResults'],
    ['filters/(?<attribute>[^/]+)', 'topFilters'],
    ['clicks/averageClickPosition', 'averageClickPosition'],
    ['clicks/clickThroughRate', 'clickThroughRate'],
    ['clicks/positions', 'clickPositions'],
    ['conversions/conversionRate', 'conversionRate'],
    ['conversions/addToCartRate', 'addToCartRate'],
    ['conversions/purchaseRate', 'purchaseRate'],
    ['conversions/revenue', 'revenue'],
    ['status', 'analyticsStatus']
  ] as const
).map(([path, name]) => ({ pattern: new RegExp(`^/2/${path}$`), methods: { GET: name } }))

export interface AnalyticsContext {
  readonly application: Application
  readonly seed: number
  readonly clock: () => number
}

/** Algolia's Analytics API. */
export function analyticsApi(context: AnalyticsContext): Api {
  return {
    routes,
    regional: true,
    requiredAcl: () => ['analytics'],
    rateLimit: () => context.application.analyticsRateLimit,
    unauthenticated: failure(401, 'Invalid Application-Id or API-Key'),
    forbidden: () => failure(403, 'Method not allowed with this API key'),
    answer: (request) => answer(request, context)
  }
}

const notEnabled = failure(402, 'This feature is not enabled on your Algolia account.')

function answer(request: Request, { application, seed, clock }: AnalyticsContext): Answer {
  const { route } = request
  if (route === 'wrongMethod') return failure(405, 'Method Not Allowed', { allow: request.allowed.join(', ') })
  if (route === 'unknown') return failure(404, 'Not Found')
  if (application.analyticsPlan === 'none') return notEnabled
  const now = clock()
  const question = readQuestion(request.query, isList(route) ? lists[route].takes : {}, { seed, now })
  if (typeof question === 'string') return failure(400, question)
  if (!isKnownIndex(request.index)) return failure(404, 'Index not found')
  if (question.revenueAnalytics && application.analyticsPlan !== 'revenue') return notEnabled
  if (isDaily(route)) return success(JSON.stringify(daily(route, question)))
  if (isList(route)) return success(JSON.stringify(list(route, question, request.parameters.attribute ?? '')))
  // Figures are brought up to date every ten minutes.
  const updatedAt = new Date(Math.floor(now / 600_000) * 600_000).toISOString()
  return success(JSON.stringify({ updatedAt: dayOf(now) < openingDay ? null : updatedAt }))
}
