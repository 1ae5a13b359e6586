import { type AirbyteMessage, read, type ReadInput, systemEnvironment } from '../sources/algolia-profiles'
import { type PackageError, toPackageError } from '../errors'
import { CallWatch } from './call-watch'
import { redactText } from './redaction'

/** A line of a run's log. */
export interface LogLine {
  /** Unix milliseconds. */
  readonly at: number
  readonly level: string
  readonly message: string
}

/** How a run is getting on. */
export interface RunProgress {
  readonly status: 'running' | 'stopped' | 'finished' | 'failed'
  /** Why it failed. */
  readonly problem?: string
  /** Rows handed out, by stream. */
  readonly rows: Readonly<Record<string, number>>
  readonly pages: number
  readonly calls: number
  readonly callsLeft?: number
  /** How long it has been running, or ran. */
  readonly seconds: number
  /** The latest state of each stream: what a run is resumed from. */
  readonly state: readonly unknown[]
  /** The lines of the log from the number that was asked for, and the number of the next one. */
  readonly log: readonly LogLine[]
  readonly nextLine: number
}

/** Lines of the log that are kept. */
const MOST_LINES = 2_000

/** A read of the source that is under way, or was: rows are counted and not kept. */
export class SourceRun {
  private readonly stopping = new AbortController()
  private readonly watch = new CallWatch()
  private readonly startedAt = Date.now()
  private endedAt: number | undefined
  private status: RunProgress['status'] = 'running'
  private problem: string | undefined
  private readonly rows: Record<string, number>
  private pages = 0
  private readonly states = new Map<string, unknown>()
  private lines: LogLine[] = []
  private forgotten = 0
  /** Resolves when the run has ended, however it did. */
  readonly ended: Promise<void>

  constructor(
    input: ReadInput,
    streams: readonly string[],
    private readonly secrets: readonly string[]
  ) {
    this.rows = Object.fromEntries(streams.map((stream) => [stream, 0]))
    this.ended = this.run(input)
  }

  get isRunning(): boolean {
    return this.status === 'running'
  }

  /** Ends the run; what has been read is kept in its state. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopped'))
    await this.ended
  }

  /** @param fromLine the number of the first line of the log that is wanted, from 0 */
  progress(fromLine: number): RunProgress {
    const { calls, left } = this.watch.counts
    return {
      status: this.status,
      ...(this.problem !== undefined && { problem: this.problem }),
      rows: this.rows,
      pages: this.pages,
      calls,
      ...(left !== undefined && { callsLeft: left }),
      seconds: ((this.endedAt ?? Date.now()) - this.startedAt) / 1000,
      state: [...this.states.values()],
      log: this.lines.slice(Math.max(0, fromLine - this.forgotten)),
      nextLine: this.forgotten + this.lines.length
    }
  }

  private async run(input: ReadInput): Promise<void> {
    this.watch.start()
    try {
      for await (const messages of read(input, systemEnvironment(), this.stopping.signal)) this.take(messages)
      this.status = 'finished'
    } catch (thrown) {
      this.status = this.stopping.signal.aborted ? 'stopped' : 'failed'
      if (this.status === 'failed') this.fail(toPackageError(thrown))
    } finally {
      this.endedAt = Date.now()
      this.watch.stop()
    }
  }

  /** Takes what comes of a page. */
  private take(messages: Iterable<AirbyteMessage>): void {
    let hasState = false
    for (const message of messages) {
      if (message.type === 'RECORD') {
        const { stream } = message.record
        this.rows[stream] = (this.rows[stream] ?? 0) + 1
      } else if (message.type === 'STATE' && message.state.stream) {
        this.states.set(message.state.stream.stream_descriptor.name, message.state)
        hasState = true
      } else if (message.type === 'LOG') {
        this.log(message.log.level, message.log.message)
      } else if (message.type === 'TRACE' && message.trace.stream_status) {
        const { stream_descriptor, status, reasons } = message.trace.stream_status
        this.log('TRACE', `${stream_descriptor.name}: ${reasons ? `${status}, waiting for calls` : status}`)
      }
    }
    // After each page come the states of all streams.
    if (hasState) this.pages += 1
  }

  private fail({ message, internalMessage }: PackageError): void {
    this.problem = redactText(message, this.secrets)
    this.log('ERROR', message)
    if (internalMessage !== undefined) this.log('DEBUG', internalMessage)
  }

  private log(level: string, message: string): void {
    this.lines.push({ at: Date.now(), level, message: redactText(message, this.secrets) })
    if (this.lines.length <= MOST_LINES) return
    this.forgotten += MOST_LINES / 2
    this.lines = this.lines.slice(MOST_LINES / 2)
  }
}
