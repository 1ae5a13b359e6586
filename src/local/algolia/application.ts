import { failure, type Answer } from './answer'
import type { RateLimit } from './rate-limit'

/** The Algolia application that the server stands in for. Every property can be changed while it runs. */
export interface Application {
  appId: string
  apiKey: string
  /** What the key may do. Everything here needs `search`, `browse` and `recommendation`: without, calls answer 401. */
  acl: string[]
  /** Whether the plan includes Advanced Personalization; calls answer 402 when not. */
  planIncludesFeature: boolean
  /** Whether profile segments can be written; if not, the status (404 or 405) that writes answer. */
  segmentsEndpoint: true | 404 | 405
  /** `false` for no limit, and no headers about it. */
  rateLimit: RateLimit | false
}

/** The ACLs that Algolia's API description asks for, for each of the calls here. */
export const requiredAcl = ['search', 'browse', 'recommendation']

/** Whether the request carries the application's id and key, in its headers. */
export function isAuthenticated(application: Application, headers: Record<string, unknown>): boolean {
  return (
    headers['x-algolia-application-id'] === application.appId && headers['x-algolia-api-key'] === application.apiKey
  )
}

/** The answer to a request that doesn't. The text is the one in the API description. */
export const unauthenticated = failure(401, 'Invalid Application-Id or API-Key')

/** The refusal that the key's ACLs or the plan call for, if any. */
export function refusal(application: Application): Answer | undefined {
  const missing = requiredAcl.filter((permission) => !application.acl.includes(permission))
  if (missing.length > 0) {
    return failure(401, `Method not allowed with this API key: it lacks the ACL ${missing.join(', ')}`)
  }
  if (!application.planIncludesFeature) {
    // The text in the API description.
    const support = 'Please contact support to upgrade your plan: https://support.algolia.com/'
    return failure(402, `Predictive profiles are not allowed for this app. ${support}`)
  }
  return undefined
}
