/** Figures as the API words them. Rates are null where nothing was tracked, and 0 where nothing happened. */
import type { Totals } from './figures'

export function rateOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

/** The places of clicked hits that the API counts together; -1 is the end. */
const places = [
  ...Array.from({ length: 10 }, (_, index) => [index + 1, index + 1] as const),
  [11, 20],
  [21, -1]
] as const
/** The mean place of a click within each. */
const means = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 26]
const weights = [0.31, 0.17, 0.11, 0.08, 0.06, 0.05, 0.04, 0.035, 0.03, 0.025, 0.06, 0.03]

/** How clicks spread over the places; no place has a part that isn't whole. */
export function clickPositions(clicks: number): { position: readonly [number, number]; clickCount: number }[] {
  let reached = 0
  return places.map((position, index) => {
    const before = Math.round(clicks * reached)
    reached += weights[index]!
    return { position, clickCount: (index === places.length - 1 ? clicks : Math.round(clicks * reached)) - before }
  })
}

export function averageClickPosition(clicks: number): number | null {
  const sum = clickPositions(clicks).reduce((whole, { clickCount }, index) => whole + clickCount * means[index]!, 0)
  return rateOf(sum, clicks)
}

/** Revenue by currency, as the API gives it. */
export function currencies(revenue: Totals['revenue']): Record<string, { currency: string; revenue: number }> {
  return Object.fromEntries(
    Object.entries(revenue).map(([currency, amount]) => [currency, { currency, revenue: amount / 100 }])
  )
}

export function clickFigures({ tracked, clicks, conversions }: Totals): object {
  return {
    clickThroughRate: rateOf(clicks, tracked),
    conversionRate: rateOf(conversions, tracked),
    clickCount: clicks,
    conversionCount: conversions
  }
}

export function revenueFigures({ tracked, addToCarts, purchases, revenue }: Totals): object {
  return {
    currencies: currencies(revenue),
    addToCartRate: rateOf(addToCarts, tracked),
    addToCartCount: addToCarts,
    purchaseRate: rateOf(purchases, tracked),
    purchaseCount: purchases
  }
}
