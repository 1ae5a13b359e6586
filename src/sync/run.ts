import { randomUUID } from 'node:crypto'
import { PATIENCE } from '../backoff'
import { PERSONALIZATION } from '../algolia/api/apis'
import { connect } from '../algolia/api/connection'
import { toTimestamp, toUnixSeconds } from '../algolia/instants'
import { readPlan } from '../algolia/profiles/passes'
import { type Plan, planOf } from '../algolia/profiles/plan'
import { filtersOf, type StateFilters } from '../algolia/profiles/state'
import { SegmentClient } from '../segment/client'
import { SegmentDelivery } from '../segment/delivery'
import { targetOf } from '../segment/message-id'
import type { Delivery } from './calls'
import type { SyncConfig } from './config'
import { formerSideOf, formerTargetsOf } from './former-state'
import { sideOf } from './identity'
import type { SyncEnvironment, SyncOptions } from './options'
import { type PagePlan, type PageRules, planPage, readPage, userTokensOf } from './page'
import type { SyncSummary } from './progress'
import { RunReport } from './run-report'
import { type Entry, isThere, openSeenStore, openSeenStoreIfAny, type SeenStore } from './seen-store'
import { loadState, type SavedState, saveState } from './state-file'

/**
 * One run of a sync.
 *
 * Of each page, (1) its calls go out and are accepted, (2) the marks of its profiles are written, batch by batch, and (3)
 * the state moves past the page. A crash before (2) sends a batch again, with the same message ids; one before (3) reads
 * a page again and finds its marks. The marks come before the state: were they missing after a crash between the two, a
 * profile would count as never seen on its next update.
 */
export class Run {
  private readonly report: RunReport
  private readonly filters: StateFilters
  private readonly target: string
  private readonly segment: SegmentDelivery
  private readonly signal: AbortSignal

  /** @param origin where Segment is */
  constructor(
    private readonly options: SyncOptions,
    private readonly config: SyncConfig,
    private readonly origin: string,
    private readonly environment: SyncEnvironment
  ) {
    const { clock, random } = environment
    this.report = new RunReport(options, environment)
    this.signal = options.signal ?? new AbortController().signal
    this.filters = filtersOf(config)
    this.target = targetOf(config)
    const client = new SegmentClient({
      writeKey: config.segmentWriteKey,
      origin,
      clock,
      random,
      patience: this.patience,
      onRetry: this.report.calls.retries('Segment')
    })
    this.report.calls.segmentClient = client
    this.segment = new SegmentDelivery(client)
  }

  /**
   * Resolves when Segment has accepted all profiles that were to be sent.
   * @throws PackageError when it can't go on; the signal's reason when it was stopped
   */
  async sync(): Promise<void> {
    const { stateFile, dryRun } = this.options
    const directory = `${stateFile}.seen`
    const wasThere = await isThere(directory)
    const store = dryRun ? await openSeenStoreIfAny(directory) : await openSeenStore(directory)
    try {
      const saved = await loadState(stateFile, this.filters)
      const plan = this.plan(saved)
      const rules = this.rules(saved)
      this.warn(saved, wasThere)
      this.report.log('info', this.startLine(plan))
      for await (const { profiles, state, pagesLeft } of this.read(plan)) {
        const page = readPage(profiles)
        const pagePlan = planPage(page, await store.knownOf(userTokensOf(page)), rules)
        this.report.planned(page.length, pagePlan)
        if (dryRun) {
          await dryRun(pagePlan.deliveries.flatMap(({ calls }) => calls))
          this.report.sent(pagePlan.deliveries)
        } else {
          await this.deliver(pagePlan, store)
          await saveState(stateFile, { target: this.target, minScore: this.config.minScore, profiles: state })
        }
        this.report.arrived(pagesLeft())
      }
    } finally {
      await store.close()
      this.report.ended()
    }
  }

  /** @returns how the run stands. */
  summary(): SyncSummary {
    return this.report.summary()
  }

