import type { Command } from 'commander'
import { openAudienceApi } from '../audiences/algolia'
import { applyPlan, type ApplyResult } from '../audiences/apply'
import { type LoadedList, loadList } from '../audiences/load'
import { writeAuditMetrics } from '../audiences/metrics'
import { tooManyRemovalsInWords } from '../audiences/removals'
import { planAudiences, type PlanResult } from '../audiences/plan'
import { PlanWriter } from '../audiences/plan-file'
import { progressOf, sentenceOf, tableOf } from '../audiences/report'
import type { PlannedChange } from '../audiences/comparison'
import { systemEnvironment } from '../algolia/api/environment'
import { systemClock } from '../clock'
import type { Display } from '../report/display'
import { counted, grouped, minutesInWords } from '../report/words'
import {
  APPLY_SETTINGS,
  applySchema,
  type ApplySettings,
  AUDIENCES_SETTINGS,
  AUDIT_SETTINGS,
  auditSchema,
  type AuditSettings,
  type ListSettings,
  PLAN_SETTINGS,
  planSchema,
  type PlanSettings
} from './audiences-settings'
import { EXIT, type Session } from './session'
import { addSettings, withSettings } from './settings'

export { AUDIENCES_SETTINGS as settings }

/** `audiences`: brings profiles in line with lists of members. */
export function define(command: Command, session: Session): void {
  command.description(
    'Compares Algolia profiles with a list of members, by listing them: a thousand a call. Only those that differ cost a read and a write.'
  )
  const plan = command
    .command('plan')
    .argument('<list>', 'CSV or JSON lines, plain or gzip; - for standard input')
    .description('Says who has to be added and removed, and writes that to a file that "apply" takes.')
  addSettings(plan, PLAN_SETTINGS).action((path: string, flags: Record<string, unknown>) =>
    withSettings(PLAN_SETTINGS, planSchema, flags, session, (settings, display) =>
      makePlan(path, settings, display, session)
    )
  )
  const apply = command
    .command('apply')
    .argument('<plan>', 'a file that "plan" has written')
    .description('Does what a plan says; goes on where an earlier run was stopped.')
  addSettings(apply, APPLY_SETTINGS).action((path: string, flags: Record<string, unknown>) =>
    withSettings(APPLY_SETTINGS, applySchema, flags, session, (settings, display) =>
      doPlan(path, settings, display, session)
    )
  )
  const audit = command
    .command('audit')
    .argument('<list>', 'CSV or JSON lines, plain or gzip; - for standard input')
    .description('The plan as a check: ends with 3 when something differs, and writes nothing.')
  addSettings(audit, AUDIT_SETTINGS).action((path: string, flags: Record<string, unknown>) =>
    withSettings(AUDIT_SETTINGS, auditSchema, flags, session, (settings, display) =>
      auditList(path, settings, display, session)
    )
  )
}

async function makePlan(path: string, settings: PlanSettings, display: Display, session: Session): Promise<void> {
  const startedAt = new Date()
  const loaded = await load(path, settings, display)
  const { appId: application, region, out } = settings
  const writer = await PlanWriter.open(out, {
    application,
    region,
    startedAt: startedAt.toISOString(),
    asOf: new Date(loaded.asOf).toISOString(),
    list: loaded.digest,
    audiences: loaded.list.audiences
  })
  try {
    const result = await compare(loaded, settings, display, session, (change) => writer.add(change))
    if (!result) return await writer.abandon()
    await writer.end(result.audiences)
    show(result, settings, display, session)
    const tooMany = tooManyRemovalsInWords(result.audiences, settings.maxRemovals)
    const cost = `Putting it right takes ${costOf(result)}. The plan is in ${out}`
    if (tooMany === undefined) return display.log('info', `${cost}: "audiences apply ${out}" does it.`)
    display.log('info', `${cost}.`)
    display.log(
      'warn',
      `${tooMany} "audiences apply" refuses that. Check that the list is whole; if it is meant so, allow it with --max-removals.`
    )
  } catch (thrown) {
    await writer.abandon()
    throw thrown
  }
}

