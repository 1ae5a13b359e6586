/** The calls of the API that the server knows. */
export type Route = 'listProfiles' | 'getProfile' | 'deleteProfile' | 'writeProfileSegments' | 'getConfig'

/** What is asked for, independent of HTTP's details. */
export interface Request {
  method: string
  /** As it was sent, with the query. */
  path: string
  route: Route | 'wrongMethod' | 'unknown'
  /** The methods that would have been right for the path. */
  allowed: string[]
  query: URLSearchParams
  /** Percent-decoded; undefined when the path holds none, or none that can be decoded. */
  userID: string | undefined
  /** '' when there is none. */
  body: string
}

const routes: { pattern: RegExp; methods: Record<string, Route> }[] = [
  { pattern: /^\/2\/users$/, methods: { GET: 'listProfiles' } },
  { pattern: /^\/2\/users\/([^/]*)$/, methods: { GET: 'getProfile', DELETE: 'deleteProfile' } },
  { pattern: /^\/2\/users\/([^/]*)\/segments$/, methods: { PUT: 'writeProfileSegments' } },
  { pattern: /^\/2\/config$/, methods: { GET: 'getConfig' } }
]

export function readRequest(method: string, path: string, body: string): Request {
  // Not `new URL`, which would change the path.
  const [pathname = '', ...rest] = path.split('?')
  const request = { method, path, query: new URLSearchParams(rest.join('?')), body, userID: undefined, allowed: [] }
  for (const { pattern, methods } of routes) {
    const match = pattern.exec(pathname)
    if (!match) continue
    const userID = match[1] === undefined ? undefined : decode(match[1])
    return { ...request, route: methods[method] ?? 'wrongMethod', allowed: Object.keys(methods), userID }
  }
  return { ...request, route: 'unknown' }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
