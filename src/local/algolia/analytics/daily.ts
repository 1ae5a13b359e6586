/** The calls that break their figures down by day. */
import { dayText } from './days'
import { total, totalOf, type Totals } from './figures'
import type { Question } from './parameters'
import { averageClickPosition, currencies, rateOf } from './rates'

/** What each call says of a day, and of all days together. */
const figures = {
  searchesCount: ({ count }: Totals) => ({ count }),
  noResultRate: ({ count, withoutResults }: Totals) => ({
    rate: rateOf(withoutResults, count),
    count,
    noResultCount: withoutResults
  }),
  noClickRate: ({ tracked, clicks }: Totals) => ({
    rate: rateOf(tracked - clicks, tracked),
    count: tracked,
    noClickCount: tracked - clicks
  }),
  averageClickPosition: ({ clicks }: Totals) => ({ average: averageClickPosition(clicks), clickCount: clicks }),
  clickThroughRate: ({ tracked, clicks }: Totals) => ({
    rate: rateOf(clicks, tracked),
    clickCount: clicks,
    trackedSearchCount: tracked
  }),
  conversionRate: ({ tracked, conversions }: Totals) => ({
    rate: rateOf(conversions, tracked),
    trackedSearchCount: tracked,
    conversionCount: conversions
  }),
  addToCartRate: ({ tracked, addToCarts }: Totals) => ({
    rate: rateOf(addToCarts, tracked),
    trackedSearchCount: tracked,
    addToCartCount: addToCarts
  }),
  purchaseRate: ({ tracked, purchases }: Totals) => ({
    rate: rateOf(purchases, tracked),
    trackedSearchCount: tracked,
    purchaseCount: purchases
  }),
  revenue: ({ revenue }: Totals) => ({ currencies: currencies(revenue) })
}

export type DailyRoute = keyof typeof figures | 'usersCount'

export function isDaily(route: string): route is DailyRoute {
  return route in figures || route === 'usersCount'
}

/** The answer to a call about the days of a question. */
export function daily(route: DailyRoute, question: Question): object {
  const totals = question.days.map((day) => totalOf(question, day))
  if (route === 'usersCount') return usersCount(question.days, totals)
  const figuresOf = figures[route]
  const dates = question.days.map((day, index) => ({ date: dayText(day), ...figuresOf(totals[index]!) }))
  return { ...figuresOf(total(totals)), dates }
}

/** Who comes on several days counts once for all of them: users of days can't be added up. */
function usersCount(days: readonly number[], totals: readonly Totals[]): object {
  const dates = days.map((day, index) => ({ date: dayText(day), count: Math.round(totals[index]!.count * 0.42) }))
  const sum = dates.reduce((whole, { count }) => whole + count, 0)
  return { count: Math.round(sum * (0.4 + 0.6 / Math.max(1, days.length))), dates }
}
