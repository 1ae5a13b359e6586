import type { InsightsEvent } from './insights-events'
import type { Hit } from './types'

/** The library that reports an event. */
export type Reporter = 'instantsearch' | 'search-insights'

/** Takes in a call that reports events. @returns whether Segment has been told all of it */
export type Report = (reporter: Reporter, method: unknown, args: readonly unknown[], hits?: readonly Hit[]) => boolean

/** Two libraries report one act at the same moment; milliseconds. */
const SAME_MOMENT = 1_000

/**
 * Finds the events that both libraries report, as InstantSearch hands what it reports on to search-insights. One that a
 * library reports twice by itself is two: somebody may well add a product to the cart twice.
 */
export class ReportedTwice {
  private reports: { readonly reporter: Reporter; readonly key: string; readonly at: number }[] = []

  constructor(private readonly now: () => number) {}

  /** @returns whether the other library has just reported the same. */
  isSecond(reporter: Reporter, event: InsightsEvent): boolean {
    const { eventType, eventSubtype, index, objectIDs, filters } = event
    const key = JSON.stringify([eventType, eventSubtype, index, objectIDs, filters])
    const at = this.now()
    this.reports = this.reports.filter((report) => at - report.at < SAME_MOMENT)
    const first = this.reports.findIndex((report) => report.reporter !== reporter && report.key === key)
    if (first < 0) this.reports.push({ reporter, key, at })
    else this.reports.splice(first, 1)
    return first >= 0
  }
}
