import type { Clock } from '../../clock'
import { toTimestamp } from '../instants'
import type { PageProfiles } from './page-profiles'
import { type Plan, stateAfter, type StateFilters, type StreamState } from './state'
import { walk, type WalkOptions } from './walk'
import { newPass } from './windows'

/** A page that has been read, and the state that covers it and all before it. */
export interface ReadPage {
  readonly profiles: PageProfiles
  readonly state: StreamState
}

export interface PassOptions extends WalkOptions {
  readonly filters: StateFilters
  readonly clock: Clock
  /** Marks this run in its states. */
  readonly run: string
}

/**
 * Reads what a plan says, page by page: the pass to go on with, or a new one.
 *
 * A new pass starts when it is begun, by the server's clock, which the first answer tells and which is reckoned back to
 * before the first call.
 * @throws what `walk` throws
 */
export async function* readPlan(plan: Plan, options: PassOptions): AsyncGenerator<ReadPage, void> {
  const { client, clock, filters, onWarning, run } = options
  const begunAt = clock.now()
  const after = plan.resume === undefined ? plan.after : plan.resume.after
  let startedAt = plan.resume?.startedAt
  let isUnusable = false
  for await (const { profiles, pass } of walk(plan.resume?.pass ?? newPass(after), options)) {
    if (startedAt === undefined) {
      startedAt = Math.floor(client.serverTime(begunAt) / 1000)
      if (!client.knowsServerTime) {
        onWarning(
          "Algolia's answers carry no date: the cursor goes by this machine's clock. Make sure that it is right."
        )
      }
      isUnusable = plan.latestCursor !== undefined && plan.latestCursor > startedAt
      if (isUnusable) break
    }
    yield { profiles, state: stateAfter(pass, { filters, startedAt, after, run, from: plan.resume?.from }) }
  }
  if (!isUnusable) return
  onWarning(
    `The cursor in the state, ${toTimestamp(plan.latestCursor ?? 0)}, lies in the future of Algolia's clock. The read starts anew, so that nothing is missed.`
  )
  yield* readPlan({ ...plan, after: plan.afterByConfig, latestCursor: undefined }, options)
}
