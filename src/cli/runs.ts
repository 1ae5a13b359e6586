import { type Command, Option } from 'commander'
import type { z } from 'zod'
import { systemClock } from '../clock'
import { keepSyncing } from '../input/schedule'
import type { SettingsTable } from '../input/settings'
import type { Display, LogLevel, Progress } from '../report/display'
import { Metrics, type MetricsServer, type MetricsTable } from '../report/metrics'
import { metricsOf, type RunEnd } from '../report/run-end'
import { checkMetricsFile, writeMetricsFile } from './metrics-file'
import { EXIT, type ExitCode, exitCodeOf, type Session } from './session'
import { addSettings, type RunSettings, withSettings } from './settings'

/** What a run is given: when to stop, where to tell, and where a dry run prints what would be sent. */
export interface RunHooks<Progressed> {
  readonly signal: AbortSignal
  readonly dryRun: ((lines: readonly object[]) => Promise<void>) | undefined
  readonly onLog: (level: LogLevel, message: string) => void
  readonly onProgress: (progress: Progressed) => void
}

/** What a command that is run again and again has of its own. */
export interface Runs<Summary, Progressed> {
  readonly run: (hooks: RunHooks<Progressed>) => Promise<RunEnd<Summary>>
  readonly metrics: MetricsTable<{ readonly summary: Summary; readonly callsLeft: number | undefined }>
  readonly shown: (progress: Progressed) => Progress
  /** Tells how a run ended. */
  readonly tell: (end: RunEnd<Summary>, display: Display) => void
}

/** Adds the settings of a command that is run again and again, and its action. */
export function defineRuns<Schema extends z.ZodType<{ readonly every?: number | undefined }>>(
  command: Command,
  table: SettingsTable,
  schema: Schema,
  session: Session,
  run: (settings: z.output<Schema>, display: Display, session: Session) => Promise<void>
): void {
  addSettings(command, table)
    .addOption(new Option('--once', 'run once: the default').conflicts('every'))
    .action(({ once, ...flags }: Record<string, unknown>) =>
      withSettings(table, schema, flags, session, (settings, display) =>
        run(once ? { ...settings, every: undefined } : settings, display, session)
      )
    )
}

/**
 * Runs something once or every so often, with metrics and signals, and sets the exit code.
 * @throws PackageError when a run can't begin
 */
export async function runAgain<
  Summary extends { readonly duration: number },
  Progressed extends { readonly summary: Summary; readonly callsLeft: number | undefined }
>(
  { run, metrics: table, shown, tell }: Runs<Summary, Progressed>,
  { dryRun, every, metrics, metricsPort, metricsHost }: RunSettings,
  display: Display,
  session: Session
): Promise<void> {
  let isUnderWay = false
  const signal = session.stopSignal((name) => {
    display.log('info', isUnderWay ? `${name}: finishing what is in flight.` : `${name}: no run is under way.`)
  })
  const counters = new Metrics(table)
  let server: MetricsServer | undefined

  const hooks: RunHooks<Progressed> = {
    signal,
    dryRun: dryRun ? (lines) => session.results.write(lines) : undefined,
    onLog: (level, message) => display.log(level, message),
    onProgress: (progress) => {
      counters.progress(progress)
      // On a terminal, it would run into the calls that are printed.
      if (!dryRun) display.progress(shown(progress))
    }
  }
  const runOnce = async (): Promise<boolean> => {
    isUnderWay = true
    const end = await run(hooks).finally(() => (isUnderWay = false))
    display.endProgress()
    counters.ended(end.outcome, { summary: end.summary, callsLeft: undefined }, end.summary.duration)
    session.exitCode = exitCodeAfter(end)
    tell(end, display)
    if (metrics !== undefined) {
      await writeMetricsFile(metrics, metricsOf(end), (line) => display.log('warn', line))
    }
    return session.exitCode !== EXIT.WRONG_CONFIGURATION
  }

  if (metrics !== undefined) await checkMetricsFile(metrics)
  try {
    if (metricsPort !== undefined) {
      server = await counters.serve(metricsPort, metricsHost)
      display.log('info', `Metrics are served on ${server.address}, at /metrics.`)
    }
    // A dry run says what the next run would do: there is no second one.
    if (every === undefined || dryRun) await runOnce()
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

function exitCodeAfter(end: RunEnd<unknown>): ExitCode {
  if (end.outcome === 'delivered') return EXIT.DONE
  return end.outcome === 'failed' ? exitCodeOf(end.error) : EXIT.PASSING
}

/** @returns what the last line of a run begins with */
export function titleOf({ outcome }: RunEnd<unknown>, isDryRun: boolean): string {
  const delivered = isDryRun ? 'Nothing was sent' : 'Delivered'
  return { delivered, stopped: 'Stopped before the end', failed: 'Failed' }[outcome]
}
