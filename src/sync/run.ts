import { randomUUID } from 'node:crypto'
import type { ClientCounts } from '../algolia/api/client'
import { PERSONALIZATION } from '../algolia/api/apis'
import { connect, type Connection } from '../algolia/api/connection'
import { toTimestamp, toUnixSeconds } from '../algolia/instants'
import { readPlan } from '../algolia/profiles/passes'
import { counted } from '../report/words'
import { filtersOf, type Plan, planOf, type StateFilters, type StreamState } from '../algolia/profiles/state'
import { type Delivery, type DeliveryRules, targetOf } from './calls'
import type { SyncConfig } from './config'
import { SegmentDelivery } from '../segment/delivery'
import { type PagePlan, planPage, readPage, userTokensOf } from './page'
import { noProfiles, secondsToGo, type SyncSummary } from './progress'
import { RetryLog } from '../report/retry-log'
import { openSeenStore, openSeenStoreIfAny } from './seen-store'
import { SegmentClient } from '../segment/client'
import { loadState, saveState } from './state-file'
import type { LogLevel } from '../report/display'
import type { SyncEnvironment, SyncOptions } from './sync'

/** A call or a batch that keeps failing is given up after this long, in milliseconds. */
const PATIENCE = 90_000

/** Problems in profiles are told one by one up to this many in a run, and only counted from there on. */
const MOST_PROBLEMS_TOLD = 100

const NO_CALLS: ClientCounts = { calls: 0, retries: 0, waited: 0, refusals: 0 }

/**
 * One run of a sync.
 *
 * Of each page, (1) its calls go out and are accepted, (2) the marks of its profiles are written, batch by batch, and (3)
 * the state moves past the page. A crash before (2) sends a batch again, with the same message ids; one before (3) reads
 * a page again and finds its marks. The marks come before the state: were they missing after a crash between the two, a
 * profile would count as never seen on its next update.
 */
export class Run {
  private readonly profiles = noProfiles()
  private readonly rules: DeliveryRules
  private readonly filters: StateFilters
  private readonly client: SegmentClient
  private readonly segment: SegmentDelivery
  private readonly signal: AbortSignal
  private readonly begunAt: number
  private algolia: Connection['client'] | undefined
  private pages = 0
  private problems = 0

  /** @param origin where Segment is */
  constructor(
    private readonly options: SyncOptions,
    private readonly config: SyncConfig,
    private readonly origin: string,
    private readonly environment: SyncEnvironment
  ) {
    const { clock, random } = environment
    const { identity, firstSeenEvent, segmentWriteKey: writeKey } = config
    this.begunAt = clock.now()
    this.signal = options.signal ?? new AbortController().signal
    this.filters = filtersOf(config)
    this.rules = { identity, firstSeenEvent, target: targetOf(config) }
    this.client = new SegmentClient({
      writeKey,
      origin,
      clock,
      random,
      patience: this.patience,
      onRetry: this.retryTeller()
    })
    this.segment = new SegmentDelivery(this.client)
  }

  /**
   * Resolves when Segment has accepted all profiles that were to be sent.
   * @throws PackageError when it can't go on; the signal's reason when it was stopped
   */
  async sync(): Promise<void> {
    const { stateFile, dryRun } = this.options
    const directory = `${stateFile}.seen`
    const store = dryRun ? await openSeenStoreIfAny(directory) : await openSeenStore(directory)
    try {
      const plan = await this.plan()
      this.warnOfStartDate()
      this.log('info', this.startLine(plan))
      for await (const { profiles, state } of this.read(plan)) {
        const page = readPage(profiles)
        const pagePlan = planPage(page, await store.marksOf(userTokensOf(page)), this.rules)
        this.count(page.length, pagePlan)
        if (dryRun) await dryRun(pagePlan.deliveries.flatMap(({ calls }) => calls))
        else await this.deliver(pagePlan.deliveries, (batch) => store.keep(batch))
        if (!dryRun) await saveState(stateFile, { target: this.rules.target, profiles: state })
        this.tellProgress(state)
      }
    } finally {
      await store.close()
      const untold = this.problems - MOST_PROBLEMS_TOLD
      if (untold > 0) this.log('warn', `${counted(untold, 'further problem')} in profiles.`)
    }
  }

  /** @returns how the run stands. */
  summary(): SyncSummary {
    return {
      startedAt: new Date(this.begunAt).toISOString(),
      duration: this.seconds(),
      profiles: { ...this.profiles },
      algolia: { ...(this.algolia?.counts ?? NO_CALLS) },
      segment: { ...this.client.counts }
    }
  }

