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
  /** Which of a local Algolia's APIs stands in for it. */
  readonly api: 'personalization' | 'analytics'
}

export const SOURCES: readonly HostedSource[] = [
  {
    name: 'algolia-profiles',
    origin: 'ALGOLIA_PERSONALIZATION_URL',
    hosts: ['ai-personalization.us.algolia.com', 'ai-personalization.eu.algolia.com'],
    config: { appId: 'LOCALALGOLIA', apiKey: 'local-api-key', region: 'us' },
    streams: ['profiles', 'affinities', 'segments'],
    api: 'personalization'
  },
  {
    name: 'algolia-search-analytics',
    origin: 'ALGOLIA_ANALYTICS_URL',
    hosts: ['analytics.us.algolia.com', 'analytics.de.algolia.com'],
    config: {
      ...{ appId: 'LOCALALGOLIA', apiKey: 'local-api-key', region: 'us', indices: ['products'] },
      startDate: new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10)
    },
    streams: [
      ...['searches', 'users', 'no_result_rate', 'no_click_rate', 'click_through_rate', 'average_click_position'],
      ...['conversion_rate', 'add_to_cart_rate', 'purchase_rate', 'revenue', 'top_searches'],
      ...['searches_without_results', 'searches_without_clicks', 'top_hits', 'top_countries'],
      ...['top_filter_attributes', 'top_filters', 'click_positions']
    ],
    api: 'analytics'
  }
]
