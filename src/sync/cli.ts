#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../algolia/api/clock'
import { readJsonFile } from '../input/json-file'
import { MessageWriter } from '../airbyte/output'
import { createDisplay, type Display } from './display'
import { checkMetricsFile, Metrics, writeMetricsFile } from './metrics'
import { summaryLine } from './progress'
import { keepSyncing, toMilliseconds } from './schedule'
import { gatherSettings } from './settings'
import { type SyncOptions, syncProfiles, type SyncResult, toSyncError } from './sync'

/** Exit codes. Transient is also whatever else ended a run early: the state is kept, and the next run goes on from it. */
const DELIVERED = 0
const CONFIG = 1
const TRANSIENT = 2

/** A sync that was told to stop ends within this time, in milliseconds, whatever happens. */
const TIME_TO_END = 9_000

/** The flags that say how to run. The others are settings. */
interface RunFlags {
  readonly config?: string
  readonly state: string
  readonly once?: true
  readonly every?: number
  readonly dryRun?: true
  readonly log: 'text' | 'json'
  readonly metrics?: string
  readonly metricsPort?: number
}

void main(process.argv).then((exitCode) => {
  process.exitCode = exitCode
})

async function main(commandLine: readonly string[]): Promise<number> {
  let exitCode = DELIVERED
  const program = new Command('algolia-profiles')
    .description('Takes Algolia profiles into Segment.')
    .version(version())
    .exitOverride()
    // A value that should not be there, such as a key, is not repeated.
    .configureOutput({ outputError: (text, write) => write(text.replace(/(--[\w-]+)=.*'/, "$1'")) })
  program
    .command('sync')
    .version(version())
    .description(
      'Send the profiles that have changed to Segment, as identify calls. Secrets come from the configuration file, or from the environment variables ALGOLIA_API_KEY and SEGMENT_WRITE_KEY.'
    )
    .option('--config <file>', 'a JSON file with settings: those below, apiKey, segmentWriteKey, pageSize, concurrency')
    .option('--app-id <id>', 'setting appId: the Algolia application (or ALGOLIA_APP_ID)')
    .option(
      '--region <region>',
      'setting region: the analytics region of the application, us or eu (or ALGOLIA_REGION)'
    )
    .option('--segment-region <region>', 'setting segmentRegion: us, the default, or eu (or SEGMENT_REGION)')
    .option('--start-date <date>', 'setting startDate: only profiles updated on or after it')
    .option('--indices <names>', 'setting indices: only profiles with affinities in all of these', list)
    .option('--affinities <names>', 'setting affinities: only profiles with all of these, name or name:value', list)
    .option('--identity <rule>', 'setting identity: auto, the default, userId or anonymousId')
    .option('--first-seen-event', 'setting firstSeenEvent: also raise "Algolia Profile Created" for new profiles')
    .option('--state <file>', 'where the state is kept, in this file and in <file>.seen', 'algolia-profiles.state.json')
    .option('--once', 'run once: the default')
    .addOption(
      new Option('--every <duration>', 'run again and again, such as 30s, 15m, 1h, 1d')
        .argParser(duration)
        .conflicts('once')
    )
    .addOption(new Option('--dry-run', 'print the calls; send nothing, and move no state').conflicts('every'))
    .addOption(new Option('--log <format>', 'how to log').choices(['text', 'json']).default('text'))
    .option('--metrics <file>', 'write how a run ended, as JSON')
    .option('--metrics-port <port>', 'serve metrics for Prometheus, at /metrics', port)
    .action(async (flags: RunFlags & Record<string, unknown>) => {
      exitCode = await sync(flags)
    })
  try {
    await program.parseAsync(commandLine)
    return exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode
    throw thrown
  }
}

async function sync(allFlags: RunFlags & Record<string, unknown>): Promise<number> {
  const { config, state, once: _, every, dryRun, log, metrics, metricsPort, ...flags } = allFlags
  const display = createDisplay(process.stderr, log, () => systemClock.now())
  const writer = new MessageWriter(process.stdout)
  const signal = stopSignal(display, writer)
  const counters = new Metrics()
  let exitCode = DELIVERED
  let server: Awaited<ReturnType<Metrics['serve']>> | undefined

  const runOnce = async (options: SyncOptions): Promise<boolean> => {
    const result = await syncProfiles(options)
    display.endProgress()
    counters.ended(result)
    exitCode = exitCodeOf(result)
    tell(result, dryRun === true, display)
    if (metrics !== undefined) await keepMetrics(metrics, result, display)
    return exitCode !== CONFIG
  }

  try {
    const file = config === undefined ? undefined : await readJsonFile('configuration', config)
    const options: SyncOptions = {
      config: gatherSettings({ file, variables: process.env, flags }),
      stateFile: state,
      signal,
      dryRun: dryRun && ((calls) => writer.write(calls)),
      onLog: (level, message) => display.log(level, message),
      onProgress: (progress) => {
        counters.progress(progress)
        // On a terminal, it would run into the calls that are printed.
        if (!dryRun) display.progress(progress)
      }
    }
    if (metrics !== undefined) await checkMetricsFile(metrics)
    if (metricsPort !== undefined) {
      server = await counters.serve(metricsPort)
      display.log('info', `Metrics are served on port ${server.port}, at /metrics.`)
    }
    if (every === undefined) await runOnce(options)
    else {
      await keepSyncing(() => runOnce(options), {
        interval: every,
        clock: systemClock,
        signal,
        onWait: (nextStart) => display.log('info', `The next run starts at ${new Date(nextStart).toISOString()}.`)
      })
    }
    return exitCode
  } catch (thrown) {
    display.endProgress()
    const error = toSyncError(thrown)
    tellError(error, display)
    return error.kind === 'config' ? CONFIG : TRANSIENT
  } finally {
    server?.close()
  }
}

/** @returns a signal that aborts on SIGINT and SIGTERM, and when standard output is closed. */
function stopSignal(display: Display, writer: MessageWriter): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!stop.signal.aborted) display.log('info', `${name}: finishing what is in flight.`)
      stop.abort()
      setTimeout(() => process.exit(TRANSIENT), TIME_TO_END).unref()
    })
  }
  writer.closed.addEventListener('abort', () => stop.abort())
  return stop.signal
}

