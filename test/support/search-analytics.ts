import { systemClock } from '../../src/clock'
import type { Environment } from '../../src/algolia/api/environment'
import type { Answer, Transport } from '../../src/algolia/api/transport'
import type { LocalAlgolia, LocalAlgoliaOptions } from '../../src/local/algolia'
import { discover, read } from '../../src/sources/algolia-search-analytics/source'
import { configuration, type ReadInProcess, readInProcess, withAlgolia } from './source'
import type { VirtualClock } from './virtual-clock'

const catalog = discover()
if (catalog.type !== 'CATALOG') throw new Error('There is no catalog')

/** The streams as they are discovered. */
export const DISCOVERED = catalog.catalog.streams as readonly {
  name: string
  json_schema: Record<string, unknown>
  source_defined_primary_key: string[][]
}[]
export const STREAM_NAMES = DISCOVERED.map(({ name }) => name)

/** The moment at which everything happens, unless told otherwise; the last day that is over is 2026-02-28. */
export const NOW = Date.parse('2026-03-01T12:00:00Z')

/** A valid configuration, but for what is changed: from 2026-02-26 to 2026-02-28 are three days. */
export function analyticsConfig(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return configuration({ indices: ['products'], startDate: '2026-02-26', callsPerMinute: 100, ...changes })
}

/** Runs `use` against a local Algolia without a limit, at `NOW`. */
export function withAnalytics<Result>(
  use: (algolia: LocalAlgolia) => Promise<Result>,
  options: LocalAlgoliaOptions = {}
): Promise<Result> {
  return withAlgolia({ analyticsRateLimit: false, clock: () => NOW, ...options }, use)
}

/** A world whose machine's clock is the server's, and whose pauses take no time. */
export function worldOf({ urls }: LocalAlgolia, now = () => NOW): Environment {
  return {
    clock: { now, sleep: (_, signal) => systemClock.sleep(0, signal) },
    random: () => 0.5,
    baseUrl: urls.analytics
  }
}

/** Reads in this process. */
export function readAnalytics(
  config: Record<string, unknown>,
  streams: unknown,
  environment: Environment,
  state?: unknown
): Promise<ReadInProcess> {
  return readInProcess({ config, catalog: streams, state }, environment, undefined, read)
}

/** What was called for, each without the API's version: such as `searches/count`, or `filters/brand`. */
export function pathsCalled({ analytics }: LocalAlgolia): string[] {
  return analytics.calls.map(({ path }) => new URL(path, 'http://local').pathname.slice('/2/'.length))
}

/** An Analytics API of one entry a list, on a virtual clock, with Algolia's limit. */
export class SimulatedAnalytics implements Transport {
  readonly host = 'simulated.algolia.test'
  readonly statuses: number[] = []
  private period = { start: -1, calls: 0 }

  constructor(
    private readonly clock: VirtualClock,
    private readonly latency: number
  ) {}

  async send(path: string, signal: AbortSignal): Promise<Answer> {
    await this.clock.sleep(this.latency / 2, signal)
    const seconds = Math.floor(this.clock.now() / 1000)
    const start = seconds - (seconds % 60)
    if (this.period.start !== start) this.period = { start, calls: 0 }
    const status = this.period.calls < 100 ? 200 : 429
    if (status === 200) this.period.calls += 1
    const headers: Readonly<Record<string, string>> = {
      date: new Date(seconds * 1000).toUTCString(),
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': String(100 - this.period.calls),
      'x-ratelimit-reset': String(start + 60)
    }
    await this.clock.sleep(this.latency / 2, signal)
    this.statuses.push(status)
    const body =
      status === 200 ? { searches: [{ search: path, count: 1, nbHits: 1 }] } : { status, message: 'Too many' }
    return { status, header: (name) => headers[name], body: () => Buffer.from(JSON.stringify(body)) }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
