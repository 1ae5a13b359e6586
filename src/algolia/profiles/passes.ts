import type { Clock } from '../../clock'
import { counted } from '../../report/words'
import { toTimestamp } from '../instants'
import type { Plan } from './plan'
import { stateAfter, type StateFilters, type StreamState } from './state'
import type { FreshProfiles } from './repeats'
import { walk, type WalkOptions } from './walk'
import { newPass } from './windows'

/** A page that has been read, and the state that covers it and all before it. */
export interface ReadPage {
  readonly profiles: FreshProfiles
  readonly state: StreamState
  /** @returns about how many pages are left, where user tokens tell */
  readonly pagesLeft: () => number | undefined
}

export interface PassOptions extends Omit<WalkOptions, 'startedAt'> {
  readonly filters: StateFilters
  readonly clock: Clock
  /** Marks this run in its states. */
  readonly run: string
}

/**
 * Reads what a plan says, page by page: the pass to go on with, or a new one.
 *
 * A new pass starts when it is begun, by the server's clock, which the answers tell and which is reckoned back to before
 * the first call, or by this machine's where that is behind.
 * @throws what `walk` throws
 */
export async function* readPlan(plan: Plan, options: PassOptions): AsyncGenerator<ReadPage, void> {
  const { client, clock, filters, onWarning, run } = options
  const { pass, after, from } = plan.resume ?? { pass: newPass(plan.after), after: plan.after, from: undefined }
  const start = new Start(clock.now(), plan.resume?.startedAt)
  let isFirst = true
  let isUnusable = false
  const startedAt = (): number => start.learn(client.serverTime(start.begunAt))
  for await (const step of walk({ pass, after }, { ...options, startedAt })) {
    if (isFirst && !client.knowsServerTime) {
      onWarning("Algolia's answers carry no date: the cursor goes by this machine's clock. Make sure that it is right.")
    }
    isUnusable = isFirst && plan.latestCursor !== undefined && plan.latestCursor > start.byServer
    if (isUnusable) break
    isFirst = false
    const { profiles, pagesLeft } = step
    yield { profiles, pagesLeft, state: stateAfter(step.pass, { filters, startedAt: start.at, after, run, from }) }
  }
  if (isUnusable) {
    onWarning(
      `The cursor in the state, ${toTimestamp(plan.latestCursor ?? 0)}, lies in the future of Algolia's clock. The read starts anew, so that nothing is missed.`
    )
    yield* readPlan({ ...plan, after: plan.afterByConfig, latestCursor: undefined }, options)
  } else if (start.behind > 0) {
    const minutes = counted(Math.round(start.behind / 60), 'minute')
    onWarning(
      `By the date of Algolia's answers, this machine's clock is ${minutes} behind. So that nothing is missed, the cursor goes by the earlier clock: if Algolia's is right, profiles of ${minutes} more come again with each run. Make sure that this machine's clock is right.`
    )
  }
}

/** What tells another time of the start, by more than so many seconds, goes by another clock. */
const SAME_CLOCK_SECONDS = 60

/**
 * When a pass started, whole Unix seconds. A cursor that lies too late would lose profiles without a word, one that lies too
 * early only has some come again. So where clocks differ, the earliest counts: that of any node of the server, or this
 * machine's. However many pages have told, all of them may have come from one node whose clock is ahead.
 */
class Start {
  private earliest = Infinity

  constructor(
    readonly begunAt: number,
    private readonly earlier: number | undefined
  ) {}

  /** @param begunByServer when it was begun by the clock of the earliest node so far, in milliseconds */
  learn(begunByServer: number): number {
    const seconds = Math.floor(begunByServer / 1000)
    // The dates of one clock differ by a second or two: the start of a pass is not to change by that.
    if (seconds < this.earliest - SAME_CLOCK_SECONDS) this.earliest = seconds
    return this.at
  }

  /** By the server's clock alone. */
  get byServer(): number {
    return this.earliest
  }

  /** How far this machine's clock is behind all of the server's that have told, in seconds; 0 where the server's counts. */
  get behind(): number {
    const behind = this.earliest - Math.floor(this.begunAt / 1000)
    return this.earlier === undefined && behind > SAME_CLOCK_SECONDS ? behind : 0
  }

  get at(): number {
    return this.earlier ?? this.earliest - this.behind
  }
}
