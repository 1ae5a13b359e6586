/** What is tried of each source at the host's door. A new source is added here, and to nothing else in this folder. */
export interface HostedSource {
  /** Its folder below src/sources; its bin and its image are called `source-{name}`. */
  readonly name: string
  /** The environment variable that names a stand-in for the API. */
  readonly origin: string
  /** The host names of the API, one for each region. */
  readonly hosts: readonly string[]
  /** A configuration that a local Algolia takes. */
  readonly config: Readonly<Record<'appId' | 'apiKey' | 'region', string>> & Readonly<Record<string, unknown>>
  readonly streams: readonly string[]
}

export const SOURCES: readonly HostedSource[] = [
  {
    name: 'algolia-profiles',
    origin: 'ALGOLIA_PERSONALIZATION_URL',
    hosts: ['ai-personalization.us.algolia.com', 'ai-personalization.eu.algolia.com'],
    config: { appId: 'LOCALALGOLIA', apiKey: 'local-api-key', region: 'us' },
    streams: ['profiles', 'affinities', 'segments']
  }
]
