import { type Day, type DayRange, daysOf } from './days'
import { type EndpointName, ENDPOINT_NAMES, endpointOf, LARGEST_PAGE } from './endpoints'

/** What is asked alike of every index and day. */
export interface Question {
  readonly tags: string | undefined
  /** Entries of a list for a day and index, at most. */
  readonly limit: number
  /** Whose filters are asked for; without any, those most used on each day. */
  readonly filterAttributes: readonly string[]
}

/** As many of a day's most used attributes have their filters asked for, where none are named. */
export const MOST_USED_ATTRIBUTES = 10

/** What is got in one go, by one call where the API allows that: an index and a range, or a single day for lists. */
export interface Step extends DayRange {
  readonly index: string
  /** What is told: two where they share a call. */
  readonly names: readonly EndpointName[]
}

/** The days that are to be read, for each endpoint and index. */
export type Ranges = ReadonlyMap<EndpointName, ReadonlyMap<string, DayRange>>

/**
 * What to ask for, in order: what the API breaks down by day first, as it takes a call an index; then lists, day after
 * day. What shares a call is one step.
 */
export function stepsOf(ranges: Ranges, question: Question): Step[] {
  const sharesCall = ranges.has('top_filter_attributes') && question.filterAttributes.length === 0
  return ENDPOINT_NAMES.flatMap((name) => {
    const indices = [...(ranges.get(name) ?? [])]
    if (endpointOf(name).gives === 'day') {
      return indices
        .filter(([, range]) => range.from <= range.to)
        .map(([index, range]) => ({ index, names: [name], ...range }))
    }
    if (name === 'top_filters' && sharesCall) return []
    if (name === 'top_filter_attributes' && sharesCall) return shared(name, 'top_filters', ranges)
    return indices.flatMap(([index, range]) =>
      daysOf(range).map((day) => ({ index, names: [name], from: day, to: day }))
    )
  })
}

/** The steps of two that share a call, each day with those of them that want it. */
function shared(one: EndpointName, other: EndpointName, ranges: Ranges): Step[] {
  const indices = new Set([one, other].flatMap((name) => [...(ranges.get(name)?.keys() ?? [])]))
  return [...indices].flatMap((index) => {
    const wanted = new Map<Day, EndpointName[]>()
    for (const name of [one, other]) {
      const range = ranges.get(name)?.get(index)
      for (const day of range === undefined ? [] : daysOf(range)) wanted.set(day, [...(wanted.get(day) ?? []), name])
    }
    return [...wanted]
      .sort(([day], [next]) => (day < next ? -1 : 1))
      .map(([day, names]) => ({ index, names, from: day, to: day }))
  })
}

/** Calls that steps take: all of them, or at least so many where it depends on what lists hold. */
export interface CallCount {
  readonly calls: number
  readonly isLeast: boolean
}

export function callsOf(steps: readonly Step[], question: Question): CallCount {
  const counts = steps.map(({ names }): CallCount => {
    const { filterAttributes, limit } = question
    if (names.includes('top_filters')) {
      return filterAttributes.length > 0
        ? { calls: filterAttributes.filter(hasPath).length, isLeast: false }
        : { calls: 1, isLeast: true }
    }
    return { calls: 1, isLeast: names.some((name) => endpointOf(name).gives === 'on') && limit > LARGEST_PAGE }
  })
  return {
    calls: counts.reduce((sum, { calls }) => sum + calls, 0),
    isLeast: counts.some(({ isLeast }) => isLeast)
  }
}

/** Whether an attribute's filters can be asked for: `filters/noResults` is another endpoint. */
export function hasPath(attribute: string): boolean {
  return (
    attribute !== '' && attribute !== 'noResults' && attribute !== '.' && attribute !== '..' && isWellFormed(attribute)
  )
}

function isWellFormed(text: string): boolean {
  try {
    encodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
