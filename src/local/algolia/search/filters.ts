/** Algolia's filters: conditions on records, in its three notations. */
import type { ShopRecord } from '../shop/catalogue'

type Test = (record: ShopRecord) => boolean

/** One condition: `brand:Nike`, `price < 50`, `price:10 TO 20`, with `NOT` or `-` before what must not hold. */
function condition(text: string): Test {
  const [, not, positive = ''] = /^\s*(NOT\s+|-)?(.*?)\s*$/s.exec(text) ?? []
  const test = positiveCondition(positive)
  return not ? (record) => !test(record) : test
}

function positiveCondition(text: string): Test {
  const [, name, operator, number] = /^([^:<>=!]+?)\s*(<=|>=|!=|<|>|=)\s*(-?[\d.]+)$/.exec(text) ?? []
  if (name && operator) return (record) => compare(attribute(record, name), operator, Number(number))
  const colon = text.indexOf(':')
  const [facet, value] = [unquoted(text.slice(0, colon)), unquoted(text.slice(colon + 1))]
  const [, low, high] = /^(-?[\d.]+) TO (-?[\d.]+)$/.exec(value) ?? []
  if (low !== undefined) {
    return (record) =>
      Number(attribute(record, facet)) >= Number(low) && Number(attribute(record, facet)) <= Number(high)
  }
  return (record) => String(attribute(record, facet)).toLowerCase() === value.toLowerCase()
}

function attribute(record: ShopRecord, name: string): string | number | undefined {
  return Object.hasOwn(record, name) ? record[name as keyof ShopRecord] : undefined
}

function compare(left: string | number | undefined, operator: string, right: number): boolean {
  if (typeof left !== 'number') return false
  if (operator === '<') return left < right
  if (operator === '>') return left > right
  if (operator === '<=') return left <= right
  if (operator === '>=') return left >= right
  return (left === right) === (operator === '=')
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/s, '$2')
}

/** The `filters` of a search: conditions joined by `AND`, each perhaps several in brackets joined by `OR`. */
export function textFilter(text: string): Test {
  if (text.trim() === '') return () => true
  const groups = outsideQuotes(text, 'AND').map((group) =>
    outsideQuotes(group.trim().replace(/^\((.*)\)$/s, '$1'), 'OR').map(condition)
  )
  return (record) => groups.every((alternatives) => alternatives.some((test) => test(record)))
}

function outsideQuotes(text: string, word: 'AND' | 'OR'): string[] {
  const parts: string[] = ['']
  for (const [piece] of text.matchAll(/"[^"]*"|'[^']*'|\s+(?:AND|OR)\s+|[^"'\s]+|\s+|["']/g)) {
    if (piece.trim() === word) parts.push('')
    else parts[parts.length - 1] += piece
  }
  return parts
}

/** `facetFilters` or `numericFilters`: a list of conditions, in which a list is of alternatives. */
export function listFilter(input: unknown): Test {
  const groups = groupsIn(input).map((group) => group.map(condition))
  return (record) => groups.every((alternatives) => alternatives.some((test) => test(record)))
}

/** `optionalFilters`: what a record gains by those that it meets; a list of alternatives gives its best. */
export function gain(input: unknown): (record: ShopRecord) => number {
  const groups = groupsIn(input).map((group) =>
    group.map((text) => {
      const [, filter = '', score = '1'] = /^(.*?)(?:<score=(\d+)>)?$/s.exec(text) ?? []
      return { test: condition(filter), score: Number(score) }
    })
  )
  return (record) =>
    groups.reduce((sum, group) => sum + Math.max(0, ...group.map(({ test, score }) => (test(record) ? score : 0))), 0)
}

function groupsIn(input: unknown): string[][] {
  if (typeof input === 'string')
    return input
      .split(',')
      .filter((text) => text !== '')
      .map((text) => [text])
  if (!Array.isArray(input)) return []
  return input.map((group) => (Array.isArray(group) ? group.map(String) : [String(group)]))
}