  private plan(saved: SavedState | undefined): Plan {
    const state = saved !== undefined && this.isForThis(saved) ? saved.profiles : undefined
    const plan = planOf([{ name: 'profiles', syncMode: 'incremental', state }], this.filters)
    plan.warnings.forEach((warning) => this.report.log('warn', warning))
    return plan
  }

  private rules(saved: SavedState | undefined): PageRules {
    const { firstSeenEvent, minScore } = this.config
    const formerTargets = formerTargetsOf(this.config)
    const formerIdentity = saved && formerTargets.get(saved.target)
    return {
      firstSeenEvent,
      minScore,
      target: this.target,
      formerTargets: [...formerTargets.keys()],
      sideOf: sideOf(this.config),
      formerSideOf: (userToken) => formerIdentity && formerSideOf(userToken, formerIdentity),
      stateFile: this.options.stateFile
    }
  }

  /** Whether a state is of the same application, source and strength of affinities: if not, all is read anew. */
  private isForThis({ target, minScore }: SavedState): boolean {
    return this.isSameTarget(target) && minScore === this.config.minScore
  }

  private isSameTarget(target: string): boolean {
    return target === this.target || formerTargetsOf(this.config).has(target)
  }

  /** Says what will be sent again, or be taken for new, before it is. */
  private warn(saved: SavedState | undefined, storeWasThere: boolean): void {
    const { stateFile } = this.options
    const warn = (line: string): void => this.report.log('warn', line)
    if (saved !== undefined && !this.isSameTarget(saved.target)) {
      warn(
        'The Algolia application or the Segment source has changed since the state was written: all profiles are read anew, and sent again.'
      )
    } else if (saved !== undefined && saved.minScore !== this.config.minScore) {
      warn(
        'The least score has changed since the state was written: all profiles are read anew, and those sent whose affinities it changes.'
      )
    } else if (saved !== undefined && saved.target !== this.target) {
      warn(
        "The state is an earlier version's and is taken over: profiles that were updated since its last run are sent once more, whatever has changed of them."
      )
    }
    if (saved !== undefined && !storeWasThere) {
      warn(
        `${stateFile}.seen is gone, though ${stateFile} is there: what Segment has is no longer known. Each profile that is updated is sent again and counts as never seen before. If there is a copy, stop and restore both.`
      )
    }
    const { startDate } = this.config
    const begin = toUnixSeconds(startDate ?? '')
    if (begin === undefined || begin * 1000 <= this.environment.clock.now()) return
    warn(
      `The start date ${startDate} lies in the future: no profile has been updated after it. Correct it unless that is meant.`
    )
  }

  private async *read(plan: Plan): ReturnType<typeof readPlan> {
    const { config, environment, filters, signal, report } = this
    const { client, close } = connect(PERSONALIZATION, config, environment, {
      concurrency: config.concurrency,
      assurance: ': the state is kept',
      patience: this.patience,
      ...report.calls.algolia()
    })
    report.calls.algoliaClient = client
    try {
      yield* readPlan(plan, {
        client,
        clock: environment.clock,
        filters,
        pageSize: config.pageSize,
        concurrency: config.concurrency,
        run: randomUUID(),
        signal,
        onWarning: (warning) => report.log('warn', warning)
      })
    } finally {
      await close()
    }
  }

  /**
   * Sends all deliveries of a page; those that Segment has accepted are kept, also when others fail. So are those that it
   * refuses, until they change.
   */
  private async deliver({ deliveries, takenOver }: PagePlan, store: SeenStore): Promise<void> {
    await store.keep(takenOver.map((each) => entryOf(each, false)))
    await this.segment.deliver(
      deliveries,
      {
        onAccepted: async (batch) => {
          await store.keep(batch.map((each) => entryOf(each, false)))
          this.report.sent(batch)
        },
        onRefused: async (culprits, reason) => {
          await store.keep(culprits.map((each) => entryOf(each, each.isFirstSeen)))
          this.report.refused(culprits, reason)
        }
      },
      this.signal
    )
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

  private get patience(): number {
    return this.options.patience ?? PATIENCE
  }
}

function entryOf({ userToken, mark, side }: Delivery, isUnsent: boolean): Entry {
  return { userToken, mark, side, isUnsent }
}
