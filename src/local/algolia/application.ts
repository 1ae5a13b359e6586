import type { PersonalizationSettings } from './personalization/configuration'
import type { RateLimit } from './rate-limit'

/** The Algolia application that the server stands in for. Every property can be changed while it runs. */
export interface Application {
  appId: string
  apiKey: string
  /** What `apiKey` may do. */
  acl: string[]
  /** Further keys, and what each may do. */
  keys: Record<string, readonly string[]>
  /** Where the application lives. */
  region: Region
  /** The region whose hosts the server stands in for, unless the request's `Host` names one. */
  servedRegion: Region
  /** Whether the plan includes Advanced Personalization; its calls answer 402 when not. */
  planIncludesFeature: boolean
  personalization: PersonalizationSettings
  /** What of the Analytics API the plan includes; calls for the rest answer 402. */
  analyticsPlan: 'revenue' | 'without revenue' | 'none'
  /**
   * Whether profile segments can be written. If not, the status (404 or 405) that writes answer; or `ignored`: they are
   * answered as if they had been. `empty` writes, and answers without a body; `page` answers with a page of HTML.
   */
  segmentsEndpoint: true | 404 | 405 | 'empty' | 'page' | 'ignored'
  /** Whether lists of profiles hold their segments, as single profiles do. */
  listsHoldSegments: boolean
  /** Whether a write of segments counts as an update of the profile. */
  writesCountAsUpdates: boolean
  /** Advanced Personalization's; `false` for no limit, and no headers about it. */
  rateLimit: RateLimit | false
  /** The Analytics API's. */
  analyticsRateLimit: RateLimit | false
  /** The Insights API's for deletions: events have none that is known. */
  insightsRateLimit: RateLimit | false
}

export const regions = ['us', 'eu'] as const
export type Region = (typeof regions)[number]

/** The ACLs that Advanced Personalization asks for, for each of its calls. */
export const requiredAcl = ['search', 'browse', 'recommendation']

/** What the main key may do unless told otherwise: everything here. */
export const everyAcl = [...requiredAcl, 'analytics', 'deleteObject', 'settings', 'editSettings']

/** What the key of these credentials may do; undefined when the application doesn't know it. */
export function aclOf(application: Application, appId: unknown, apiKey: unknown): readonly string[] | undefined {
  if (appId !== application.appId || typeof apiKey !== 'string') return undefined
  if (apiKey === application.apiKey) return application.acl
  return Object.hasOwn(application.keys, apiKey) ? application.keys[apiKey] : undefined
}

/** Whether the application lives where the call goes: to the region that the host's name tells, else the served one. */
export function livesThere({ region, servedRegion }: Application, host = ''): boolean {
  const named = /(?:^|\.)(us|eu|de)\.(?:algolia\.|localhost\b)/.exec(host)?.[1]
  // Insights and Analytics call the European region by the country of its hosts.
  return (named === 'de' ? 'eu' : (named ?? servedRegion)) === region
}
