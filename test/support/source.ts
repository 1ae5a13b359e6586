import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { LocalAlgolia, LocalAlgoliaOptions } from '../../src/local/algolia'
import type { Environment } from '../../src/algolia/api/environment'
import { type AirbyteMessage, messageSchema, type StreamStatus } from '../../src/airbyte/protocol'
import { read, type ReadInput } from '../../src/sources/algolia-profiles/source'
import { withLocalAlgolia } from './local-algolia'

/** The key of every test's application: it must stand in nothing that the source writes. */
export const API_KEY = 'canary-5b1f2c9e7d'

export type StreamName = 'profiles' | 'affinities' | 'segments'
export type SyncMode = 'full_refresh' | 'incremental'
/** The state of a stream, as a host passes it in: the `state` of a STATE message. */
export type HostState = Record<string, unknown>
export type Row = Record<string, unknown>

/** A valid configuration, but for what is changed. */
export function configuration(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { appId: 'LOCALALGOLIA', apiKey: API_KEY, region: 'us', ...changes }
}

/** A configured catalog of some streams, each with a sync mode of its own where it isn't incremental. */
export function catalogOf(...streams: (string | readonly [string, SyncMode])[]): Record<string, unknown> {
  return {
    streams: streams.map((stream) => {
      const [name, syncMode] = typeof stream === 'string' ? ([stream, 'incremental'] as const) : stream
      return {
        stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
        sync_mode: syncMode,
        destination_sync_mode: 'append_dedup'
      }
    })
  }
}

/**
 * The states of a pass that is still to be read whole, in several windows of time at once.
 * @param startedAt when the pass began; this and the cuts between the windows are Unix milliseconds, whole seconds
 */
export function stateOfWindows(
  streams: readonly StreamName[],
  startedAt: number,
  cuts: readonly number[]
): HostState[] {
  const time = (milliseconds: number): string => new Date(milliseconds).toISOString()
  const windows = [undefined, ...cuts].map((after, index) => {
    const before = cuts[index]
    return {
      ...(after !== undefined && { after: time(after) }),
      ...(before !== undefined && { before: time(before + 1000) }),
      read: 0
    }
  })
  const pass = { startedAt: time(startedAt), run: 'earlier', windows, pages: 0, read: 0 }
  const stream_state = { version: 2, filters: { indices: [], affinities: [] }, pass }
  return streams.map((name) => ({ type: 'STREAM', stream: { stream_descriptor: { name }, stream_state } }))
}

/** Runs `use` against a local Algolia that takes `API_KEY`; without a rate limit unless one is given. */
export function withAlgolia<Result>(
  options: LocalAlgoliaOptions,
  use: (algolia: LocalAlgolia) => Promise<Result>
): Promise<Result> {
  return withLocalAlgolia({ rateLimit: false, apiKey: API_KEY, ...options }, use)
}

/** What a run wrote on standard output: every whole line, checked against the protocol. */
export class SourceOutput {
  constructor(readonly messages: readonly AirbyteMessage[]) {}

  /** The rows of a stream, in order. */
  rows(stream: string): Row[] {
    return this.messages.flatMap((message) =>
      message.type === 'RECORD' && message.record.stream === stream ? [message.record.data] : []
    )
  }

  /** The user tokens of the rows of a stream, in order; one for each row. */
  userTokens(stream: StreamName = 'profiles'): string[] {
    return this.rows(stream).map(({ algolia_user_id }) => String(algolia_user_id))
  }

  /** The states of a stream, in order, as a host would pass them in. */
  states(stream = 'profiles'): HostState[] {
    return this.messages.flatMap((message) =>
      message.type === 'STATE' && message.state.stream?.stream_descriptor.name === stream ? [message.state] : []
    )
  }

  /** The last state of each stream: what a host keeps. */
  get lastStates(): HostState[] {
    const last = new Map<string | undefined, HostState>()
    for (const message of this.messages) {
      if (message.type === 'STATE') last.set(message.state.stream?.stream_descriptor.name, message.state)
    }
    return [...last.values()]
  }

  /** The texts of LOG messages, of one level where it is given. */
  logs(level?: string): string[] {
    return this.messages.flatMap((message) =>
      message.type === 'LOG' && (level === undefined || message.log.level === level) ? [message.log.message] : []
    )
  }

  /** The statuses that a stream went through. */
  statuses(stream = 'profiles'): StreamStatus[] {
    return this.statusTraces(stream).map(({ status }) => status)
  }

  statusTraces(stream = 'profiles') {
    return this.messages.flatMap((message) => {
      const status = message.type === 'TRACE' ? message.trace.stream_status : undefined
      return status?.stream_descriptor.name === stream ? [status] : []
    })
  }

  /** The errors that were traced. */
  get errors() {
    return this.messages.flatMap((message) =>
      message.type === 'TRACE' && message.trace.error !== undefined ? [message.trace.error] : []
    )
  }

  /** The one error that was traced. */
  get error() {
    const [error, ...others] = this.errors
    if (error === undefined || others.length > 0) throw new Error(`There are ${this.errors.length} errors, not one`)
    return error
  }

