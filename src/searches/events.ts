import type { Day } from '../algolia/analytics/days'
import type { TrackCall } from '../segment/calls'
import { sizeOf } from '../segment/envelope'
import { CALL_BYTES } from '../segment/limits'
import { messageIdOf } from '../segment/message-id'
import { type Condition, printCondition } from './alerts/condition'
import type { Transition } from './alerts/judge'
import type { Report } from './report'

/** What is sent to Segment: pure functions from figures to calls. */

export const ZERO_RESULTS_EVENT = 'Search Returned No Results'
export const REPORT_EVENT = 'Top Searches Reported'
export const ALERT_EVENT = 'Search Metric Alert'

/** Where events come from, and whom they are about. */
export interface Origin {
  readonly appId: string
  readonly anonymousId: string
}

/** A search that found nothing, on a day. */
export interface ZeroResult {
  readonly query: string
  readonly searches: number
  readonly withFilters: number
}

/** An alert that starts or ends, about an index. */
export interface IndexTransition extends Transition {
  readonly condition: Condition
  readonly index: string
}

/** @returns the event of a search without results */
export function zeroResultEvent(origin: Origin, index: string, date: Day, result: ZeroResult): TrackCall {
  const { query, searches, withFilters } = result
  return event(origin, ZERO_RESULTS_EVENT, [index, date, query], date, {
    query,
    searches,
    searches_with_filters: withFilters,
    date,
    index
  })
}

/** @returns the event of a report, without the last of its searches where it would be too large for Segment */
export function reportEvent(origin: Origin, report: Report): TrackCall {
  const { period, from, to, index, topSearches, ...figures } = report
  const eventWith = (count: number): TrackCall =>
    event(origin, REPORT_EVENT, [index, period, from], to, {
      period,
      start_date: from,
      end_date: to,
      index,
      searches: figures.searches,
      users: figures.users,
      no_result_rate: figures.noResultRate,
      click_through_rate: figures.clickThroughRate,
      conversion_rate: figures.conversionRate,
      change: figures.change,
      top_searches: topSearches.slice(0, count).map((search) => ({
        query: search.query,
        searches: search.searches,
        results: search.results,
        click_through_rate: search.clickThroughRate,
        conversion_rate: search.conversionRate,
        change: search.change
      }))
    })
  let count = topSearches.length
  while (count > 0 && sizeOf(eventWith(count)) > CALL_BYTES) count -= 1
  return eventWith(count)
}

/** @returns the event of an alert that starts or ends */
export function alertEvent(
  origin: Origin,
  { condition, index, state, value, since, date }: IndexTransition
): TrackCall {
  const alert = printCondition(condition)
  return event(origin, ALERT_EVENT, [index, alert, state, date], date, {
    alert,
    metric: condition.metric,
    index,
    state,
    value,
    threshold: condition.threshold,
    since,
    date
  })
}

/**
 * @param identity what tells it from other events of its kind: never a figure, which may have changed when it comes again
 * @param day the last that it is about, at whose end it counts as having happened
 */
function event(
  { appId, anonymousId }: Origin,
  name: string,
  identity: readonly string[],
  day: Day,
  properties: Record<string, unknown>
): TrackCall {
  return {
    type: 'track',
    anonymousId,
    event: name,
    messageId: messageIdOf([name, appId, ...identity]),
    timestamp: `${day}T23:59:59.999Z`,
    properties
  }
}
