/** How a search finds, ranks and shows records. */
import { catalogue, recordOf, type ShopRecord } from '../shop/catalogue'
import { gain, listFilter, textFilter } from './filters'
import type { SearchParameters } from './parameters'
import { parametersIn, readParameters } from './parameters'
import { applies, type Rule } from './rules'

export interface Found {
  readonly hits: readonly ShopRecord[]
  /** Those that match, those that are promoted among them. */
  readonly all: readonly ShopRecord[]
  readonly applied: readonly Rule[]
  /** The parameters with what rules changed. */
  readonly parameters: SearchParameters
}

/** Searches an index that there is. `now` is in Unix seconds. A text says what is wrong with the parameters. */
export function search(
  index: string,
  request: Readonly<Record<string, unknown>>,
  rules: readonly Rule[],
  now: number
): Found | string {
  const asked = readParameters(parametersIn(request))
  if (typeof asked === 'string') return asked
  const applied = asked.enableRules ? rules.filter((rule) => applies(rule, { ...asked, now })) : []
  const parameters = applied.reduce<SearchParameters | string>(withParametersOf, asked)
  if (typeof parameters === 'string') return parameters
  const all = withPromoted(index, applied, ranked(index, parameters))
  const { page, hitsPerPage } = parameters
  return { applied, parameters, all, hits: all.slice(page * hitsPerPage, (page + 1) * hitsPerPage) }
}

/** What a rule's `params` make of a search: filters are added to its own, all else takes the place of its own. */
function withParametersOf(
  asked: SearchParameters | string,
  { consequence: { params } }: Rule
): SearchParameters | string {
  if (typeof asked === 'string' || !params) return asked
  const { query, filters, optionalFilters, facetFilters, ...others } = params
  const merged = {
    ...asked,
    ...others,
    query: rewritten(asked.query, query),
    filters: [asked.filters, filters].filter((text) => typeof text === 'string' && text !== '').join(' AND '),
    optionalFilters: [asked.optionalFilters, optionalFilters].flatMap((some) => some ?? []),
    facetFilters: [asked.facetFilters, facetFilters].flatMap((some) => some ?? [])
  }
  return readParameters(merged)
}

/** A rule's query is another one, or words of the query to remove or replace. */
function rewritten(query: string, change: unknown): string {
  if (typeof change === 'string') return change
  const { remove = [], edits = [] } = (change ?? {}) as {
    remove?: readonly string[]
    edits?: readonly { type: 'remove' | 'replace'; delete: string; insert?: string }[]
  }
  const all = [...remove.map((word) => ({ delete: word, insert: '' })), ...edits]
  return all.reduce((text, edit) => text.replace(edit.delete, edit.insert ?? '').trim(), query)
}

/** The matching records: first those that gain more by optional filters, then in the order of the index. */
function ranked(index: string, parameters: SearchParameters): ShopRecord[] {
  const words = wordsOf(parameters.query)
  const tests = [
    textFilter(parameters.filters),
    listFilter(parameters.facetFilters),
    listFilter(parameters.numericFilters)
  ]
  const gainOf = gain(parameters.optionalFilters)
  return catalogue
    .get(index)!
    .filter((record) => tests.every((test) => test(record)) && matches(record, words))
    .map((record) => ({ record, gained: gainOf(record) }))
    .sort((left, right) => right.gained - left.gained)
    .map(({ record }) => record)
}

function withPromoted(index: string, applied: readonly Rule[], records: readonly ShopRecord[]): ShopRecord[] {
  const hidden = new Set(applied.flatMap(({ consequence }) => consequence.hide ?? []).map(({ objectID }) => objectID))
  const promotions = applied
    .flatMap(({ consequence }) => consequence.promote ?? [])
    .flatMap(({ objectID, objectIDs = [], position }) =>
      [...(objectID === undefined ? [] : [objectID]), ...objectIDs].map((id, offset) => ({
        id,
        place: position + offset
      }))
    )
    .sort((left, right) => left.place - right.place)
  const result = records.filter(
    ({ objectID }) => !hidden.has(objectID) && !promotions.some(({ id }) => id === objectID)
  )
  for (const { id, place } of promotions) {
    const record = recordOf(index, id)
    if (record && !hidden.has(id)) result.splice(place, 0, record)
  }
  return result
}

export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** Each word of the query begins a word of the record. */
function matches({ name, category, brand, color }: ShopRecord, words: readonly string[]): boolean {
  const own = [name, category, brand, color].flatMap(wordsOf)
  return words.every((word) => own.some((candidate) => candidate.startsWith(word)))
}
