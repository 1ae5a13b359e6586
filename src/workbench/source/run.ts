import { randomUUID } from 'node:crypto'
import type { AirbyteMessage } from '../../airbyte/protocol'
import { type PackageError, toPackageError } from '../../errors'
import { CAPS } from '../caps'
import type { LogLine, RunBefore, RunProgress, RunStart } from './interface'
import { redactText } from '../redaction'
import { CallWatch } from './call-watch'
import { catalogOf } from './rows'
import type { RunnableSource } from './sources'

/** Lines of the log that are kept. */
const MOST_LINES = 2_000

const NOTHING: RunBefore = { state: [], rows: {}, pages: 0, calls: 0, seconds: 0, legs: 0 }

/** A read of a source that is under way, or was. It counts on from the run that it resumes, if it resumes one. */
export class SourceRun {
  private readonly id = randomUUID()
  private readonly stopping = new AbortController()
  private readonly watch: CallWatch
  private readonly startedAt = Date.now()
  private readonly before: RunBefore
  private endedAt: number | undefined
  private status: RunProgress['status'] = 'running'
  private problem: string | undefined
  private readonly rows: Record<string, number>
  /** The first rows of each stream, as lines of JSON. */
  private readonly kept: ReadonlyMap<string, string[]>
  private pages = 0
  private readonly states: Map<string, unknown>
  private lines: LogLine[] = []
  private forgotten = 0
  /** Resolves when the run has ended, however it did. */
  readonly ended: Promise<void>

  constructor(
    private readonly source: RunnableSource,
    private readonly start: RunStart,
    config: unknown,
    private readonly secrets: readonly string[]
  ) {
    this.before = start.from ?? NOTHING
    this.watch = new CallWatch(source.api)
    this.rows = Object.fromEntries(start.streams.map((stream) => [stream, this.before.rows[stream] ?? 0]))
    this.kept = new Map(start.streams.map((stream) => [stream, []]))
    this.states = new Map(this.before.state.map((state) => [nameIn(state), state]))
    this.ended = this.run(config)
  }

  get isRunning(): boolean {
    return this.status === 'running'
  }

  /** Ends the run; what has been read is kept in its state. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopped'))
    await this.ended
  }

  /** @returns the kept rows of a stream as lines of JSON, if the run has the stream. */
  linesOf(stream: string): string | undefined {
    const lines = this.kept.get(stream)
    return lines && redactText(lines.map((line) => `${line}\n`).join(''), this.secrets)
  }

  /** @param fromLine the number of the first line of the log that is wanted, from 0 */
  progress(fromLine: number): RunProgress {
    const { calls, left } = this.watch.counts
    const { source, streams, syncMode, options } = this.start
    return {
      id: this.id,
      source,
      streams,
      syncMode,
      options,
      status: this.status,
      ...(this.problem !== undefined && { problem: this.problem }),
      rows: this.rows,
      pages: this.before.pages + this.pages,
      calls: this.before.calls + calls,
      ...(left !== undefined && { callsLeft: left }),
      seconds: this.before.seconds + ((this.endedAt ?? Date.now()) - this.startedAt) / 1000,
      legs: this.before.legs + 1,
      kept: Object.fromEntries([...this.kept].map(([stream, lines]) => [stream, lines.length])),
      state: [...this.states.values()],
      log: this.lines.slice(Math.max(0, fromLine - this.forgotten)),
      nextLine: this.forgotten + this.lines.length
    }
  }

  private async run(config: unknown): Promise<void> {
    const { streams, syncMode, from } = this.start
    const { commands, environment } = this.source
    const input = { config, catalog: catalogOf(streams, syncMode), ...(from && { state: from.state }) }
    this.watch.start()
    try {
      for await (const messages of commands.read(input, environment(), this.stopping.signal)) this.take(messages)
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
        const { stream, data } = message.record
        this.rows[stream] = (this.rows[stream] ?? 0) + 1
        const kept = this.kept.get(stream)
        if (kept && kept.length < CAPS.rows) kept.push(JSON.stringify(data))
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
    // After what was read in one go come the states that cover it.
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

/** The stream that a state is of; states come from the page, which had them from here. */
function nameIn(state: unknown): string {
  const { stream } = (state ?? {}) as { stream?: { stream_descriptor?: { name?: unknown } } }
  return String(stream?.stream_descriptor?.name)
}