  /** The numbers in the line that sums the read up. */
  get summary() {
    const line = this.logs('INFO').at(-1) ?? ''
    const number = (pattern: RegExp): number => Number(pattern.exec(line)?.[1]?.replaceAll(',', ''))
    return {
      profiles: number(/Read ([\d,]+) profiles?/),
      calls: number(/ ([\d,]+) calls?,/),
      retries: number(/ ([\d,]+) retr(?:y|ies)/),
      refusals: number(/ ([\d,]+) rate-limited calls?/),
      secondsWaited: number(/ ([\d.,]+) s waited/),
      rejected: number(/ ([\d,]+) rejected/),
      problems: number(/ ([\d,]+) problems?/)
    }
  }
}

/** What came of a process that ran the source's command line. */
export class SourceRun extends SourceOutput {
  constructor(
    readonly stdout: string,
    readonly stderr: string,
    readonly exitCode: number | null,
    readonly signal: NodeJS.Signals | null
  ) {
    super(wholeLinesOf(stdout).map(messageOf))
  }
}

export interface RunOptions {
  /** The address of Algolia's stand-in. */
  readonly url?: string | undefined
  /** The source: its folder's name, by default the profiles'. */
  readonly source?: string
  readonly config?: unknown
  readonly catalog?: unknown
  readonly state?: unknown
}

/** A command that is under way. */
export interface RunningSource {
  readonly process: ChildProcessByStdio<null, Readable, Readable>
  /** What has come on standard output so far. */
  readonly stdout: string
  readonly ended: Promise<SourceRun>
}

const commandLineOf = (source: string): string => resolve(__dirname, `../../dist/sources/${source}/cli.js`)

/** The built command line. */
export const COMMAND_LINE = commandLineOf('algolia-profiles')

/** Starts the built command line with these arguments. */
export function startCommandLine(
  commandLine: readonly string[],
  url?: string,
  source = 'algolia-profiles'
): RunningSource {
  const child = spawn(process.execPath, [commandLineOf(source), ...commandLine], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ALGOLIA_PERSONALIZATION_URL: url, ALGOLIA_ANALYTICS_URL: url }
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = once(child, 'close').then(([exitCode, signal]: unknown[]) => {
    if (`${output.stdout}${output.stderr}`.includes(API_KEY)) throw new Error('The API key stands in the output')
    return new SourceRun(output.stdout, output.stderr, exitCode as number | null, signal as NodeJS.Signals | null)
  })
  return {
    process: child,
    ended,
    get stdout() {
      return output.stdout
    }
  }
}

/** Runs the built command line with these arguments, and gives back what came of it. */
export function runCommandLine(commandLine: readonly string[], url?: string): Promise<SourceRun> {
  return startCommandLine(commandLine, url).ended
}

/** Runs a command with its files, and gives back what came of it. */
export async function runSource(command: string, options: RunOptions = {}): Promise<SourceRun> {
  return (await startSource(command, options)).ended
}

/** Starts a command with its files. */
export async function startSource(
  command: string,
  { url, source, ...contents }: RunOptions = {}
): Promise<RunningSource> {
  const folder = await mkdtemp(join(tmpdir(), 'source-'))
  const files = Object.entries(contents).filter(([, content]) => content !== undefined)
  const commandLine = [command]
  for (const [name, content] of files) {
    const file = join(folder, `${name}.json`)
    await writeFile(file, JSON.stringify(content))
    commandLine.push(`--${name}`, file)
  }
  const running = startCommandLine(commandLine, url, source)
  void running.ended.catch(() => undefined).then(() => rm(folder, { recursive: true }))
  return running
}

/** Reads with the command line: all streams, incremental, unless told otherwise. */
export function runRead({ config = configuration(), catalog = catalogOf('profiles'), ...options }: RunOptions) {
  return runSource('read', { config, catalog, ...options })
}

/** What came of a read in this process: its messages, and what it threw, if it did. */
export class ReadInProcess extends SourceOutput {
  constructor(
    messages: readonly AirbyteMessage[],
    readonly thrown: unknown
  ) {
    super(messages)
  }
}

/** Reads in this process, in a world of one's own: for reads that would wait for minutes. */
export async function readInProcess(
  input: ReadInput,
  environment: Environment,
  signal: AbortSignal = new AbortController().signal,
  readWith = read
): Promise<ReadInProcess> {
  const messages: AirbyteMessage[] = []
  let thrown: unknown
  try {
    for await (const group of readWith(input, environment, signal)) messages.push(...group)
  } catch (caught) {
    thrown = caught
  }
  const told = JSON.stringify([messages.filter(({ type }) => type !== 'RECORD'), thrown, String(thrown)])
  if (told.includes(API_KEY)) throw new Error('The API key stands in what the source told')
  return new ReadInProcess(messages, thrown)
}

/** @returns the lines of a text, without a last one that isn't whole */
export function wholeLinesOf(text: string): string[] {
  return text.split('\n').slice(0, -1)
}

function messageOf(line: string): AirbyteMessage {
  return messageSchema.parse(JSON.parse(line))
}
