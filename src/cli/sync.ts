import type { Command } from 'commander'
import type { Display } from '../report/display'
import { SYNC_METRICS } from '../sync/metrics'
import { billLine, shownProgress, summaryLine } from '../sync/progress'
import type { SyncResult } from '../sync/options'
import { syncProfiles } from '../sync/sync'
import { defineRuns, runAgain, titleOf } from './runs'
import type { Session } from './session'
import { tellError } from './settings'
import { SYNC_SETTINGS, type SyncSettings, syncSettingsSchema } from './sync-settings'

export { SYNC_SETTINGS as settings }

/** `sync`: profiles into Segment. */
export function define(command: Command, session: Session): void {
  command.description('Sends the profiles that have changed to Segment, as identify calls.')
  defineRuns(command, SYNC_SETTINGS, syncSettingsSchema, session, sync)
}

function sync(settings: SyncSettings, display: Display, session: Session): Promise<void> {
  const { state: stateFile, dryRun, every, metrics, metricsPort, metricsHost, log: _, ...config } = settings
  return runAgain(
    {
      run: (hooks) => syncProfiles({ config, stateFile, ...hooks }),
      metrics: SYNC_METRICS,
      shown: shownProgress,
      tell: (end, shown) => tell(end, dryRun, shown)
    },
    { dryRun, every, metrics, metricsPort, metricsHost },
    display,
    session
  )
}

function tell(result: SyncResult, isDryRun: boolean, display: Display): void {
  const { outcome, summary } = result
  if (outcome === 'failed') {
    // What a run that has read nothing has done is no news; nor is what came before a wrong setting was met.
    const isShort = summary.profiles.read === 0 || result.error.kind === 'config'
    if (isShort) return tellError(result.error, display, { outcome, summary })
    tellError(result.error, display)
  }
  const line = `${titleOf(result, isDryRun)}: ${summaryLine(summary, isDryRun)}`
  display.log(outcome === 'failed' ? 'error' : 'info', line, { outcome, summary })
  if (isDryRun && outcome === 'delivered') display.log('info', billLine(summary))
}
