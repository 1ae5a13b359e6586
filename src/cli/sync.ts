import { type Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../clock'
import { readJsonFile } from '../input/json-file'
import { keepSyncing, toMilliseconds } from '../input/schedule'
import { createDisplay, type Display } from '../report/display'
import { checkMetricsFile, Metrics, writeMetricsFile } from '../sync/metrics'
import { shownProgress, summaryLine } from '../sync/progress'
import { gatherSettings } from '../sync/settings'
import { type SyncOptions, syncProfiles, type SyncResult, toSyncError } from '../sync/sync'
import { port } from './options'
import { EXIT, type ExitCode, exitCodeOf, type Session } from './session'

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

/** `sync`: profiles into Segment. */
export function define(command: Command, session: Session): void {
  command
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
      session.exitCode = await sync(flags, session)
    })
}

async function sync(allFlags: RunFlags & Record<string, unknown>, session: Session): Promise<ExitCode> {
  const { config, state, once: _, every, dryRun, log, metrics, metricsPort, ...flags } = allFlags
  const display = createDisplay(process.stderr, log, () => systemClock.now())
  const signal = session.stopSignal((name) => display.log('info', `${name}: finishing what is in flight.`))
  const counters = new Metrics()
  let exitCode: ExitCode = EXIT.DONE
  let server: Awaited<ReturnType<Metrics['serve']>> | undefined

  const runOnce = async (options: SyncOptions): Promise<boolean> => {
    const result = await syncProfiles(options)
    display.endProgress()
    counters.ended(result)
    exitCode = endOf(result)
    tell(result, dryRun === true, display)
    if (metrics !== undefined) await keepMetrics(metrics, result, display)
    return exitCode !== EXIT.WRONG_CONFIGURATION
  }

  try {
    const file = config === undefined ? undefined : await readJsonFile('configuration', config)
    const options: SyncOptions = {
      config: gatherSettings({ file, variables: session.variables, flags }),
      stateFile: state,
      signal,
      dryRun: dryRun && ((calls) => session.results.write(calls)),
      onLog: (level, message) => display.log(level, message),
      onProgress: (progress) => {
        counters.progress(progress)
        // On a terminal, it would run into the calls that are printed.
        if (!dryRun) display.progress(shownProgress(progress))
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
    return exitCodeOf(error)
  } finally {
    server?.close()
  }
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

function endOf(result: SyncResult): ExitCode {
  if (result.outcome === 'delivered') return EXIT.DONE
  return result.outcome === 'failed' ? exitCodeOf(result.error) : EXIT.PASSING
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
