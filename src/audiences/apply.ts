import { configError, PackageError } from '../errors'
import { type AudienceApi, CALLS_AT_ONCE } from './api'
import type { PlannedChange } from './comparison'
import { decide, decideBefore, type Decision, type DecisionOptions } from './decide'
import { type Ending, Journal } from './journal'
import { inParallel } from './parallel'
import { OLDEST_PLAN, openPlan, type Plan } from './plan-file'
import { type MostRemovals, tooManyRemovalsInWords } from './removals'

export interface ApplyOptions {
  /** The plan's path. */
  readonly path: string
  readonly application: string
  readonly region: string
  readonly ignoreUpdates: boolean
  readonly createProfiles: boolean
  readonly mostRemovals: MostRemovals
  /** Take a plan that is older than a week. */
  readonly oldPlan: boolean
  readonly api: AudienceApi
  readonly signal: AbortSignal
  /** Unix milliseconds. */
  readonly now: () => number
  readonly log: (level: 'info' | 'warn', message: string) => void
  readonly onProgress: (result: ApplyResult) => void
}

/** What became of the entries of a plan. Each counts once, in one of these. */
export interface ApplyResult {
  readonly entries: number
  written: number
  rightAlready: number
  changedSince: number
  withoutProfile: number
  failed: number
  /** Calls of this run. */
  calls: number
}

/** A profile whose write fails in passing is read and written again, this often in all. */
const TRIES = 3

/** So many failures are told one by one. */
const FAILURES_TOLD = 10

/**
 * Does what a plan says: reads each profile again, decides by what is there now, and writes what is still to be changed. What
 * an earlier run has done isn't done again.
 * @throws PackageError (`config`) when the plan can't be taken, or nothing can be written at all; the signal's reason on abort
 */
export async function applyPlan(options: ApplyOptions): Promise<ApplyResult> {
  const { path, api, signal, onProgress } = options
  const plan = await openPlan(path)
  checkPlan(plan, options)
  const journal = await Journal.open(path, `${plan.head.startedAt} ${plan.head.list}`)
  const decisions: DecisionOptions = { ...options, asOf: Date.parse(plan.head.asOf) }
  const result: ApplyResult = {
    entries: plan.end.entries,
    written: 0,
    rightAlready: 0,
    changedSince: 0,
    withoutProfile: 0,
    failed: 0,
    calls: 0
  }
  try {
    await inParallel(CALLS_AT_ONCE, plan.changes(), async (change) => {
      signal.throwIfAborted()
      const known = journal.endingOf(change.userToken)
      if (known && !(known === 'changed since' && options.ignoreUpdates)) {
        // What is done is done; its write has moved the profile's own time, which must not count against it.
        count(result, known === 'written' ? 'right already' : known)
      } else {
        await applyOne(change, decisions, journal, options, result)
      }
      result.calls = api.calls
      onProgress(result)
    })
  } finally {
    result.calls = api.calls
    await journal.close()
  }
  return result
}

async function applyOne(
  change: PlannedChange,
  decisions: DecisionOptions,
  journal: Journal,
  { api, signal, log }: ApplyOptions,
  result: ApplyResult
): Promise<void> {
  const { userToken } = change
  const early = decideBefore(change, decisions)
  if (early) return count(result, early.kind)
  let ending: Ending | 'without profile'
  try {
    ending = await bringInLine(change, decisions, api, signal)
  } catch (thrown) {
    // What stops one profile from being written stops all of them: the key, the plan, the endpoint.
    if (!(thrown instanceof PackageError) || thrown.kind === 'config') throw thrown
    result.failed += 1
    if (result.failed <= FAILURES_TOLD) log('warn', `${excerpt(userToken)}: ${thrown.message}`)
    return
  }
  // Whom Algolia doesn't know costs one read, and may have a profile by the next run.
  if (ending !== 'without profile') await journal.add(userToken, ending)
  count(result, ending)
}

/** No write without a read of its own: when a write fails in passing, the profile is read again before the next. */
async function bringInLine(
  change: PlannedChange,
  decisions: DecisionOptions,
  api: AudienceApi,
  signal: AbortSignal
): Promise<Ending | 'without profile'> {
  for (let attempt = 1; ; attempt += 1) {
    const profile = await api.readToWrite(change.userToken, signal)
    const now = {
      exists: profile.exists,
      managed: profile.managed ?? new Set<string>(),
      lastUpdatedAt: profile.lastUpdatedAt
    }
    const decision = decide(change, now, decisions)
    if (decision.kind !== 'write') {
      api.forgoWrite()
      return attempt > 1 && decision.kind === 'right already' ? 'written' : decision.kind
    }
    try {
      const written = await api.write(profile, profile.withChanges(decision.add, decision.remove), signal)
      if (written === 'done') return 'written'
      // An empty success is one if the profile says so.
    } catch (thrown) {
      const passes = thrown instanceof PackageError && thrown.kind === 'transient'
      if (!passes || attempt >= TRIES) throw thrown
    }
  }
}

function count(result: ApplyResult, ending: Ending | Decision['kind']): void {
  if (ending === 'written' || ending === 'write') result.written += 1
  else if (ending === 'right already') result.rightAlready += 1
  else if (ending === 'changed since') result.changedSince += 1
  else result.withoutProfile += 1
}

/** @throws PackageError (`config`) that says why a plan isn't taken; nothing has been written then */
function checkPlan({ head, end }: Plan, options: ApplyOptions): void {
  const { path, application, region, oldPlan, mostRemovals, now } = options
  if (head.application !== application || head.region !== region) {
    throw configError(
      `The plan ${path} is for the application ${head.application} (${head.region}), and this is ${application} (${region}). Take the settings that it was made with.`
    )
  }
  const days = Math.floor((now() - Date.parse(head.startedAt)) / 86_400_000)
  if (now() - Date.parse(head.startedAt) > OLDEST_PLAN && !oldPlan) {
    throw configError(`The plan ${path} is ${days} days old. Make it anew, or take it as it is with --old-plan.`)
  }
  const tooMany = tooManyRemovalsInWords(end.audiences, mostRemovals)
  if (tooMany === undefined) return
  throw configError(
    `${tooMany} Nothing was written. Check that the list is whole; if it is meant so, allow it with --max-removals.`
  )
}

/** The beginning of a user token, which may be personal: three characters at most, and at most half of it. */
function excerpt(userToken: string): string {
  return `User token ${JSON.stringify(`${userToken.slice(0, Math.min(3, userToken.length >> 1))}…`)}`
}
