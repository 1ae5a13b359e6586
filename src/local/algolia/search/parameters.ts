/** What a search is asked, read from its parameters. Those that change nothing here are let pass. */

/** A search's parameters, as far as they do something here. */
export interface SearchParameters {
  readonly query: string
  readonly page: number
  readonly hitsPerPage: number
  readonly filters: string
  readonly facetFilters: unknown
  readonly numericFilters: unknown
  readonly optionalFilters: unknown
  readonly facets: readonly string[]
  readonly ruleContexts: readonly string[]
  readonly enableRules: boolean
  readonly userToken: string | undefined
  readonly analyticsTags: readonly string[]
  readonly clickAnalytics: boolean
  readonly getRankingInfo: boolean
  readonly attributesToRetrieve: readonly string[]
  readonly highlightPreTag: string
  readonly highlightPostTag: string
}

/** The parameters of a request that has them as JSON, as the text of a query in `params`, or both. */
export function parametersIn(request: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { params, ...others } = request
  if (typeof params !== 'string') return others
  return {
    ...Object.fromEntries(
      [...new URLSearchParams(params)].map(([name, text]) => [name, name === 'query' ? text : valueOf(text)])
    ),
    ...others
  }
}

/** In a query, what is no JSON is a text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Reads parameters; a text says what is wrong with them. */
export function readParameters(input: Readonly<Record<string, unknown>>): SearchParameters | string {
  const page = input.page ?? 0
  const hitsPerPage = input.hitsPerPage ?? 20
  if (!isWhole(page) || !isWhole(hitsPerPage) || hitsPerPage > 1000) {
    return 'invalid value for page or hitsPerPage, expected integers, at most 1000 hits'
  }
  const ruleContexts = listIn(input.ruleContexts)
  if (ruleContexts.length > 10) return 'ruleContexts: too many contexts, at most 10 are allowed'
  const odd = ruleContexts.find((context) => !/^[A-Za-z0-9_-]+$/.test(context))
  if (odd !== undefined) return `ruleContexts: invalid context ${JSON.stringify(odd)}`
  const userToken = input.userToken === undefined ? undefined : textIn(input.userToken)
  if (userToken !== undefined && !/^[A-Za-z0-9_=/+-]{1,129}$/.test(userToken)) return 'userToken: invalid user token'
  return {
    query: textIn(input.query),
    ...{ page, hitsPerPage, ruleContexts, userToken },
    filters: typeof input.filters === 'string' ? input.filters : '',
    facetFilters: input.facetFilters,
    numericFilters: input.numericFilters,
    optionalFilters: input.optionalFilters,
    facets: listIn(input.facets),
    enableRules: input.enableRules !== false,
    analyticsTags: listIn(input.analyticsTags),
    clickAnalytics: input.clickAnalytics === true,
    getRankingInfo: input.getRankingInfo === true,
    attributesToRetrieve: listIn(input.attributesToRetrieve ?? ['*']),
    highlightPreTag: textIn(input.highlightPreTag, '<em>'),
    highlightPostTag: textIn(input.highlightPostTag, '</em>')
  }
}

/** A list of texts, or one with commas. */
function listIn(value: unknown): string[] {
  if (typeof value === 'string') return value.split(',').filter((text) => text !== '')
  return Array.isArray(value) ? value.map(String) : []
}

function textIn(value: unknown, otherwise = ''): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? value : otherwise
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0
}
