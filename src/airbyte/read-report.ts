import { counted, grouped } from '../report/words'
import type { AirbyteMessage, StreamStatus } from './protocol'
import { logMessage, statusMessage } from './reports'
import type { CallCounts, Problem } from './source'

/** A progress line goes out at most this often, in milliseconds. */
const PROGRESS_INTERVAL = 5_000

/** Problems are told one by one up to this many, and only counted from there on. */
const MOST_PROBLEMS_TOLD = 100

/** Counts what a read does, and words it: statuses, problems, progress, and the summary. */
export class ReadReport {
  private readonly begunAt: number
  private readonly records: Map<string, number>
  private progressAt: number
  private items = 0
  private pages = 0
  private rejections = 0
  private problems = 0
  private isRunning = false
  private limitedUntil = 0

  /**
   * @param item what is counted beside records
   * @param now Unix milliseconds on a clock that never goes back
   */
  constructor(
    private readonly streams: readonly string[],
    private readonly item: string,
    private readonly now: () => number
  ) {
    this.begunAt = now()
    this.progressAt = this.begunAt
    this.records = new Map(streams.map((stream) => [stream, 0]))
  }

  statuses(status: StreamStatus, quotaReset?: number): AirbyteMessage[] {
    this.isRunning = status === 'RUNNING' && quotaReset === undefined
    return this.streams.map((stream) => statusMessage(stream, status, Math.floor(this.now()), quotaReset))
  }

  /**
   * @param from who allows too few calls
   * @param quotaReset when calls go on that have to wait now, Unix milliseconds by the server's clock
   * @param wait how long that is, milliseconds
   * @returns that the streams wait; batches that are still under way don't say otherwise
   */
  limited(from: string, quotaReset: number, wait: number): AirbyteMessage[] {
    this.limitedUntil = this.now() + wait
    const goingOn = `going on at ${new Date(quotaReset).toISOString()}`
    return [
      ...this.statuses('RUNNING', quotaReset),
      logMessage('INFO', `${from} allows too few calls for now; ${goingOn}.`)
    ]
  }

  /** Counts a batch. @returns that the streams are running, if that is news */
  batch(): AirbyteMessage[] {
    this.pages += 1
    return this.isRunning || this.now() < this.limitedUntil ? [] : this.statuses('RUNNING')
  }

  /** Counts what has been taken from a batch: items, and records of each stream. */
  taken(items: number, counts: ReadonlyMap<string, { readonly records: number }>): void {
    this.items += items
    for (const [stream, { records }] of counts) this.records.set(stream, (this.records.get(stream) ?? 0) + records)
  }

  /** Counts something that can't be used, and tells of it. */
  problem({ problem, rejectedFrom }: Problem): AirbyteMessage[] {
    if (rejectedFrom !== undefined) this.rejections += 1
    this.problems += 1
    return this.problems > MOST_PROBLEMS_TOLD ? [] : [logMessage('WARN', problem)]
  }

  /** @returns a line on how the read is getting on, if one is due. */
  progress(callsLeft: number | undefined): AirbyteMessage[] {
    const now = this.now()
    if (now - this.progressAt < PROGRESS_INTERVAL) return []
    this.progressAt = now
    const rate = Math.round((this.items * 1000) / (now - this.begunAt))
    const left = callsLeft === undefined ? '' : `, ${counted(callsLeft, 'call')} left for now`
    const read = `${counted(this.items, this.item)} on ${counted(this.pages, 'page')}`
    return [logMessage('INFO', `Read ${read}, ${grouped(rate)} a second${left}.`)]
  }

  /** @returns the line that sums the read up. */
  summary({ calls, retries, waited, refusals }: CallCounts): AirbyteMessage {
    const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
    const parts = [
      `Read ${counted(this.items, this.item)} in ${seconds(this.now() - this.begunAt)}`,
      ...this.streams.map((stream) => `${counted(this.records.get(stream) ?? 0, 'record')} of ${stream}`),
      counted(calls, 'call'),
      counted(retries, 'retry', 'retries'),
      counted(refusals, 'rate-limited call'),
      `${seconds(waited)} waited for calls`,
      counted(this.rejections, `rejected ${this.item}`),
      `${counted(this.problems, 'problem')} in ${this.item}s`
    ]
    return logMessage('INFO', `${parts.join(', ')}.`)
  }
}