  private async plan(): Promise<Plan> {
    const saved = await loadState(this.options.stateFile, this.filters)
    const isUsable = saved?.target === this.rules.target
    if (saved !== undefined && !isUsable) {
      this.log(
        'warn',
        'The Algolia application, the Segment source or the identity rule has changed since the state was written: all profiles are read anew.'
      )
    }
    const state = isUsable ? saved.profiles : undefined
    const plan = planOf([{ name: 'profiles', syncMode: 'incremental', state }], this.filters)
    plan.warnings.forEach((warning) => this.log('warn', warning))
    return plan
  }

  private warnOfStartDate(): void {
    const { startDate } = this.config
    const begin = toUnixSeconds(startDate ?? '')
    if (begin === undefined || begin * 1000 <= this.environment.clock.now()) return
    this.log(
      'warn',
      `The start date ${startDate} lies in the future: no profile has been updated after it. Correct it unless that is meant.`
    )
  }

  private async *read(plan: Plan): ReturnType<typeof readPlan> {
    const { config, environment, filters, signal } = this
    const tellRetry = this.retryTeller()
    const { client, close } = connect(PERSONALIZATION, config, environment, {
      concurrency: config.concurrency,
      assurance: ': the state is kept',
      patience: this.patience,
      onRetry: ({ message, internalMessage = message }, pause) => {
        tellRetry(`A call to Algolia failed (${internalMessage}).`, pause)
      },
      onLimit: (_, wait) => {
        this.log('info', `Algolia allows too few calls for now; going on in ${Math.ceil(wait / 1000)} s.`)
      }
    })
    this.algolia = client
    try {
      yield* readPlan(plan, {
        client,
        clock: environment.clock,
        filters,
        pageSize: config.pageSize,
        concurrency: config.concurrency,
        run: randomUUID(),
        signal,
        onWarning: (warning) => this.log('warn', warning)
      })
    } finally {
      await close()
    }
  }

  private count(read: number, { deliveries, repeated, rejected, problems }: PagePlan): void {
    this.pages += 1
    this.profiles.read += read
    this.profiles.repeated += repeated
    this.profiles.rejected += rejected
    this.tellProblems(problems)
    if (this.options.dryRun) this.countSent(deliveries)
  }

  private tellProblems(problems: readonly string[]): void {
    const told = problems.slice(0, Math.max(0, MOST_PROBLEMS_TOLD - this.problems))
    told.forEach((problem) => this.log('warn', problem))
    this.problems += problems.length
  }

  private countSent(deliveries: readonly Delivery[]): void {
    this.profiles.sent += deliveries.length
    this.profiles.shortened += deliveries.filter(({ affinitiesLeftOut }) => affinitiesLeftOut > 0).length
    this.profiles.firstSeen += deliveries.filter(({ isFirstSeen }) => isFirstSeen).length
  }

  /**
   * Sends all deliveries; those that Segment has accepted are kept, also when others fail. So are those that it refuses,
   * until they change.
   */
  private async deliver(
    deliveries: readonly Delivery[],
    keep: (batch: readonly Delivery[]) => Promise<void>
  ): Promise<void> {
    const onAccepted = async (batch: readonly Delivery[]): Promise<void> => {
      await keep(batch)
      this.countSent(batch)
    }
    const onRefused = async (culprits: readonly Delivery[], reason: string): Promise<void> => {
      await keep(culprits)
      this.profiles.rejected += culprits.length
      this.tellProblems(
        culprits.map(({ userToken }) => {
          return `The profile ${userToken} is rejected, as Segment refuses it (${reason}): it is sent again when it changes.`
        })
      )
    }
    await this.segment.deliver(deliveries, { onAccepted, onRefused }, this.signal)
  }

  private tellProgress(state: StreamState): void {
    const seconds = this.seconds()
    this.options.onProgress?.({
      summary: this.summary(),
      callsLeft: this.algolia?.callsLeft(),
      secondsToGo: secondsToGo(state, this.pages, seconds)
    })
  }

  private startLine({ resume, after }: Plan): string {
    const { appId, region, segmentRegion } = this.config
    const what = resume
      ? `going on with a pass begun at ${toTimestamp(resume.startedAt)}`
      : after === undefined
        ? 'all profiles'
        : `profiles updated after ${toTimestamp(after)}`
    const where = this.options.dryRun ? 'sending nothing' : `sending to Segment (${segmentRegion}, ${this.origin})`
    return `Reading profiles of the application ${appId} (${region}): ${what}; ${where}.`
  }

  private retryTeller(): RetryLog['failed'] {
    const { clock } = this.environment
    const log = new RetryLog(
      () => clock.now(),
      (line) => this.log('warn', line)
    )
    return (what, pause) => log.failed(what, pause)
  }

  private get patience(): number {
    return this.options.patience ?? PATIENCE
  }

  private seconds(): number {
    return (this.environment.clock.now() - this.begunAt) / 1000
  }

  private log(level: LogLevel, message: string): void {
    this.options.onLog?.(level, message)
  }
}
