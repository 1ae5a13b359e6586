import type { FailureTable } from './failures'

/** Regions of Algolia's APIs beside the search itself: where an application keeps profiles, events and analytics. */
export const REGIONS = ['us', 'eu'] as const
export type Region = (typeof REGIONS)[number]

/** One of Algolia's APIs: all that differs between them for whoever calls. Facts: Algolia's API descriptions. */
export interface Api {
  /** What the plan of an application has to include. */
  readonly product: string
  readonly origins: Readonly<Record<Region, string>>
  /** The environment variable whose origin stands in for these. */
  readonly originVariable: string
  /** Where a local Algolia has it, as an example of such an origin. */
  readonly localOrigin: string
  /** Calls that are allowed to an application, whoever makes them. */
  readonly callsPerMinute: number
  /** What the API key has to be allowed. */
  readonly acls: readonly string[]
  /** What statuses mean here, where that differs from what they mean elsewhere. */
  readonly failures?: FailureTable
}

export const PERSONALIZATION: Api = {
  product: 'Advanced Personalization',
  origins: { us: 'https://ai-personalization.us.algolia.com', eu: 'https://ai-personalization.eu.algolia.com' },
  originVariable: 'ALGOLIA_PERSONALIZATION_URL',
  localOrigin: 'http://127.0.0.1:4010',
  callsPerMinute: 500,
  acls: ['search', 'browse', 'recommendation']
}

export const ANALYTICS: Api = {
  product: 'Analytics',
  origins: { us: 'https://analytics.us.algolia.com', eu: 'https://analytics.de.algolia.com' },
  originVariable: 'ALGOLIA_ANALYTICS_URL',
  localOrigin: 'http://127.0.0.1:4012',
  callsPerMinute: 100,
  acls: ['analytics']
}
