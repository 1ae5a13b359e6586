import type { Listening } from '../http/listen'
import { everyAcl, type Application, type Region } from './application'
import { CallFaults } from './faults'
import { analyticsApi } from './analytics/api'
import { insightsApi } from './insights/api'
import { EventLog } from './insights/event-log'
import { personalizationApi } from './personalization/api'
import { healthySettings } from './personalization/configuration'
import { Faults } from './personalization/faults'
import { makeUpProfiles } from './personalization/made-up-profiles'
import type { Profile } from './personalization/profile'
import { ProfileStore } from './personalization/profile-store'
import type { RateLimit } from './rate-limit'
import { searchApi } from './search/api'
import { RuleStore } from './search/rules'
import { SearchLog } from './search/search-log'
import { serveApi, type ApiServer } from './serve'
import { risingTimestamps } from './timestamps'

export interface LocalAlgoliaOptions {
  /** Default: '127.0.0.1'. */
  host?: string
  /** Advanced Personalization's (default: any free one). */
  port?: number
  /** The other APIs' (default: any free ones). */
  ports?: Readonly<Partial<Record<'insights' | 'analytics' | 'search', number>>>
  /** How many profiles to make up (default: none), or the profiles themselves. */
  profiles?: number | readonly Profile[]
  /** What made-up profiles come from (default: 1). The same seed and `now` make the same profiles. */
  seed?: number
  /** The tokens of made-up profiles: of several kinds (default: 'mixed'), or of one. */
  tokens?: 'mixed' | 'anonymous'
  /** Whether made-up profiles have affinities (default: true). */
  affinities?: boolean
  /** The moment before which made-up profiles were updated, in milliseconds since the Unix epoch (default: the server's now). */
  now?: number
  /** Default: 'LOCALALGOLIA'. */
  appId?: string
  /** Default: 'local-api-key'. */
  apiKey?: string
  /** Further keys, and what each may do. */
  keys?: Readonly<Record<string, readonly string[]>>
  /** Where the application lives (default: 'us'). */
  region?: Region
  /** The region whose hosts the server stands in for (default: the application's). */
  servedRegion?: Region
  /** Advanced Personalization's; default: 500 calls in 60 seconds, as Algolia allows. */
  rateLimit?: RateLimit | false
  /** The Analytics API's; default: 100 calls in 60 seconds, as Algolia allows. */
  analyticsRateLimit?: RateLimit | false
  /** The Insights API's for deletions; default: 100 calls in 60 seconds. */
  insightsRateLimit?: RateLimit | false
  /** The machine's time in milliseconds since the Unix epoch (default: `Date.now`). */
  clock?: () => number
  /** Milliseconds that the server's clock is ahead of the machine's (default: 0). */
  clockOffset?: number
  /** Milliseconds before each answer (default: 0). */
  latency?: number
  /** Whether to compress for clients that ask for it (default: true). */
  gzip?: boolean
}

/** A running local Algolia: each API on an origin of its own, over one application. */
export interface LocalAlgolia extends ApiServer<Faults> {
  readonly profiles: ProfileStore
  readonly application: Application
  /** The origin of each API: what the environment variables are set to. */
  readonly urls: Readonly<Record<'personalization' | 'insights' | 'analytics' | 'search', string>>
  /** The Insights API. `faults` and `calls` above are Advanced Personalization's. */
  readonly insights: ApiServer & { readonly events: EventLog }
  /** The Analytics API. */
  readonly analytics: ApiServer
  /** The Search API. */
  readonly search: ApiServer & { readonly rules: RuleStore; readonly searches: SearchLog }
}

/**
 * Starts the servers; resolves when they listen. Rejects with Node's error when one can't, and with a `RangeError` for a
 * rate limit that is not made of whole seconds.
 */
export async function startLocalAlgolia(options: LocalAlgoliaOptions = {}): Promise<LocalAlgolia> {
  const { host = '127.0.0.1', port = 0, seed = 1, clockOffset = 0, latency } = options
  const application = applicationOf(options)
  const ownClock = options.clock ?? Date.now
  const clock = (): number => ownClock() + clockOffset
  const now = options.now ?? clock()
  const [count, given] = typeof options.profiles === 'object' ? [0, options.profiles] : [options.profiles ?? 0, []]
  const profiles = new ProfileStore(makeUpProfiles({ ...options, count, seed, now }))
  profiles.putAll(given)
  const common = { host, application, clock, gzip: options.gzip !== false }

  const timestamp = risingTimestamps(clock)
  const started: Listening[] = []
  const begin = async <Api extends ApiServer>(starting: Promise<Api>): Promise<Api> => {
    try {
      const server = await starting
      started.push(server)
      return server
    } catch (thrown) {
      // Those that listen already would keep the process and their ports.
      await Promise.all(started.map((server) => server.close()))
      throw thrown
    }
  }
  const personalization = await begin(
    serveApi(personalizationApi({ application, profiles, now: timestamp }), {
      ...common,
      port,
      faults: new Faults(latency)
    })
  )
  const events = new EventLog()
  const insights = await begin(
    serveApi(insightsApi({ application, profiles, events, clock, now: timestamp }), {
      ...common,
      port: options.ports?.insights ?? 0,
      faults: new CallFaults(latency)
    })
  )
  const analytics = await begin(
    serveApi(analyticsApi({ application, seed, clock }), {
      ...common,
      port: options.ports?.analytics ?? 0,
      faults: new CallFaults(latency)
    })
  )
  const rules = new RuleStore()
  const searches = new SearchLog()
  const search = await begin(
    serveApi(searchApi({ rules, searches, clock }), {
      ...common,
      port: options.ports?.search ?? 0,
      faults: new CallFaults(latency)
    })
  )
  return {
    ...personalization,
    profiles,
    application,
    insights: { ...insights, events },
    analytics,
    search: { ...search, rules, searches },
    urls: {
      personalization: personalization.url,
      insights: insights.url,
      analytics: analytics.url,
      search: search.url
    },
    close: async () => {
      await Promise.all(started.map((server) => server.close()))
    }
  }
}

/** @returns the application that a local Algolia stands in for @throws RangeError for a rate limit not of whole seconds */
export function applicationOf(options: LocalAlgoliaOptions): Application {
  const { region = 'us', rateLimit = { calls: 500, seconds: 60 } } = options
  const application: Application = {
    appId: options.appId ?? 'LOCALALGOLIA',
    apiKey: options.apiKey ?? 'local-api-key',
    acl: [...everyAcl],
    keys: { ...options.keys },
    region,
    servedRegion: options.servedRegion ?? region,
    planIncludesFeature: true,
    personalization: { ...healthySettings },
    segmentsEndpoint: true,
    listsHoldSegments: true,
    writesCountAsUpdates: true,
    analyticsPlan: 'revenue',
    rateLimit,
    analyticsRateLimit: options.analyticsRateLimit ?? { calls: 100, seconds: 60 },
    insightsRateLimit: options.insightsRateLimit ?? { calls: 100, seconds: 60 }
  }
  for (const limit of [rateLimit, application.analyticsRateLimit, application.insightsRateLimit]) {
    if (limit && !(Number.isInteger(limit.seconds) && limit.seconds > 0)) {
      throw new RangeError(`The rate limit must be for a whole number of seconds, not ${limit.seconds}`)
    }
  }
  return application
}
