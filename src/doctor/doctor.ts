import { REGIONS } from '../algolia/api/apis'
import type { Account } from '../algolia/api/connection'
import type { Environment } from '../algolia/api/environment'
import { checkCalls, checkKey, checkPlan, checkReach, checkRegion, isRefused } from './access'
import { type Caller, openCaller, type Reply } from './calls'
import { type Check, type CheckName, CHECKS, type Finding, overall, skipped } from './check'
import { checkConfig } from './config'
import { checkSegments, type SampledProfile, sampledProfile } from './segments'
import { checkSettings, type GivenSettings } from './settings'
import { checkTokens } from './tokens'
import { probeWrite } from './write-probe'

export interface DoctorOptions {
  readonly settings: GivenSettings
  /** Try whether segments can be written, on a profile of its own that is removed again. */
  readonly writeProbe: boolean
  readonly signal: AbortSignal
}

export interface Diagnosis {
  readonly status: 'green' | 'yellow' | 'red'
  /** Always ten, in the order of {@link CHECKS}. */
  readonly checks: readonly Check[]
}

/** Profiles are looked at in so many windows of 30 days, the newest first: together, the newest would hide the others. */
const WINDOWS = 4
const WINDOW_DAYS = 30
const DAY = 86_400_000

/** The doctor makes at most 20 calls; where fewer are left it makes only those that tell why. */
const FEWEST_CALLS_LEFT = 20

/**
 * Says why nothing happens, in the order in which a person would look. It makes at most 20 calls, waits for nothing, and
 * changes nothing but for the write probe.
 * @throws the signal's reason on abort
 */
export async function diagnose(
  { settings, writeProbe, signal }: DoctorOptions,
  environment: Environment
): Promise<Diagnosis> {
  const findings = new Map<CheckName, Finding>()
  const { finding, account } = checkSettings(settings)
  findings.set('settings', finding)
  if (account) await examine(account, { writeProbe, signal }, environment, findings)
  const checks = CHECKS.map((check): Check => {
    return { check, ...(findings.get(check) ?? skipped('What comes before it has to be right first.')) }
  })
  return { status: overall(checks), checks }
}

async function examine(
  account: Account,
  { writeProbe, signal }: Pick<DoctorOptions, 'writeProbe' | 'signal'>,
  environment: Environment,
  findings: Map<CheckName, Finding>
): Promise<void> {
  const caller = openCaller(account, environment, signal)
  const last = openCaller(account, environment, new AbortController().signal)
  try {
    const first = await caller.call('/2/users?limit=1')
    const isOverridden = Boolean(environment.baseUrl)
    const reach = checkReach(first, caller.host, isOverridden)
    findings.set('reach', reach)
    findings.set('calls', checkCalls([first]))
    if (reach.status === 'red') return

    const other = !isOverridden && isRefused(first) ? await askOtherRegion(account, environment, signal) : undefined
    const region = checkRegion(first, { region: account.region, other, isOverridden })
    findings.set('region', region)
    findings.set('key', checkKey(first, region.status === 'red'))
    findings.set('plan', checkPlan(first))
    if (first.kind === 'no answer' || first.status >= 300) return
    if ((first.limits.remaining ?? Infinity) < FEWEST_CALLS_LEFT) {
      const finding = skipped(
        'Too few calls are left in this minute to look at it.',
        'Run the doctor again in a minute.'
      )
      for (const check of ['config', 'tokens', 'segments', 'write'] as const) findings.set(check, finding)
      return
    }

    const config = await caller.call('/2/config')
    findings.set('config', checkConfig(config))
    const replies = await Promise.all(windowsBefore(environment.clock.now()).map((path) => caller.call(path)))
    const profiles = replies.flatMap(profilesIn)
    findings.set('tokens', checkTokens(profiles.map(({ userToken }) => userToken)))
    findings.set('segments', checkSegments(profiles))
    findings.set('calls', checkCalls([first, config, ...replies]))
    findings.set(
      'write',
      writeProbe
        ? await probeWrite(caller, last)
        : skipped('Whether segments can be written was not tried.', '--write-probe tries it, on a profile of its own.')
    )
  } finally {
    await Promise.all([caller.close(), last.close()])
  }
}

async function askOtherRegion(
  account: Account,
  environment: Environment,
  signal: AbortSignal
): Promise<{ region: Account['region']; reply: Reply } | undefined> {
  const region = REGIONS.find((one) => one !== account.region)
  if (!region) return undefined
  const caller: Caller = openCaller({ ...account, region }, environment, signal)
  try {
    return { region, reply: await caller.call('/2/users?limit=1') }
  } finally {
    await caller.close()
  }
}

/** Calls that list profiles, one for each window. */
function windowsBefore(now: number): string[] {
  return Array.from({ length: WINDOWS }, (_, index) => {
    const day = (age: number): string => new Date(now - age * WINDOW_DAYS * DAY).toISOString()
    const query = new URLSearchParams({ startDate: day(index + 1), endDate: day(index), limit: '1000' })
    return `/2/users?${query.toString()}`
  })
}

function profilesIn(reply: Reply): SampledProfile[] {
  if (reply.kind === 'no answer' || reply.status >= 300) return []
  const { users } = Object(reply.json) as { users?: unknown }
  return Array.isArray(users) ? users.flatMap((json) => sampledProfile(json) ?? []) : []
}
