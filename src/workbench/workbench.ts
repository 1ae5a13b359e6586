import algoliaPersonalization from '../destinations/algolia-personalization'
import { type LocalAlgolia, startLocalAlgolia } from '../local/algolia'
import type { Definition } from './host'
import { sampleProfiles, SAMPLES } from './samples'
import { buildServer } from './server'
import type { Target } from './target'

/** A real application of Algolia's. */
export interface RealApplication {
  readonly appId: string
  readonly region: string
  readonly apiKey: string
}

export interface WorkbenchOptions {
  /** Default: 3000; 0 for any free one. */
  readonly port?: number
  /** What to work against; by default a local Algolia, which is started with the workbench. */
  readonly application?: RealApplication
  /** What the local Algolia is like. */
  readonly local?: { readonly profiles?: number; readonly latency?: number }
  /** The destination; by default this package's own. */
  readonly definition?: Definition
}

/** A running workbench. */
export interface Workbench {
  /** Such as 'http://127.0.0.1:3000'. */
  readonly url: string
  readonly target: Target
  /** The local Algolia that was started with it. */
  readonly localAlgolia?: LocalAlgolia
  /** Stops listening, a run that is under way, and the local Algolia. */
  close(): Promise<void>
}

/** Profiles that the local Algolia makes up, beside those of the sample events. */
const PROFILES = 10_000

/** What a call to the local Algolia takes, in milliseconds: about as long as one to the real one. */
const LATENCY = 80

/** Small pages from the local Algolia, so that a run lasts long enough to be watched, stopped and resumed. */
const LOCAL_RUN_OPTIONS = { pageSize: 50 }

/** Leads both connectors to another server than Algolia's. */
const URL_VARIABLE = 'ALGOLIA_PERSONALIZATION_URL'

/** Leads the destination's events there, and their deletion. */
const INSIGHTS_URL_VARIABLE = 'ALGOLIA_INSIGHTS_URL'

/**
 * Starts the workbench on 127.0.0.1. Without an application it starts a local Algolia too, and leads this process to it.
 * @throws Node's error when the port can't be listened on
 */
export async function startWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const { port = 3000, application, definition = algoliaPersonalization as unknown as Definition } = options
  const common = { definition, samples: SAMPLES }
  if (application !== undefined) {
    const target: Target = { kind: 'application', ...application, url: process.env[URL_VARIABLE] }
    const app = buildServer({ ...common, target, exampleUserTokens: [], runOptions: {} })
    return { url: await app.listen({ host: '127.0.0.1', port }), target, close: () => app.close() }
  }

  const { profiles = PROFILES, latency = LATENCY } = options.local ?? {}
  const localAlgolia = await startLocalAlgolia({ profiles, latency })
  const { appId, apiKey } = localAlgolia.application
  const target: Target = { kind: 'local', appId, apiKey, region: 'us', url: localAlgolia.url }
  const examples = sampleProfiles(new Date())
  examples.forEach((profile) => localAlgolia.profiles.put(profile))
  const exampleUserTokens = examples.map(({ userID }) => userID)
  const app = buildServer({ ...common, target, exampleUserTokens, runOptions: LOCAL_RUN_OPTIONS })

  const variables = {
    [URL_VARIABLE]: localAlgolia.urls.personalization,
    [INSIGHTS_URL_VARIABLE]: localAlgolia.urls.insights
  }
  const former = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  const close = async (): Promise<void> => {
    await app.close()
    await localAlgolia.close()
    for (const [name, value] of former) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
  try {
    return { url: await app.listen({ host: '127.0.0.1', port }), target, localAlgolia, close }
  } catch (error) {
    await close()
    throw error
  }
}
