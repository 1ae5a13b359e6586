import { ahead } from '../algolia/analytics/ahead'
import type { Day } from '../algolia/analytics/days'
import { withDay } from '../algolia/analytics/state'
import type { AlgoliaClient } from '../algolia/api/client'
import { counted } from '../report/words'
import { printCondition } from './alerts/condition'
import { figuresFor, judge } from './alerts/judge'
import { type Answers, QUESTION } from './answers'
import { anonymousIdOf, type SearchesConfig } from './config'
import { alertEvent, type IndexTransition, type Origin, reportEvent, zeroResultEvent } from './events'
import type { Keeper } from './keeper'
import type { Outbox } from './outbox'
import { asksOf, type Plan, planOf } from './plan'
import { periodBefore, settledDay } from './periods'
import { reportOf } from './report'
import { alertMessage, reportMessage } from './slack'
import { keyOf } from './state'
import type { Tally } from './tally'

/** Questions to Algolia under way at the same time: at 100 a minute, enough for answers that take five seconds. */
export const CONCURRENCY = 8

/** What is done for each kind of thing that is due. */
export class Work {
  private readonly origin: Origin

  constructor(
    private readonly config: SearchesConfig,
    private readonly keeper: Keeper,
    private readonly answers: Answers,
    private readonly outbox: Outbox,
    private readonly tally: Tally,
    private readonly warn: (line: string) => void
  ) {
    this.origin = { appId: config.appId, anonymousId: anonymousIdOf(config) }
  }

  /**
   * Which day has settled, Algolia's clock says, and that comes with its first answer. Until then the machine's stands in for
   * it: what has been asked by it is nearly always what is asked anyway.
   * @param onPlan told of the first plan, before any call
   */
  async plan(client: AlgoliaClient, onPlan: (plan: Plan) => void): Promise<Plan> {
    const planNow = (): Plan =>
      planOf(this.config, this.keeper.state, settledDay(client.serverTime(), this.config.settle))
    let plan = planNow()
    onPlan(plan)
    for (const ask of asksOf(plan)) {
      if (client.knowsServerTime) break
      await this.answers.ask(ask)
    }
    const { settled } = plan
    plan = planNow()
    if (plan.settled !== settled) {
      this.warn(`By Algolia's clock, the last day that has settled is ${plan.settled}, not ${settled}.`)
    }
    plan.warnings.forEach(this.warn)
    this.tally.lists.all = plan.zeroResults.length
    return plan
  }

  /** Judges the days since the last run: each alert that starts or ends becomes an event and a message. */
  async judgeAlerts({ alerts }: Plan): Promise<void> {
    const before = this.keeper.state.alerts
    const judged = await Promise.all(
      alerts.map(async ({ condition, index, days, ask }) => {
        const valueOn = await this.answers.byDay(condition, ask)
        if (valueOn === undefined) return []
        const key = keyOf(printCondition(condition), index)
        const { state, transitions } = judge(condition, before.get(key), figuresFor(condition, days, valueOn))
        const told = transitions.map((transition): IndexTransition => ({ ...transition, condition, index }))
        return [{ key, state, transitions: told }]
      })
    )
    const changes = judged.flat().flatMap(({ key, state }) => (state === undefined ? [] : [[key, state] as const]))
    if (changes.length === 0) return
    const transitions = judged
      .flatMap((ends) => ends.flatMap((each) => each.transitions))
      .sort((one, other) => (one.date < other.date ? -1 : one.date > other.date ? 1 : 0))
    await this.outbox.put(
      (state) => ({ alerts: new Map([...state.alerts, ...changes]) }),
      transitions.map((transition) => alertEvent(this.origin, transition)),
      transitions.map(alertMessage)
    )
  }

  async makeReports({ reports }: Plan): Promise<void> {
    const { top } = this.config
    const figures = ahead(reports, CONCURRENCY, ({ index, range }) =>
      Promise.all([this.answers.ofPeriod(index, range), this.answers.before(index, periodBefore(range))])
    )
    for await (const [{ period, index, range }, [now, before]] of figures) {
      if (now === undefined || before === undefined) continue
      const report = reportOf({ period, index, ...range }, now, before, top)
      await this.outbox.put(
        (state) => ({ reports: new Map([...state.reports, [keyOf(period, index), range.to]]) }),
        [reportEvent(this.origin, report)],
        [reportMessage(report)]
      )
    }
  }

  /** Day after day: the events of one are with Segment before the next one's are made. */
  async sendZeroResults({ zeroResults }: Plan, signal: AbortSignal): Promise<void> {
    const { minSearches } = this.config
    for await (const [{ index, from: day }, results] of ahead(zeroResults, CONCURRENCY, (ask) =>
      this.answers.zeroResults(ask)
    )) {
      if (results === undefined) continue
      const frequent = results.filter(({ searches }) => searches >= minSearches)
      if (results.length >= QUESTION.limit && frequent.length === results.length) this.warnOfLongList(index, day)
      await this.outbox.put(
        (state) => ({
          zeroResults: new Map([...state.zeroResults, [index, withDay(state.zeroResults.get(index), day)]])
        }),
        frequent.map((result) => zeroResultEvent(this.origin, index, day, result))
      )
      await this.outbox.deliverEvents(signal)
      this.tally.lists.read += 1
      this.tally.arrived()
    }
  }

  private warnOfLongList(index: string, day: Day): void {
    this.warn(
      `Of ${index} on ${day}, Algolia tells no more than ${counted(QUESTION.limit, 'search', 'searches')} without results: rarer ones are not sent.`
    )
  }
}
