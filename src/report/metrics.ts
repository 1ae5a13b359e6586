import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter, Gauge, Registry } from 'prom-client'
import { configError } from '../errors'

/** A metric: its name, what it means, and where it stands in what a run tells of itself; undefined when it isn't known. */
export type Metric<Figures> = readonly [name: string, help: string, valueOf: (figures: Figures) => number | undefined]

export interface MetricsTable<Figures> {
  /** The beginning of each name. */
  readonly prefix: string
  /** What is added up over all runs of a process. */
  readonly counters: readonly Metric<Figures>[]
  /** What holds for the moment. */
  readonly gauges: readonly Metric<Figures>[]
}

export interface MetricsServer {
  /** Such as `127.0.0.1:9464`. */
  readonly address: string
  readonly close: () => void
}

/** Metrics for Prometheus, over all runs of a process. */
export class Metrics<Figures> {
  private readonly registry = new Registry()
  private readonly past: number[]
  private readonly gauges: Gauge[]
  private readonly runs: Counter<'outcome'>
  private readonly lastDuration: Gauge
  private readonly lastDelivered: Gauge
  private present: Figures | undefined

  constructor(private readonly table: MetricsTable<Figures>) {
    const { prefix, counters, gauges } = table
    const registers = [this.registry]
    this.past = counters.map(() => 0)
    counters.forEach(([name, help, valueOf], index) => {
      const counter: Counter = new Counter({
        name: `${prefix}_${name}_total`,
        help,
        registers,
        collect: () => {
          counter.reset()
          counter.inc((this.past[index] ?? 0) + (this.present ? (valueOf(this.present) ?? 0) : 0))
        }
      })
    })
    const gauge = (name: string, help: string): Gauge => new Gauge({ name: `${prefix}_${name}`, help, registers })
    this.gauges = gauges.map(([name, help]) => gauge(name, help))
    this.lastDuration = gauge('last_run_seconds', 'How long the last run took')
    this.lastDelivered = gauge('last_delivered_timestamp_seconds', 'When a run last ended with everything delivered')
    const help = 'Runs by how they ended: delivered, stopped, failed'
    this.runs = new Counter({ name: `${prefix}_runs_total`, help, labelNames: ['outcome'], registers })
  }

  /** To be told now and then how a run is getting on. */
  progress(figures: Figures): void {
    this.present = figures
    this.table.gauges.forEach(([, , valueOf], index) => {
      const value = valueOf(figures)
      if (value !== undefined) this.gauges[index]?.set(value)
    })
  }

  /** To be told of each run that ended. @param seconds how long it took */
  ended(outcome: 'delivered' | 'stopped' | 'failed', figures: Figures, seconds: number): void {
    this.table.counters.forEach(([, , valueOf], index) => {
      this.past[index] = (this.past[index] ?? 0) + (valueOf(figures) ?? 0)
    })
    this.present = undefined
    this.runs.inc({ outcome })
    this.lastDuration.set(seconds)
    if (outcome === 'delivered') this.lastDelivered.setToCurrentTime()
  }

  /**
   * Serves the metrics at `/metrics`.
   * @throws PackageError (`config`) when the address can't be used
   */
  async serve(port: number, host: string): Promise<MetricsServer> {
    const server = createServer((request, response) => {
      if (request.url !== '/metrics') return void response.writeHead(404).end()
      void this.registry.metrics().then((text) => {
        response.writeHead(200, { 'content-type': this.registry.contentType }).end(text)
      })
    })
    try {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
    } catch (thrown) {
      const { code = '' } = thrown as NodeJS.ErrnoException
      throw configError(`The address ${host}:${port} for metrics can't be used (${code}). Choose another one.`)
    }
    const close = (): void => {
      server.close()
      server.closeAllConnections()
    }
    return { address: `${host}:${(server.address() as AddressInfo).port}`, close }
  }
}
