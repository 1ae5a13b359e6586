import { Gauge, Registry } from 'prom-client'
import { writeFileAtomically } from '../input/atomic-file'
import { configError } from '../errors'
import type { AudienceCounts } from './comparison'
import type { PlanResult } from './plan'

/** What is counted of each audience, as a metric with the audience as its label. */
const METRICS: readonly (readonly [Exclude<keyof AudienceCounts, 'id'>, name: string, help: string])[] = [
  ['wanted', 'wanted', 'Members by the list'],
  ['present', 'present', 'Profiles that have the managed segment'],
  ['toAdd', 'to_add', 'Members whose profile lacks the segment'],
  ['toRemove', 'to_remove', 'Profiles that have the segment and should not'],
  ['withoutProfile', 'without_profile', 'Members without a profile'],
  ['changedSince', 'changed_since', 'Differences on profiles that were updated after the list was made'],
  ['invalid', 'invalid_rows', 'Rows of the list that are bad']
]

/**
 * Writes an audit's counts in Prometheus' text format, for the textfile collector of its node exporter.
 * @throws PackageError (`config`) when the file can't be written
 */
export async function writeAuditMetrics(path: string, { audiences, calls }: PlanResult): Promise<void> {
  const registry = new Registry()
  const registers = [registry]
  for (const [count, name, help] of METRICS) {
    const gauge = new Gauge({ name: `algolia_audience_${name}`, help, labelNames: ['audience'], registers })
    for (const audience of audiences) gauge.set({ audience: audience.id }, audience[count])
  }
  new Gauge({ name: 'algolia_audience_audit_calls', help: 'Calls that the audit took', registers }).set(calls.made)
  new Gauge({
    name: 'algolia_audience_audit_timestamp_seconds',
    help: 'When the audit ended',
    registers
  }).setToCurrentTime()
  try {
    await writeFileAtomically(path, await registry.metrics())
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw configError(`The metrics file ${path} can't be written (${code ?? message}). Check its directory.`)
  }
}
