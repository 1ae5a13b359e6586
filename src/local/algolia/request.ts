import type { DailyRoute } from './analytics/daily'
import type { ListRoute } from './analytics/lists'

/** What is asked for, independent of HTTP's details and of which API it is asked of. */
export interface Request {
  method: string
  /** As it was sent, with the query. */
  path: string
  /** The path without the query. */
  pathname: string
  /** The name of the call, as the API's table of routes has it. */
  route: Route | 'wrongMethod' | 'unknown'
  /** The methods that would have been right for the path. */
  allowed: string[]
  query: URLSearchParams
  /** Percent-decoded; undefined when the path holds none, or none that can be decoded. */
  userID: string | undefined
  /** The index that the path or the query names. */
  index: string | undefined
  /** What else the path holds, by name, percent-decoded. */
  parameters: Readonly<Record<string, string | undefined>>
  /** '' when there is none. */
  body: string
}

/** The calls that the local Algolia knows, over all APIs. */
export type Route = PersonalizationRoute | InsightsRoute | AnalyticsRoute | SearchRoute
export type PersonalizationRoute =
  'listProfiles' | 'getProfile' | 'deleteProfile' | 'writeProfileSegments' | 'getConfig'

export type InsightsRoute = 'pushEvents' | 'deleteUserToken'
export type AnalyticsRoute = DailyRoute | ListRoute | 'analyticsStatus'
export type SearchRoute =
  | 'search'
  | 'searchSeveral'
  | 'saveRule'
  | 'saveRules'
  | 'getRule'
  | 'searchRules'
  | 'deleteRule'
  | 'clearRules'
  | 'getTask'

/** The calls of an API: a path, whose named groups are its parameters, and a call for each method. */
export type RouteTable<Name extends Route = Route> = readonly {
  readonly pattern: RegExp
  readonly methods: Readonly<Record<string, Name>>
}[]

export function readRequest(routes: RouteTable, method: string, path: string, body: string): Request {
  // Not `new URL`, which would change the path.
  const [pathname = '', ...rest] = path.split('?')
  const query = new URLSearchParams(rest.join('?'))
  const request = { method, path, pathname, query, body, userID: undefined, index: query.get('index') ?? undefined }
  for (const { pattern, methods } of routes) {
    const match = pattern.exec(pathname)
    if (!match) continue
    const groups = Object.entries(match.groups ?? {})
    const parameters = Object.fromEntries(groups.map(([name, text]) => [name, decode(text)]))
    const { userID, index = request.index } = parameters
    const route = methods[method] ?? 'wrongMethod'
    return { ...request, route, allowed: Object.keys(methods), userID, index, parameters }
  }
  return { ...request, route: 'unknown', allowed: [], parameters: {} }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
