import { ruleContextsOf } from '../contexts'
import { type LocalAlgolia, recordOf } from '../local/algolia'

const INDEX = 'products'

/** Has searches with a context put products of some categories first, as a rule in Algolia's dashboard would. */
export async function saveRule(algolia: LocalAlgolia, context: string, categories: readonly string[]): Promise<void> {
  const optionalFilters = [categories.map((category) => `category:${category}`)]
  const rule = { objectID: context, conditions: [{ context }], consequence: { params: { optionalFilters } } }
  await post(algolia, `/1/indexes/${INDEX}/rules/batch`, [rule])
}

/** What a search went with, and what it found. */
export interface Search {
  readonly ruleContexts: readonly string[]
  /** What the first hits are about. */
  readonly firstHits: readonly string[]
}

/** A shopper's search, as a shop's backend makes it: with the contexts that the profile gives. */
export async function searchAs(algolia: LocalAlgolia, userToken: string): Promise<Search> {
  const ruleContexts = ruleContextsOf(algolia.profiles.get(userToken) ?? {}, { sources: ['segment'] })
  const search = { userToken, ruleContexts, hitsPerPage: 3 }
  const { hits } = (await post(algolia, `/1/indexes/${INDEX}/query`, search)) as { hits: { objectID: string }[] }
  const firstHits = hits.map(({ objectID }) => recordOf(INDEX, objectID)?.category ?? objectID)
  return { ruleContexts, firstHits }
}

/** Whether a search has one of some categories first, and one before it hadn't. */
export function isReranked(before: Search, after: Search, categories: readonly string[]): boolean {
  const [first = ''] = after.firstHits
  return categories.includes(first) && !categories.includes(before.firstHits[0] ?? '')
}

async function post({ urls, application }: LocalAlgolia, path: string, body: unknown): Promise<unknown> {
  const headers = { 'x-algolia-application-id': application.appId, 'x-algolia-api-key': application.apiKey }
  const response = await fetch(urls.search + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`The local Algolia's search answered ${response.status}: ${await response.text()}`)
  return response.json()
}
