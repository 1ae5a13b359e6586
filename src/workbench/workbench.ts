import algoliaPersonalization from '../destinations/algolia-personalization'
import { type LocalAlgolia, startLocalAlgolia } from '../local/algolia'
import { exampleProfiles } from './example-profiles'
import type { Definition } from './host'
import { EntryToken } from './http/entry-token'
import type { Context } from './interface'
import { startServer } from './server'
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
  /** The commands of the package, to be named on the page. */
  readonly commands?: Context['commands']
  /** Milliseconds that a request may take to come in; 30 seconds by default. */
  readonly requestTimeout?: number
}

/** A running workbench. */
export interface Workbench {
  /** Such as 'http://127.0.0.1:3000': what Segment's Actions Tester and cURL use. */
  readonly url: string
  /** What a browser opens: the same with the token that lets it in. */
  readonly entryUrl: string
  readonly target: Target
  /** The local Algolia that was started with it. */
  readonly localAlgolia?: LocalAlgolia
  /** Stops listening, a run that is under way, and the local Algolia. */
  close(): Promise<void>
}

/** Profiles that the local Algolia makes up, beside those of the examples. */
const PROFILES = 10_000

/** What a call to the local Algolia takes, in milliseconds: about as long as one to the real one. */
const LATENCY = 80

/**
 * Starts the workbench on 127.0.0.1. Without an application it starts a local Algolia too, and leads this process to it.
 * @throws Node's error when the port can't be listened on
 */
export async function startWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const { application } = options
  if (application === undefined) return withLocalAlgolia(options)
  const url = process.env.ALGOLIA_PERSONALIZATION_URL
  const target: Target = { kind: 'application', ...application, ...(url !== undefined && url !== '' && { url }) }
  return open(options, target, [])
}

async function withLocalAlgolia(options: WorkbenchOptions): Promise<Workbench> {
  const { profiles = PROFILES, latency = LATENCY } = options.local ?? {}
  const localAlgolia = await startLocalAlgolia({ profiles, latency })
  const { appId, apiKey } = localAlgolia.application
  const target: Target = { kind: 'local', appId, apiKey, region: 'us', url: localAlgolia.url }
  const examples = exampleProfiles(new Date())
  examples.forEach((profile) => localAlgolia.profiles.put(profile))
  const restore = setVariables({
    ALGOLIA_PERSONALIZATION_URL: localAlgolia.urls.personalization,
    ALGOLIA_INSIGHTS_URL: localAlgolia.urls.insights,
    ALGOLIA_ANALYTICS_URL: localAlgolia.urls.analytics
  })
  const closeAlgolia = async (): Promise<void> => {
    await localAlgolia.close()
    restore()
  }
  try {
    const workbench = await open(
      options,
      target,
      examples.map(({ userID }) => userID)
    )
    return {
      ...workbench,
      localAlgolia,
      close: async () => {
        await workbench.close()
        await closeAlgolia()
      }
    }
  } catch (error) {
    await closeAlgolia()
    throw error
  }
}

async function open(
  {
    port = 3000,
    definition = algoliaPersonalization as unknown as Definition,
    commands = [],
    requestTimeout
  }: WorkbenchOptions,
  target: Target,
  exampleUserTokens: readonly string[]
): Promise<Workbench> {
  const token = new EntryToken()
  const server = await startServer({
    port,
    definition,
    commands,
    target,
    exampleUserTokens,
    token,
    ...(requestTimeout !== undefined && { requestTimeout })
  })
  return { url: server.url, entryUrl: `${server.url}/?token=${token.text}`, target, close: () => server.close() }
}

/** Leads this process's calls elsewhere. @returns what puts the variables back */
function setVariables(variables: Readonly<Record<string, string>>): () => void {
  const former = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  return () => {
    for (const [name, value] of former) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
