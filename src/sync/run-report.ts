import { CallReport } from '../report/call-report'
import type { LogLevel } from '../report/display'
import { counted } from '../report/words'
import type { Delivery } from './calls'
import type { SyncEnvironment, SyncOptions } from './options'
import type { PagePlan } from './page'
import { noProfiles, type SyncSummary } from './progress'

/** Problems in profiles are told one by one up to this many in a run, and only counted from there on. */
const MOST_PROBLEMS_TOLD = 100

/** What a run counts and tells. */
export class RunReport {
  /** What is told of calls. */
  readonly calls: CallReport
  private readonly profiles = noProfiles()
  private callsSent = 0
  private pages = 0
  private problems = 0
  private pagesLeft: number | undefined

  constructor(
    private readonly options: Pick<SyncOptions, 'onLog' | 'onProgress'>,
    environment: Pick<SyncEnvironment, 'clock'>
  ) {
    this.calls = new CallReport(
      environment.clock,
      (level, message) => this.log(level, message),
      () => this.tellProgress()
    )
  }

  summary(): SyncSummary {
    return {
      ...this.calls.summary(),
      profiles: { ...this.profiles },
      bill: { users: this.profiles.sent, calls: this.callsSent }
    }
  }

  log(level: LogLevel, message: string): void {
    this.options.onLog?.(level, message)
  }

  /** A page has been read, and planned. */
  planned(read: number, { known, rejected, problems }: PagePlan): void {
    this.pages += 1
    this.profiles.read += read
    this.profiles.known += known
    this.profiles.rejected += rejected
    this.tellProblems(problems)
  }

  sent(deliveries: readonly Delivery[]): void {
    this.calls.waiting = undefined
    this.profiles.sent += deliveries.length
    this.profiles.shortened += deliveries.filter(({ affinitiesLeftOut }) => affinitiesLeftOut > 0).length
    this.profiles.firstSeen += deliveries.filter(({ isFirstSeen }) => isFirstSeen).length
    this.callsSent += deliveries.reduce((sum, { calls }) => sum + calls.length, 0)
  }

  refused(deliveries: readonly Delivery[], reason: string): void {
    this.profiles.rejected += deliveries.length
    this.tellProblems(
      deliveries.map(
        ({ userToken }) =>
          `The profile ${userToken} is rejected, as Segment refuses it (${reason}). It is tried again when it changes.`
      )
    )
  }

  /** All of a page has arrived. @param pagesLeft about how many there still are, where that can be told */
  arrived(pagesLeft: number | undefined): void {
    this.pagesLeft = pagesLeft
    this.calls.waiting = undefined
    this.tellProgress()
  }

  ended(): void {
    const untold = this.problems - MOST_PROBLEMS_TOLD
    if (untold > 0) this.log('warn', `${counted(untold, 'further problem')} in profiles.`)
  }

  private tellProblems(problems: readonly string[]): void {
    const told = problems.slice(0, Math.max(0, MOST_PROBLEMS_TOLD - this.problems))
    told.forEach((problem) => this.log('warn', problem))
    this.problems += problems.length
  }

  private tellProgress(): void {
    const { pagesLeft, pages } = this
    this.options.onProgress?.({
      summary: this.summary(),
      callsLeft: this.calls.algoliaClient?.callsLeft(),
      secondsToGo: pagesLeft === undefined ? undefined : (pagesLeft * this.calls.seconds) / pages,
      waiting: this.calls.waiting
    })
  }
}
