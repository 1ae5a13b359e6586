import { failure, type Answer } from './answer'

/** The Algolia application that the server stands in for. Every property can be changed while it runs. */
export interface Application {
  appId: string
  apiKey: string
  /** What the key may do; all of `requiredAcl` is needed for anything here. */
  acl: string[]
  /** Whether the plan includes Advanced Personalization; calls answer 402 when not. */
  planIncludesFeature: boolean
  /** Whether profile segments can be written; if not, the status (404 or 405) that writes answer. */
  segmentsEndpoint: true | 404 | 405
}

/** The ACLs that Algolia's API description asks for, for each of the calls here. */
export const requiredAcl = ['search', 'browse', 'recommendation']

/** Whether the request carries the application's id and key, in the headers. */
export function isAuthenticated(application: Application, headers: Record<string, unknown>): boolean {
  return (
    headers['x-algolia-application-id'] === application.appId && headers['x-algolia-api-key'] === application.apiKey
  )
}

/** The refusal that the key's ACLs or the plan call for, if any. */
export function refusal(application: Application): Answer | undefined {
  const missing = requiredAcl.filter((permission) => !application.acl.includes(permission))
  if (missing.length > 0) {
    return failure(401, `Method not allowed with this API key: it lacks the ACL ${missing.join(', ')}`)
  }
  if (!application.planIncludesFeature) {
    // The text of the API description.
    return failure(
      402,
      'Predictive profiles are not allowed for this app. Please contact support to upgrade your plan: https://support.algolia.com/'
    )
  }
  return undefined
}
