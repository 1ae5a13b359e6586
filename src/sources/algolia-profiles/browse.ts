import { randomUUID } from 'node:crypto'
import { parseOptions } from './config'
import { PERSONALIZATION } from '../../algolia/api/apis'
import { connect } from '../../algolia/api/connection'
import { type Environment, systemEnvironment } from '../../algolia/api/environment'
import { readPlan } from '../../algolia/profiles/passes'
import { planOf } from '../../algolia/profiles/plan'
import { filtersOf } from '../../algolia/profiles/state'

/** A profile as Algolia's API description has it; `segments` is known from its partners' documents. */
export interface AlgoliaProfile {
  userID: string
  type: string
  affinities: { name: string; value: string; score: number; indices: string[]; lastUpdatedAt: string }[]
  segments?: { id: string; source: string }[]
  lastUpdatedAt: string
}

export interface BrowseOptions {
  readonly appId: string
  /** A key with the ACLs search, browse and recommendation. */
  readonly apiKey: string
  readonly region: 'us' | 'eu'
  /** Only profiles updated on or after this date or RFC 3339 time. */
  readonly startDate?: string
  /** Only profiles with affinities in all of these indices. */
  readonly indices?: readonly string[]
  /** Only profiles that have all of these affinities, each a name or name:value. */
  readonly affinities?: readonly string[]
  /** Profiles for each call, 1-1000; 1000 unless told otherwise. */
  readonly pageSize?: number
  /** Windows of time that are read at the same time, at most; 8 unless told otherwise. */
  readonly concurrency?: number
  /** Stops the reading. */
  readonly signal?: AbortSignal
}

/**
 * Reads profiles page by page, with the retries and the limiter of the source. Each profile comes
 * once, unless it is updated meanwhile or a call goes wrong. Leaving the loop stops the reading.
 *
 * @param environment what stands in for the clock, for chance and for Algolia's address, in tests; by default the
 * machine's, and the environment variable `ALGOLIA_PERSONALIZATION_URL`
 * @throws PackageError when the options are invalid or a call fails for good; the signal's reason on abort
 */
export async function* browseProfiles(
  { signal, ...options }: BrowseOptions,
  environment: Environment = systemEnvironment()
): AsyncGenerator<AlgoliaProfile[], void> {
  const config = parseOptions(options)
  const filters = filtersOf(config)
  const { client, close } = connect(PERSONALIZATION, config, environment, { concurrency: config.concurrency })
  const stop = new AbortController()
  const pages = readPlan(planOf([{ name: 'profiles', syncMode: 'full_refresh', state: undefined }], filters), {
    client,
    clock: environment.clock,
    filters,
    pageSize: config.pageSize,
    concurrency: config.concurrency,
    run: randomUUID(),
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
    onWarning: () => undefined
  })
  try {
    for await (const { profiles } of pages) yield [...profiles] as AlgoliaProfile[]
  } finally {
    stop.abort()
    await close()
  }
}