function tell(result: SyncResult, isDryRun: boolean, display: Display): void {
  const { outcome, summary } = result
  if (outcome === 'failed') {
    // What a run that has read nothing has done is no news.
    if (summary.profiles.read === 0) return tellError(result.error, display, { outcome, summary })
    tellError(result.error, display)
  }
  const delivered = isDryRun ? 'Nothing was sent' : 'Delivered'
  const title = { delivered, stopped: 'Stopped before the end', failed: 'Failed' }[outcome]
  const line = `${title}: ${summaryLine(summary, isDryRun)}`
  display.log(outcome === 'failed' ? 'error' : 'info', line, { outcome, summary })
}

/** @param more goes along in JSON */
function tellError(
  { message, failureType, internalMessage }: ReturnType<typeof toSyncError>,
  display: Display,
  more: object = {}
): void {
  const details = failureType === 'system_error' && internalMessage ? ` Internal message: ${internalMessage}` : ''
  display.log('error', `${message}${details}`, { failureType, internalMessage, ...more })
}

/** Metrics that can no longer be written are no reason to fail. */
async function keepMetrics(path: string, result: SyncResult, display: Display): Promise<void> {
  try {
    await writeMetricsFile(path, result)
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    display.log('warn', `The metrics file ${path} can't be written (${code ?? message}).`)
  }
}

function exitCodeOf(result: SyncResult): number {
  if (result.outcome === 'delivered') return DELIVERED
  return result.outcome === 'failed' && result.error.kind === 'config' ? CONFIG : TRANSIENT
}

function list(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  // Without any, everything would be read.
  if (names.length === 0) throw new InvalidArgumentError('It must name at least one, with commas between.')
  return names
}

function duration(text: string): number {
  const milliseconds = toMilliseconds(text)
  if (milliseconds === undefined) {
    throw new InvalidArgumentError('It must be a duration such as 30s, 15m, 1h or 1d, at most 24d.')
  }
  return milliseconds
}

function port(text: string): number {
  const number = Number(text)
  if (!/^\d{1,5}$/.test(text) || number > 65_535) throw new InvalidArgumentError('It must be a port, 0-65535.')
  return number
}

/** The package's: its manifest stands two directories above, in a clone, where it is installed, and in the image. */
function version(): string {
  const manifest = readFileSync(join(__dirname, '../../package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
