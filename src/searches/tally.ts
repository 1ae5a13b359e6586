import { CallReport } from '../report/call-report'
import type { TrackCall } from '../segment/calls'
import { ALERT_EVENT, REPORT_EVENT } from './events'
import type { SearchesEnvironment, SearchesOptions } from './options'
import { noEvents, noMessages, type SearchesSummary } from './progress'

/** What a run counts and tells. */
export class Tally {
  /** What is told of calls. */
  readonly calls: CallReport
  readonly messages = noMessages()
  readonly lists = { read: 0, all: 0 }
  private readonly events = noEvents()

  constructor(
    private readonly options: Pick<SearchesOptions, 'onLog' | 'onProgress'>,
    environment: Pick<SearchesEnvironment, 'clock'>
  ) {
    this.calls = new CallReport(
      environment.clock,
      (level, message) => options.onLog?.(level, message),
      () => this.tellProgress()
    )
  }

  summary(): SearchesSummary {
    const { zeroResults, reports, alertsStarted, alertsEnded } = this.events
    const sent = zeroResults + reports + alertsStarted + alertsEnded
    return {
      ...this.calls.summary(),
      events: { ...this.events },
      webhook: { ...this.messages },
      bill: { users: Math.min(1, sent), calls: sent }
    }
  }

  sent(events: readonly TrackCall[]): void {
    for (const { event, properties } of events) {
      if (event === REPORT_EVENT) this.events.reports += 1
      else if (event !== ALERT_EVENT) this.events.zeroResults += 1
      else if (properties.state === 'started') this.events.alertsStarted += 1
      else this.events.alertsEnded += 1
    }
    this.arrived()
  }

  rejected(events: readonly TrackCall[], reason: string): void {
    this.events.rejected += events.length
    for (const { event, properties } of events) {
      const { index, date, query } = properties as { index: string; date?: string; query?: string }
      const what = [query === undefined ? event : `${event} "${query}"`, index, ...(date === undefined ? [] : [date])]
      this.options.onLog?.(
        'warn',
        `${what.join(', ')}: rejected, as Segment refuses it (${reason}). It is not sent again.`
      )
    }
  }

  /** Something has arrived. */
  arrived(): void {
    this.calls.waiting = undefined
    this.tellProgress()
  }

  private tellProgress(): void {
    this.options.onProgress?.({
      summary: this.summary(),
      callsLeft: this.calls.algoliaClient?.callsLeft(),
      lists: { ...this.lists },
      waiting: this.calls.waiting
    })
  }
}
