import { randomBytes } from 'node:crypto'
import { failure, success, type Answer } from '../../http/answer'
import type { Api } from '../api'
import type { Request, RouteTable, SearchRoute } from '../request'
import { catalogue } from '../shop/catalogue'
import { search } from './engine'
import { resultOf } from './results'
import { flawOfRule, type Rule, type RuleStore } from './rules'
import type { SearchLog } from './search-log'

const index = '(?<index>[^/]+)'
const routes: RouteTable<SearchRoute> = [
  { pattern: /^\/1\/indexes\/(?:\*|%2A)\/queries$/i, methods: { POST: 'searchSeveral' } },
  { pattern: new RegExp(`^/1/indexes/${index}/query$`), methods: { POST: 'search' } },
  { pattern: new RegExp(`^/1/indexes/${index}/rules/batch$`), methods: { POST: 'saveRules' } },
  { pattern: new RegExp(`^/1/indexes/${index}/rules/search$`), methods: { POST: 'searchRules' } },
  { pattern: new RegExp(`^/1/indexes/${index}/rules/clear$`), methods: { POST: 'clearRules' } },
  {
    pattern: new RegExp(`^/1/indexes/${index}/rules/(?<objectID>[^/]+)$`),
    methods: { PUT: 'saveRule', GET: 'getRule', DELETE: 'deleteRule' }
  },
  { pattern: new RegExp(`^/1/indexes/${index}/task/\\d+$`), methods: { GET: 'getTask' } }
]

export interface SearchContext {
  readonly rules: RuleStore
  readonly searches: SearchLog
  readonly clock: () => number
}

/** As much of Algolia's Search API as shows what rules do to a search. */
export function searchApi(context: SearchContext): Api {
  return {
    routes,
    forBrowsers: true,
    requiredAcl: ({ route }) => aclOf[route as SearchRoute] ?? [],
    rateLimit: () => false,
    unauthenticated: failure(403, 'Invalid Application-ID or API key'),
    forbidden: () => failure(403, 'Method not allowed with this API key'),
    local: { '/_local/searches': () => context.searches.all },
    answer: (request) => {
      const { route } = request
      if (route === 'wrongMethod') return failure(405, 'Method Not Allowed', { allow: request.allowed.join(', ') })
      if (route === 'unknown') return failure(404, 'Not Found')
      if (request.body === '' || isObjectOrList(parsed(request.body)))
        return answers[route as SearchRoute](request, context)
      return failure(400, 'Invalid JSON body')
    }
  }
}

const aclOf: Partial<Record<SearchRoute, readonly string[]>> = {
  search: ['search'],
  searchSeveral: ['search'],
  getRule: ['settings'],
  searchRules: ['settings'],
  saveRule: ['editSettings'],
  saveRules: ['editSettings'],
  deleteRule: ['editSettings'],
  clearRules: ['editSettings']
}

type Json = Readonly<Record<string, unknown>>

const answers: Record<SearchRoute, (request: Request, context: SearchContext) => Answer> = {
  search: (request, context) => {
    const result = searchOnce(request.index ?? '', bodyOf(request), context)
    return 'failed' in result ? result.failed : success(JSON.stringify(result.found))
  },
  searchSeveral: (request, context) => {
    const { requests } = bodyOf(request)
    if (!Array.isArray(requests)) return failure(400, 'requests must be a list')
    const results = (requests as readonly Json[]).map(({ indexName, ...query }) =>
      searchOnce(String(indexName as string), query, context)
    )
    const failed = results.find((result) => 'failed' in result)
    if (failed) return failed.failed
    return success(JSON.stringify({ results: results.map((result) => 'found' in result && result.found) }))
  },
  getRule: ({ index: name = '', parameters }, { rules }) => {
    const rule = rules.of(name).find(({ objectID }) => objectID === parameters.objectID)
    return rule ? success(JSON.stringify(rule)) : failure(404, 'ObjectID does not exist')
  },
  searchRules: ({ index: name = '' }, { rules }) => {
    const hits = rules.of(name)
    return success(JSON.stringify({ hits, nbHits: hits.length, page: 0, nbPages: 1 }))
  },
  saveRule: (request, context) => {
    const rule = { ...bodyOf(request), objectID: request.parameters.objectID }
    return save(request, [rule], context)
  },
  saveRules: (request, context) => {
    const rules = parsed(request.body)
    if (!Array.isArray(rules)) return failure(400, 'Rules must be a list')
    if (request.query.get('clearExistingRules') === 'true') context.rules.clear(request.index ?? '')
    return save(request, rules, context)
  },
  deleteRule: (request, context) => {
    context.rules.delete(request.index ?? '', request.parameters.objectID ?? '')
    return changed(context)
  },
  clearRules: (request, context) => {
    context.rules.clear(request.index ?? '')
    return changed(context)
  },
  getTask: () => success(JSON.stringify({ status: 'published', pendingTask: false }))
}

function searchOnce(name: string, query: Json, context: SearchContext): { found: object } | { failed: Answer } {
  if (!catalogue.has(name)) return { failed: failure(404, `Index ${name} does not exist`) }
  const now = context.clock()
  const found = search(name, query, context.rules.of(name), Math.floor(now / 1000))
  if (typeof found === 'string') return { failed: failure(400, found) }
  const queryID = found.parameters.clickAnalytics ? randomBytes(16).toString('hex') : undefined
  context.searches.add(name, found, queryID, now)
  return { found: resultOf(name, found, queryID) }
}

function save({ index: name = '' }: Request, rules: readonly unknown[], context: SearchContext): Answer {
  const flaw = rules.map(flawOfRule).find(Boolean)
  if (flaw !== undefined) return failure(400, flaw)
  context.rules.save(name, rules as readonly Rule[])
  return changed(context)
}

/** Changes are there at once, so any task is done. */
function changed({ clock }: SearchContext): Answer {
  return success(JSON.stringify({ taskID: 1, updatedAt: new Date(clock()).toISOString() }))
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function bodyOf({ body }: Request): Json {
  return (parsed(body) ?? {}) as Json
}

function isObjectOrList(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
