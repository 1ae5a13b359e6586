import { failure } from '../../http/answer'
import type { Api } from '../api'
import { requiredAcl } from '../application'
import type { PersonalizationRoute, RouteTable } from '../request'
import { answerRequest, type AnswerContext } from './endpoints'

const routes: RouteTable<PersonalizationRoute> = [
  { pattern: /^\/2\/users$/, methods: { GET: 'listProfiles' } },
  { pattern: /^\/2\/users\/(?<userID>[^/]*)$/, methods: { GET: 'getProfile', DELETE: 'deleteProfile' } },
  { pattern: /^\/2\/users\/(?<userID>[^/]*)\/segments$/, methods: { PUT: 'writeProfileSegments' } },
  { pattern: /^\/2\/config$/, methods: { GET: 'getConfig' } }
]

/** Algolia's Advanced Personalization API. */
export function personalizationApi(context: AnswerContext): Api {
  const { application } = context
  return {
    routes,
    regional: true,
    requiredAcl: () => requiredAcl,
    rateLimit: () => application.rateLimit,
    // The texts are those of the API description.
    unauthenticated: failure(401, 'Invalid Application-Id or API-Key'),
    forbidden: (missing) =>
      failure(401, `Method not allowed with this API key: it lacks the ACL ${missing.join(', ')}`),
    answer: (request) => (application.planIncludesFeature ? answerRequest(request, context) : planLacksFeature)
  }
}

const planLacksFeature = failure(
  402,
  'Predictive profiles are not allowed for this app. Please contact support to upgrade your plan: https://support.algolia.com/'
)
