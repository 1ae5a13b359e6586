/** What a search answers. */
import type { ShopRecord } from '../shop/catalogue'
import { wordsOf, type Found } from './engine'
import type { SearchParameters } from './parameters'

/** The answer to one search. */
export function resultOf(
  index: string,
  { hits, all, applied, parameters }: Found,
  queryID: string | undefined
): object {
  const { query, page, hitsPerPage, getRankingInfo } = parameters
  const userData = applied.map(({ consequence }) => consequence.userData).filter((data) => data !== undefined)
  return {
    hits: hits.map((record) => hitOf(record, parameters)),
    nbHits: all.length,
    ...{ page, hitsPerPage, query, index },
    nbPages: hitsPerPage === 0 ? 0 : Math.ceil(all.length / hitsPerPage),
    ...facetsOf(all, parameters.facets),
    exhaustive: { nbHits: true, facetsCount: true, typo: true },
    exhaustiveNbHits: true,
    params: '',
    renderingContent: {},
    processingTimeMS: 1,
    ...(queryID !== undefined && { queryID }),
    ...(userData.length > 0 && { userData }),
    ...(getRankingInfo && { appliedRules: applied.map(({ objectID }) => ({ objectID })) })
  }
}

function hitOf(record: ShopRecord, parameters: SearchParameters): object {
  const { query, attributesToRetrieve, highlightPreTag, highlightPostTag } = parameters
  const all = attributesToRetrieve.includes('*')
  const shown = Object.entries(record).filter(([name]) => all || attributesToRetrieve.includes(name))
  const words = wordsOf(query)
  const highlights = shown
    .filter(([name, value]) => typeof value === 'string' && name !== 'objectID')
    .map(([name, value]) => [name, highlight(String(value), words, highlightPreTag, highlightPostTag)] as const)
  return {
    ...Object.fromEntries(shown),
    objectID: record.objectID,
    _highlightResult: Object.fromEntries(highlights)
  }
}

function highlight(text: string, words: readonly string[], before: string, after: string): object {
  const matched = new Set<string>()
  const value = text.replaceAll(/[\p{L}\p{N}]+/gu, (own) => {
    const word = words.find((candidate) => own.toLowerCase().startsWith(candidate))
    if (word === undefined) return own
    matched.add(word)
    return before + own.slice(0, word.length) + after + own.slice(word.length)
  })
  const matchLevel = matched.size === 0 ? 'none' : matched.size === words.length ? 'full' : 'partial'
  return { value, matchLevel, matchedWords: [...matched], ...(matched.size > 0 && { fullyHighlighted: false }) }
}

/** How many records have each value. */
function facetsOf(records: readonly ShopRecord[], asked: readonly string[]): object {
  if (asked.length === 0) return {}
  const names = asked.includes('*') ? ['category', 'brand', 'color', 'price'] : asked
  const facets: Record<string, Record<string, number>> = {}
  const stats: Record<string, { min: number; max: number; avg: number; sum: number }> = {}
  for (const name of names) {
    const values = records.map((record) => record[name as keyof ShopRecord]).filter((value) => value !== undefined)
    if (values.length === 0) continue
    const counts = (facets[name] ??= {})
    for (const value of values) counts[value] = (counts[value] ?? 0) + 1
    const numbers = values.filter((value) => typeof value === 'number')
    if (numbers.length === 0) continue
    const sum = numbers.reduce((left, right) => left + right, 0)
    stats[name] = { min: Math.min(...numbers), max: Math.max(...numbers), avg: sum / numbers.length, sum }
  }
  return { facets, facets_stats: stats, exhaustiveFacetsCount: true }
}
