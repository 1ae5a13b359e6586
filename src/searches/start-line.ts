import { LARGEST_PAGE } from '../algolia/analytics/endpoints'
import { counted, listed } from '../report/words'
import type { SearchesOptions } from './options'
import { asksOf, type Plan } from './plan'

/** @returns what a run is going to do, and what that takes, in a sentence or two */
export function startLine(plan: Plan, { config, dryRun }: SearchesOptions, origin: string): string {
  const { appId, region, indices, segmentRegion, webhookUrl } = config
  const { settled, alerts, reports, zeroResults } = plan
  const due = [
    ...(alerts.length > 0 ? [counted(alerts.length, 'alert')] : []),
    ...(reports.length > 0 ? [counted(reports.length, 'report')] : []),
    ...(zeroResults.length > 0 ? [`searches without results of ${daysIn(plan)}`] : [])
  ]
  const what = due.length === 0 ? `nothing is due up to ${settled}` : `${listed(due, 'and')}, up to ${settled}`
  const calls = due.length === 0 ? '' : `; at least ${counted(asksOf(plan).length, 'call')} to Algolia`
  const most = zeroResults.length > 1 ? `, at most ${counted(zeroResults.length * LARGEST_PAGE, 'event')}` : ''
  const webhook = webhookUrl === undefined ? '' : ' and to the webhook'
  const where = dryRun !== undefined ? 'sending nothing' : `sending to Segment (${segmentRegion}, ${origin})${webhook}`
  return `Search analytics of ${listed(indices, 'and')} in the application ${appId} (${region}): ${what}${calls}${most}; ${where}.`
}

function daysIn({ zeroResults }: Plan): string {
  const indices = new Set(zeroResults.map(({ index }) => index)).size
  const days = counted(zeroResults.length, 'day')
  return indices > 1 ? `${days} of ${counted(indices, 'index', 'indices')}` : days
}
