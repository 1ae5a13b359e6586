import type { ClientCounts } from '../algolia/api/client'
import type { AirbyteMessage, StreamStatus } from './protocol'
import { pathOf, type Problem, type ReadProfile } from '../algolia/profiles/profile'
import { counted, grouped } from '../report/words'
import { logMessage, statusMessage } from './reports'

/** A progress line goes out at most this often, in milliseconds. */
const PROGRESS_INTERVAL = 5_000

/** Problems in profiles are told one by one up to this many, and only counted from there on. */
const MOST_PROBLEMS_TOLD = 100

/** Counts what a read does, and words it: statuses, problems, progress, and the summary. */
export class ReadReport {
  private readonly begunAt: number
  private readonly recordCounts: number[]
  private progressAt: number
  private profiles = 0
  private pages = 0
  private rejections = 0
  private problems = 0
  private isRunning = false
  private limitedUntil = 0

  /** @param now Unix milliseconds on a clock that never goes back */
  constructor(
    private readonly streams: readonly string[],
    private readonly now: () => number
  ) {
    this.begunAt = now()
    this.progressAt = this.begunAt
    this.recordCounts = streams.map(() => 0)
  }

  statuses(status: StreamStatus, quotaReset?: number): AirbyteMessage[] {
    this.isRunning = status === 'RUNNING' && quotaReset === undefined
    return this.streams.map((stream) => statusMessage(stream, status, Math.floor(this.now()), quotaReset))
  }

  /**
   * @param quotaReset when calls go on that have to wait now, Unix milliseconds by the server's clock
   * @param wait how long that is, milliseconds
   * @returns that the streams wait; pages that are still under way don't say otherwise
   */
  limited(quotaReset: number, wait: number): AirbyteMessage[] {
    this.limitedUntil = this.now() + wait
    const goingOn = `going on at ${new Date(quotaReset).toISOString()}`
    return [
      ...this.statuses('RUNNING', quotaReset),
      logMessage('INFO', `Algolia allows too few calls for now; ${goingOn}.`)
    ]
  }

  /** Counts a page. @returns that the streams are running, if that is news */
  page(): AirbyteMessage[] {
    this.pages += 1
    return this.isRunning || this.now() < this.limitedUntil ? [] : this.statuses('RUNNING')
  }

  /** Counts what has been taken from a page: profiles, and records of each stream. */
  taken(profiles: number, records: readonly number[]): void {
    this.profiles += profiles
    records.forEach((count, index) => (this.recordCounts[index] = (this.recordCounts[index] ?? 0) + count))
  }

  /**
   * Counts a profile that can't be handed on, and tells of it.
   * @param previous the user token of the profile before it on its page, by which it can be found, if there is one
   */
  rejected(problem: Problem, position: number, ofPage: number, previous: string | undefined): AirbyteMessage[] {
    this.rejections += 1
    const place = `Profile ${position + 1} of ${ofPage} on page ${grouped(this.pages)}`
    const neighbour = previous === undefined ? '' : `, the one after ${previous},`
    return this.tell(`${place}${neighbour} is rejected: ${described(problem)}.`)
  }

  /** Counts what has to be left out of a profile, and tells of it. */
  incomplete({ userToken, problems }: ReadProfile): AirbyteMessage[] {
    return problems.flatMap((problem) =>
      this.tell(`A part of the profile ${userToken} is left out: ${described(problem)}.`)
    )
  }

  /** @returns a line on how the read is getting on, if one is due. */
  progress(callsLeft: number | undefined): AirbyteMessage[] {
    const now = this.now()
    if (now - this.progressAt < PROGRESS_INTERVAL) return []
    this.progressAt = now
    const rate = Math.round((this.profiles * 1000) / (now - this.begunAt))
    const left = callsLeft === undefined ? '' : `, ${counted(callsLeft, 'call')} left for now`
    const read = `${counted(this.profiles, 'profile')} on ${counted(this.pages, 'page')}`
    return [logMessage('INFO', `Read ${read}, ${grouped(rate)} a second${left}.`)]
  }

  /** @returns the line that sums the read up. */
  summary({ calls, retries, waited, refusals }: ClientCounts): AirbyteMessage {
    const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
    const parts = [
      `Read ${counted(this.profiles, 'profile')} in ${seconds(this.now() - this.begunAt)}`,
      ...this.streams.map((stream, index) => `${counted(this.recordCounts[index] ?? 0, 'record')} of ${stream}`),
      counted(calls, 'call'),
      counted(retries, 'retry', 'retries'),
      `${counted(refusals, 'call')} refused for want of calls`,
      `${seconds(waited)} waited for calls`,
      counted(this.rejections, 'rejected profile'),
      `${counted(this.problems, 'problem')} in profiles`
    ]
    return logMessage('INFO', `${parts.join(', ')}.`)
  }

  private tell(problem: string): AirbyteMessage[] {
    this.problems += 1
    return this.problems > MOST_PROBLEMS_TOLD ? [] : [logMessage('WARN', problem)]
  }
}

function described(problem: Problem): string {
  return `${pathOf(problem)}: ${problem.reason}`
}
