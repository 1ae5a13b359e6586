import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter, Gauge, Registry } from 'prom-client'
import { configError } from '../errors'
import { tryWriting, writeFileAtomically } from '../input/atomic-file'
import type { SyncProgress, SyncSummary } from './progress'
import type { SyncResult } from './sync'

/**
 * Tries whether metrics can be written to a file, before a run whose metrics would be lost.
 * @throws PackageError (`config`) when they can't
 */
export async function checkMetricsFile(path: string): Promise<void> {
  try {
    await tryWriting(path)
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw configError(
      `The metrics file ${path} can't be written (${code ?? message}). Check that its directory exists and can be written to.`
    )
  }
}

/** Writes how a run ended as JSON. */
export async function writeMetricsFile(path: string, result: SyncResult): Promise<void> {
  const { outcome, summary } = result
  const error = outcome === 'failed' ? { error: { type: result.error.failureType, message: result.error.message } } : {}
  await writeFileAtomically(path, `${JSON.stringify({ outcome, ...error, ...summary }, null, 2)}\n`)
}

/** What is counted over all runs of a process: name, what it means, and where it stands in a run's summary. */
const COUNTERS: readonly (readonly [string, string, (summary: SyncSummary) => number])[] = [
  ['profiles_read', 'Profiles read from Algolia', ({ profiles }) => profiles.read],
  ['profiles_sent', 'Profiles that Segment has accepted', ({ profiles }) => profiles.sent],
  ['profiles_repeated', 'Profiles not sent, as Segment has them', ({ profiles }) => profiles.repeated],
  ['profiles_rejected', "Profiles that can't be sent", ({ profiles }) => profiles.rejected],
  ['profiles_shortened', 'Profiles sent without their weakest affinities', ({ profiles }) => profiles.shortened],
  ['profiles_first_seen', 'Profiles sent that were never seen before', ({ profiles }) => profiles.firstSeen],
  ['algolia_calls', 'Calls to Algolia', ({ algolia }) => algolia.calls],
  ['algolia_retries', 'Calls to Algolia that were tried again', ({ algolia }) => algolia.retries],
  ['algolia_refusals', 'Calls that Algolia refused for want of calls', ({ algolia }) => algolia.refusals],
  ['algolia_wait_seconds', 'Time waited for calls to Algolia', ({ algolia }) => algolia.waited / 1000],
  ['segment_requests', 'Requests to Segment', ({ segment }) => segment.requests],
  ['segment_retries', 'Requests to Segment that were tried again', ({ segment }) => segment.retries],
  ['segment_refusals', 'Requests that Segment answered with 429', ({ segment }) => segment.refusals],
  ['segment_wait_seconds', 'Time waited as Segment asked for it', ({ segment }) => segment.waited / 1000]
]

/** Metrics for Prometheus, over all runs of a process. */
export class Metrics {
  private readonly registry = new Registry()
  private readonly past = COUNTERS.map(() => 0)
  private readonly runs: Counter<'outcome'>
  private readonly callsLeft: Gauge
  private readonly lastDuration: Gauge
  private readonly lastDelivered: Gauge
  private present: SyncSummary | undefined

  constructor() {
    const registers = [this.registry]
    COUNTERS.forEach(([name, help, valueOf], index) => {
      const counter: Counter = new Counter({
        name: `algolia_profiles_sync_${name}_total`,
        help,
        registers,
        collect: () => {
          counter.reset()
          counter.inc((this.past[index] ?? 0) + (this.present ? valueOf(this.present) : 0))
        }
      })
    })
    const gauge = (name: string, help: string): Gauge => {
      return new Gauge({ name: `algolia_profiles_sync_${name}`, help, registers })
    }
    this.callsLeft = gauge('algolia_calls_left', 'Calls that Algolia still allows in this period')
    this.lastDuration = gauge('last_run_seconds', 'How long the last run took')
    this.lastDelivered = gauge('last_delivered_timestamp_seconds', 'When a run last ended with everything delivered')
    const help = 'Runs by how they ended: delivered, stopped, failed'
    this.runs = new Counter({ name: 'algolia_profiles_sync_runs_total', help, labelNames: ['outcome'], registers })
  }

  progress({ summary, callsLeft }: SyncProgress): void {
    this.present = summary
    if (callsLeft !== undefined) this.callsLeft.set(callsLeft)
  }

  /** To be told of each run that ended. */
  ended({ outcome, summary }: SyncResult): void {
    COUNTERS.forEach(([, , valueOf], index) => (this.past[index] = (this.past[index] ?? 0) + valueOf(summary)))
    this.present = undefined
    this.runs.inc({ outcome })
    this.lastDuration.set(summary.duration)
    if (outcome === 'delivered') this.lastDelivered.setToCurrentTime()
  }

  /**
   * Serves the metrics at `/metrics`, on all addresses, as whatever scrapes them sits on another host as a rule.
   * @throws PackageError (`config`) when the port can't be used
   */
  async serve(port: number): Promise<{ readonly port: number; readonly close: () => void }> {
    const server = createServer((request, response) => {
      if (request.url !== '/metrics') return void response.writeHead(404).end()
      void this.registry.metrics().then((text) => {
        response.writeHead(200, { 'content-type': this.registry.contentType }).end(text)
      })
    })
    try {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve))
    } catch (thrown) {
      const { code = '' } = thrown as NodeJS.ErrnoException
      throw configError(`The port ${port} for metrics can't be used (${code}). Choose another one.`)
    }
    const close = (): void => {
      server.close()
      server.closeAllConnections()
    }
    return { port: (server.address() as AddressInfo).port, close }
  }
}
