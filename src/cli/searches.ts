import type { Command } from 'commander'
import type { Display } from '../report/display'
import { SEARCHES_METRICS } from '../searches/metrics'
import type { SearchesResult } from '../searches/options'
import { billLine, shownProgress, summaryLine } from '../searches/progress'
import { sendSearches } from '../searches/searches'
import { defineRuns, runAgain, titleOf } from './runs'
import { SEARCHES_SETTINGS, type SearchesSettings, searchesSettingsSchema } from './searches-settings'
import type { Session } from './session'
import { tellError } from './settings'

export { SEARCHES_SETTINGS as settings }

/** `searches`: search analytics into Segment. */
export function define(command: Command, session: Session): void {
  command.description(
    'Sends searches without results, reports of top searches and alerts to Segment, and the last two to a webhook.'
  )
  defineRuns(command, SEARCHES_SETTINGS, searchesSettingsSchema, session, searches)
}

function searches(settings: SearchesSettings, display: Display, session: Session): Promise<void> {
  const { state: stateFile, dryRun, every, metrics, metricsPort, metricsHost, log: _, ...config } = settings
  return runAgain(
    {
      run: (hooks) => sendSearches({ config, stateFile, ...hooks }),
      metrics: SEARCHES_METRICS,
      shown: shownProgress,
      tell: (end, shown) => tell(end, dryRun, shown)
    },
    { dryRun, every, metrics, metricsPort, metricsHost },
    display,
    session
  )
}

function tell(result: SearchesResult, isDryRun: boolean, display: Display): void {
  const { outcome, summary } = result
  if (outcome === 'failed') tellError(result.error, display)
  const line = `${titleOf(result, isDryRun)}: ${summaryLine(summary, isDryRun)}`
  display.log(outcome === 'failed' ? 'error' : 'info', line, { outcome, summary })
  if (isDryRun && outcome === 'delivered') display.log('info', billLine(summary))
}
