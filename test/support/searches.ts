import { readFile } from 'node:fs/promises'
import { systemClock } from '../../src/clock'
import { searchesConfigSchema } from '../../src/searches/config'
import type { SearchesEnvironment, SearchesOptions, SearchesResult } from '../../src/searches/options'
import { sendSearches } from '../../src/searches/searches'
import type { LocalAlgoliaOptions } from '../../src/local/algolia'
import type { LocalSegmentOptions } from '../../src/local/segment'
import { API_KEY, type BothEnds, type RunningSync, withBothEnds, WRITE_KEY } from './segment'

/** A path of a webhook that nothing may ever show. */
export const WEBHOOK_SECRET = 'services-T0001-B0002-secret'

export const NOW = Date.parse('2026-03-03T12:00:00Z')
/** The last day whose figures have settled then. */
export const SETTLED = '2026-03-01'

/** An event as it has reached Segment. */
export interface SentEvent {
  readonly messageId: string
  readonly anonymousId: string
  readonly event: string
  readonly timestamp: string
  readonly properties: Readonly<Record<string, any>> // eslint-disable-line @typescript-eslint/no-explicit-any
}

export interface SearchesBench extends BothEnds {
  /** Runs in this process, at `NOW` unless there is another clock; pauses take no time. */
  readonly run: (
    settings: Record<string, unknown>,
    options?: Partial<SearchesOptions>,
    environment?: Partial<SearchesEnvironment>
  ) => Promise<SearchesResult>
  /** Starts the built command line, which has the machine's clock. */
  readonly start: (args?: readonly string[], variables?: Record<string, string>) => RunningSync
  readonly state: () => Promise<Record<string, unknown[]>>
  /** What Segment has, of one event where it is named. */
  readonly sent: (event?: string) => SentEvent[]
  readonly webhookUrl: string
}

export interface SearchesBenchOptions {
  readonly algolia?: LocalAlgoliaOptions
  readonly segment?: LocalSegmentOptions
  /** Whether the local Algolia has the machine's clock, as the command line has. */
  readonly isNow?: boolean
}

/** Runs `use` with both ends of `searches`. Fails when a secret has been shown anywhere. */
export function withSearches<Result>(
  { algolia: given, segment: segmentOptions, isNow }: SearchesBenchOptions,
  use: (bench: SearchesBench) => Promise<Result>
): Promise<Result> {
  const algoliaOptions = { analyticsRateLimit: false as const, ...(!isNow && { clock: () => NOW }), ...given }
  const options = { profiles: 0, algolia: algoliaOptions, ...(segmentOptions && { segment: segmentOptions }) }
  return withBothEnds(options, async (ends) => {
    const { algolia, segment, stateFile, log, startCommand } = ends
    const running: RunningSync[] = []
    const result = await use({
      ...ends,
      webhookUrl: `${segment.url}/_local/webhook`,
      run: (settings, runOptions, environment) => {
        const config = searchesConfigSchema.parse({ ...ACCOUNT, ...settings })
        const onLog = (level: string, message: string): void => void log.push(`${level}: ${message}`)
        return sendSearches(
          { config, stateFile, onLog, ...runOptions },
          {
            clock: { now: () => NOW, sleep: (_, signal) => systemClock.sleep(0, signal) },
            random: () => 0.5,
            baseUrl: algolia.urls.analytics,
            segmentUrl: segment.url,
            ...environment
          }
        )
      },
      start(args = [], variables = {}) {
        const started = startCommand(['searches', '--state', stateFile, ...args], {
          SEARCHES_INDICES: 'products',
          ...variables
        })
        running.push(started)
        return started
      },
      state: async () => JSON.parse(await readFile(stateFile, 'utf8')),
      sent: (event) => {
        const calls = segment.calls as readonly unknown[] as readonly SentEvent[]
        return calls.filter((call) => event === undefined || call.event === event)
      }
    })
    const shown = [...log, ...running.map(({ stdout, stderr }) => stdout + stderr)].join('\n')
    if (shown.includes(WEBHOOK_SECRET)) throw new Error("The webhook's address stands in the output")
    return result
  })
}

const ACCOUNT = {
  appId: 'LOCALALGOLIA',
  apiKey: API_KEY,
  region: 'us',
  segmentWriteKey: WRITE_KEY,
  indices: ['products']
}
