import { type Command, Option } from 'commander'
import { systemClock } from '../clock'
import { keepSyncing } from '../input/schedule'
import type { Display } from '../report/display'
import { Metrics, type MetricsServer } from '../report/metrics'
import { checkMetricsFile, writeMetricsFile } from './metrics-file'
import { metricsOf, SYNC_METRICS } from '../sync/metrics'
import { billLine, shownProgress, summaryLine, type SyncProgress } from '../sync/progress'
import type { SyncOptions, SyncResult } from '../sync/options'
import { syncProfiles } from '../sync/sync'
import { EXIT, type ExitCode, exitCodeOf, type Session } from './session'
import { addSettings, tellError, withSettings } from './settings'
import { SYNC_SETTINGS, type SyncSettings, syncSettingsSchema } from './sync-settings'

export { SYNC_SETTINGS as settings }

/** `sync`: profiles into Segment. */
export function define(command: Command, session: Session): void {
  command.description('Sends the profiles that have changed to Segment, as identify calls.')
  addSettings(command, SYNC_SETTINGS)
    .addOption(new Option('--once', 'run once: the default').conflicts('every'))
    .action(({ once, ...flags }: Record<string, unknown>) =>
      withSettings(SYNC_SETTINGS, syncSettingsSchema, flags, session, ({ every, ...settings }, display) => {
        // A dry run says what the next run would do: there is no second one.
        return sync({ ...settings, every: once || settings.dryRun ? undefined : every }, display, session)
      })
    )
}

async function sync(settings: SyncSettings, display: Display, session: Session): Promise<void> {
  const { state, dryRun, every, metrics, metricsPort, metricsHost, log: _, ...config } = settings
  let isUnderWay = false
  const signal = session.stopSignal((name) => {
    display.log('info', isUnderWay ? `${name}: finishing what is in flight.` : `${name}: no run is under way.`)
  })
  const counters = new Metrics(SYNC_METRICS)
  let server: MetricsServer | undefined

  const options: SyncOptions = {
    config,
    stateFile: state,
    signal,
    dryRun: dryRun ? (calls) => session.results.write(calls) : undefined,
    onLog: (level, message) => display.log(level, message),
    onProgress: (progress: SyncProgress) => {
      counters.progress(progress)
      // On a terminal, it would run into the calls that are printed.
      if (!dryRun) display.progress(shownProgress(progress))
    }
  }
  const runOnce = async (): Promise<boolean> => {
    isUnderWay = true
    const result = await syncProfiles(options).finally(() => (isUnderWay = false))
    display.endProgress()
    counters.ended(result.outcome, { summary: result.summary, callsLeft: undefined }, result.summary.duration)
    session.exitCode = endOf(result)
    tell(result, dryRun, display)
    if (metrics !== undefined) {
      await writeMetricsFile(metrics, metricsOf(result), (line) => display.log('warn', line))
    }
    return session.exitCode !== EXIT.WRONG_CONFIGURATION
  }

  if (metrics !== undefined) await checkMetricsFile(metrics)
  try {
    if (metricsPort !== undefined) {
      server = await counters.serve(metricsPort, metricsHost)
      display.log('info', `Metrics are served on ${server.address}, at /metrics.`)
    }
    if (every === undefined) await runOnce()
    else {
      await keepSyncing(runOnce, {
        interval: every,
        clock: systemClock,
        signal,
        onWait: (nextStart) => display.log('info', `The next run starts at ${new Date(nextStart).toISOString()}.`)
      })
      if (signal.aborted) session.exitCode = EXIT.PASSING
    }
  } finally {
    server?.close()
  }
}

function tell(result: SyncResult, isDryRun: boolean, display: Display): void {
  const { outcome, summary } = result
  if (outcome === 'failed') {
    // What a run that has read nothing has done is no news; nor is what came before a wrong setting was met.
    const isShort = summary.profiles.read === 0 || result.error.kind === 'config'
    if (isShort) return tellError(result.error, display, { outcome, summary })
    tellError(result.error, display)
  }
  const delivered = isDryRun ? 'Nothing was sent' : 'Delivered'
  const title = { delivered, stopped: 'Stopped before the end', failed: 'Failed' }[outcome]
  const line = `${title}: ${summaryLine(summary, isDryRun)}`
  display.log(outcome === 'failed' ? 'error' : 'info', line, { outcome, summary })
  if (isDryRun && outcome === 'delivered') display.log('info', billLine(summary))
}

function endOf(result: SyncResult): ExitCode {
  if (result.outcome === 'delivered') return EXIT.DONE
  return result.outcome === 'failed' ? exitCodeOf(result.error) : EXIT.PASSING
}
