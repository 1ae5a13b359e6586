import type { ClientCounts } from './client'
import type { AirbyteMessage, StreamStatus } from './messages'
import type { PageRecords } from './records'
import { counted, logMessage, statusMessage } from './reports'

/** A progress line goes out at most this often, in milliseconds. */
const PROGRESS_INTERVAL = 5_000

/** Problems in profiles are told one by one up to this many, and only counted from there on. */
const MOST_PROBLEMS_TOLD = 100

/** Counts what a read does, and words it: statuses, problems, progress, and the summary. */
export class ReadReport {
  private readonly begunAt: number
  private readonly records: number[]
  private progressAt: number
  private profiles = 0
  private pages = 0
  private rejected = 0
  private problems = 0
  private isRunning = false

  /** @param now Unix milliseconds on a clock that never goes back */
  constructor(
    private readonly streams: readonly string[],
    private readonly now: () => number
  ) {
    this.begunAt = now()
    this.progressAt = this.begunAt
    this.records = streams.map(() => 0)
  }

  /** @param quotaReset when calls go on that have to wait, Unix milliseconds */
  statuses(status: StreamStatus, quotaReset?: number): AirbyteMessage[] {
    this.isRunning = status === 'RUNNING' && quotaReset === undefined
    return this.streams.map((stream) => statusMessage(stream, status, Math.floor(this.now()), quotaReset))
  }

  /** @returns what is to be told before the records of a page: that the streams are running, and what is wrong with profiles. */
  page(profiles: number, { counts, rejected, problems }: PageRecords): AirbyteMessage[] {
    const told = problems.slice(0, Math.max(0, MOST_PROBLEMS_TOLD - this.problems))
    this.pages += 1
    this.profiles += profiles
    this.rejected += rejected
    this.problems += problems.length
    counts.forEach((count, index) => (this.records[index] = (this.records[index] ?? 0) + count))
    return [...(this.isRunning ? [] : this.statuses('RUNNING')), ...told.map((problem) => logMessage('WARN', problem))]
  }

  /** @returns a line on how the read is getting on, if one is due. */
  progress(callsLeft: number | undefined): AirbyteMessage[] {
    const now = this.now()
    if (now - this.progressAt < PROGRESS_INTERVAL) return []
    this.progressAt = now
    const rate = Math.round((this.profiles * 1000) / (now - this.begunAt))
    const left = callsLeft === undefined ? '' : `, ${counted(callsLeft, 'call')} left for now`
    const read = `${counted(this.profiles, 'profile')} on ${counted(this.pages, 'page')}`
    return [logMessage('INFO', `Read ${read}, ${rate.toLocaleString('en-US')} a second${left}.`)]
  }

  /** @returns the line that sums the read up. */
  summary({ calls, retries, waited, refusals }: ClientCounts): AirbyteMessage {
    const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
    const parts = [
      `Read ${counted(this.profiles, 'profile')} in ${seconds(this.now() - this.begunAt)}`,
      ...this.streams.map((stream, index) => `${counted(this.records[index] ?? 0, 'record')} of ${stream}`),
      counted(calls, 'call'),
      counted(retries, 'retry', 'retries'),
      `${counted(refusals, 'call')} refused for want of calls`,
      `${seconds(waited)} waited for calls`,
      counted(this.rejected, 'rejected profile'),
      `${counted(this.problems, 'problem')} in profiles`
    ]
    return logMessage('INFO', `${parts.join(', ')}.`)
  }
}