async function auditList(path: string, settings: AuditSettings, display: Display, session: Session): Promise<void> {
  const result = await compare(await load(path, settings, display), settings, display, session, () => Promise.resolve())
  if (!result) return
  show(result, settings, display, session)
  if (settings.metrics !== undefined) await writeAuditMetrics(settings.metrics, result)
  const differs = result.audiences.some(({ toAdd, toRemove }) => toAdd + toRemove > 0)
  display.log(
    'info',
    differs
      ? `Profiles differ from the list; putting it right takes ${costOf(result)}.`
      : 'All profiles are in line with the list.'
  )
  if (differs) session.exitCode = EXIT.FOUND
}

async function doPlan(path: string, settings: ApplySettings, display: Display, session: Session): Promise<void> {
  const { appId: application, region, json, ...how } = settings
  const signal = session.stopSignal((name) => display.log('info', `${name}: finishing what is in flight.`))
  const startedAt = systemClock.now()
  const { api, close } = openAudienceApi(settings, systemEnvironment(), listeners(display))
  let last: ApplyResult | undefined
  try {
    const result = await applyPlan({
      ...how,
      path,
      application,
      region,
      mostRemovals: settings.maxRemovals,
      api,
      signal,
      now: () => Date.now(),
      log: (level, message) => display.log(level, message),
      onProgress: (progress) => {
        last = progress
        display.progress(progressOf(progress, systemClock.now() - startedAt, api))
      }
    })
    display.endProgress()
    if (json) session.print(JSON.stringify(result))
    else session.print(sentenceOf(result))
    if (result.failed > 0) session.exitCode = EXIT.PASSING
  } catch (thrown) {
    display.endProgress()
    if (!signal.aborted) throw thrown
    display.log('info', `Stopped before the end${last ? `: ${sentenceOf(last)}` : '.'} Run it again to go on.`)
    session.exitCode = EXIT.PASSING
  } finally {
    await close()
  }
}

function load(path: string, settings: ListSettings, display: Display): Promise<LoadedList> {
  return loadList({
    ...settings,
    path,
    stdin: process.stdin,
    now: Date.now(),
    warn: (message) => display.log('warn', message)
  })
}

/** @returns undefined when it was told to stop */
async function compare(
  loaded: LoadedList,
  settings: ListSettings,
  display: Display,
  session: Session,
  onChange: (change: PlannedChange) => Promise<void>
): Promise<PlanResult | undefined> {
  const signal = session.stopSignal((name) => display.log('info', `${name}: stopping the comparison.`))
  const { api, close } = openAudienceApi(settings, systemEnvironment(), listeners(display))
  try {
    return await planAudiences({
      ...loaded,
      singleReads: settings.singleReads,
      api,
      signal,
      onChange,
      log: (level, message) => display.log(level, message),
      onProgress: ({ profiles, calls, expectedCalls }) =>
        display.progress({
          line: `${counted(profiles, 'profile')} compared, ${counted(calls, 'call')} of about ${grouped(expectedCalls ?? 1)}.`,
          part: expectedCalls === undefined ? undefined : Math.min(1, calls / expectedCalls)
        })
    })
  } catch (thrown) {
    if (!signal.aborted) throw thrown
    display.endProgress()
    display.log('info', 'Stopped before the end: nothing was written to Algolia. Run it again to compare anew.')
    session.exitCode = EXIT.PASSING
    return undefined
  } finally {
    display.endProgress()
    await close()
  }
}

function listeners(display: Display): Parameters<typeof openAudienceApi>[2] {
  return {
    onRetry: ({ message, internalMessage = message }, pause) =>
      display.log('warn', `A call failed (${internalMessage}). Trying again in ${(pause / 1000).toFixed(1)} s.`),
    onLimit: (_, wait) =>
      display.log('info', `The calls that may be made are used up; going on in ${Math.ceil(wait / 1000)} s.`),
    warn: (message) => display.log('warn', message)
  }
}

function show(result: PlanResult, { json }: ListSettings, display: Display, session: Session): void {
  session.print(json ? JSON.stringify(result) : tableOf(result.audiences).join('\n'))
  const members = sumOf(result.audiences.map(({ wanted }) => wanted))
  if (members === 0 || sumOf(result.audiences.map(({ withoutProfile }) => withoutProfile)) < members) return
  display.log(
    'warn',
    'No member of the list has a profile. Check that it holds the user tokens that your searches send; "audiences apply" makes profiles for them with --create-profiles.'
  )
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

function costOf({ calls, minutes }: PlanResult): string {
  return `${counted(calls.repair, 'call')}, ${minutes < 0.95 ? '' : 'about '}${minutesInWords(minutes)}`
}
