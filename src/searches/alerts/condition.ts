import { type EndpointName } from '../../algolia/analytics/endpoints'
import { listed } from '../../report/words'

/**
 * The language of alerts:
 *
 *     alert  := metric ["change"] (">" | ">=" | "<" | "<=") number ["%"] ["for" count ("day" | "days")] ["on" index]
 *     metric := "searches" | … | "revenue:" currency
 *
 * A percentage is a hundredth: `15%` is `0.15`. Each alert has one canonical text, so that what is written in two ways is one.
 */

/** Where a metric's figure of a day stands. */
interface Metric {
  readonly endpoint: EndpointName
  readonly field: 'count' | 'rate' | 'average' | 'revenue'
}

/** Metrics by their names, which are those of the streams. Revenue is told apart by its currency. */
const METRICS: ReadonlyMap<string, Metric> = new Map(
  (
    [
      ['searches', 'count'],
      ['users', 'count'],
      ['no_result_rate', 'rate'],
      ['no_click_rate', 'rate'],
      ['click_through_rate', 'rate'],
      ['average_click_position', 'average'],
      ['conversion_rate', 'rate'],
      ['add_to_cart_rate', 'rate'],
      ['purchase_rate', 'rate'],
      ['revenue', 'revenue']
    ] as const
  ).map(([endpoint, field]) => [endpoint, { endpoint, field }])
)

const OPERATORS = ['>', '>=', '<', '<='] as const
export type Operator = (typeof OPERATORS)[number]

/** The most days in a row that an alert may wait for. */
const MOST_DAYS = 90

/** As many digits as a number holds exactly, also as a hundredth and back. */
const NUMBER = /^-?\d{1,9}(\.\d{1,6})?$/
const PERCENTAGE = /^-?\d{1,9}(\.\d{1,4})?$/

/** A change that is written without a percent sign and is larger than this was meant to have one. */
const LARGEST_PLAIN_CHANGE = 10

/** What an alert says of a metric. */
export interface Condition {
  /** Its name, such as `no_result_rate` or `revenue:EUR`. */
  readonly metric: string
  /** Whether the figure is its change against the same weekday a week before. */
  readonly isChange: boolean
  readonly operator: Operator
  readonly threshold: number
  /** So many days in a row it has to hold. */
  readonly days: number
}

export interface Alert {
  readonly condition: Condition
  /** The index that it is about; all of them where none is named. */
  readonly index: string | undefined
}

/** An alert that can't be read; the message names the part that is wrong. */
export class UnreadableAlert extends Error {
  override readonly name = 'UnreadableAlert'
}

/** @returns where the figures of a condition's metric stand, and the currency of revenue */
export function metricOf({ metric }: Pick<Condition, 'metric'>): Metric & { readonly currency: string | undefined } {
  const [name = '', currency] = metric.split(':')
  const known = METRICS.get(name)
  if (known === undefined) throw new UnreadableAlert(`"${name}" is no metric: take ${namesOfMetrics()}`)
  return { ...known, currency }
}

/** @throws UnreadableAlert */
export function parseAlert(text: string): Alert {
  const words = new Words(text)
  const metric = readMetric(words.next())
  const isChange = words.take('change')
  const operator = readOperator(words.next(), metric)
  const threshold = readThreshold(words, metric, isChange)
  const days = words.take('for') ? readDays(words) : 1
  const index = words.take('on') ? words.rest() : undefined
  if (index === '') throw new UnreadableAlert('an index is missing after "on"')
  if (words.rest() !== '' && index === undefined) {
    throw new UnreadableAlert(
      `"${words.rest()}" is not understood: after the number there may be "for 2 days" and "on" with an index`
    )
  }
  return { condition: { metric, isChange, operator, threshold, days }, index }
}

/** @returns an alert's canonical text */
export function printAlert({ condition, index }: Alert): string {
  return index === undefined ? printCondition(condition) : `${printCondition(condition)} on ${index}`
}

/** @returns a condition's canonical text, by which it is known together with an index */
export function printCondition({ metric, isChange, operator, threshold, days }: Condition): string {
  const change = isChange ? ' change' : ''
  const duration = days > 1 ? ` for ${days} days` : ''
  const number = isChange ? `${printNumber(threshold * 100)}%` : printNumber(threshold)
  return `${metric}${change} ${operator} ${number}${duration}`
}

/** @returns whether a figure fulfils a condition */
export function isFulfilled({ operator, threshold }: Condition, figure: number): boolean {
  switch (operator) {
    case '>':
      return figure > threshold
    case '>=':
      return figure >= threshold
    case '<':
      return figure < threshold
    case '<=':
      return figure <= threshold
  }
}

/** The words of a text, one after the other: operators and percent signs are words without spaces around them, too. */
class Words {
  private left: string

  constructor(text: string) {
    this.left = text.trim()
  }

  next(): string {
    const [, word = ''] = /^([<>]=?|%|[^\s<>%]+)/.exec(this.left) ?? []
    this.left = this.left.slice(word.length).trimStart()
    return word
  }

  /** Takes a word if it comes next. */
  take(word: string): boolean {
    const before = this.left
    if (this.next() === word) return true
    this.left = before
    return false
  }

  /** All that is left, as it is. */
  rest(): string {
    return this.left
  }
}

function readMetric(word: string): string {
  const { endpoint } = metricOf({ metric: word })
  if (endpoint !== 'revenue' && word !== endpoint) {
    throw new UnreadableAlert(`"${word}" has a currency, which only revenue has`)
  }
  if (endpoint === 'revenue' && !/^revenue:[A-Z]{3}$/.test(word)) {
    throw new UnreadableAlert(`"${word}" must have its currency in three capital letters, as in revenue:EUR`)
  }
  return word
}

function readOperator(word: string, metric: string): Operator {
  const operator = OPERATORS.find((each) => each === word)
  if (operator !== undefined) return operator
  const found = word === '' ? 'nothing' : `"${word}"`
  throw new UnreadableAlert(`after ${metric} comes ${found}: it must be ${listed(OPERATORS, 'or')}, or "change" first`)
}

function readThreshold(words: Words, metric: string, isChange: boolean): number {
  const word = words.next()
  const isPercent = words.take('%')
  if (!(isPercent ? PERCENTAGE : NUMBER).test(word)) {
    const found = word === '' ? 'nothing' : `"${word}"`
    throw new UnreadableAlert(`${found} is no number to compare ${metric} with, such as 0.15, 15% or 1000`)
  }
  const written = `${word}${isPercent ? '%' : ''}`
  // Rounded, as a hundredth of a number has none of its digits exactly; and no zero is negative.
  const threshold = Number((Number(word) / (isPercent ? 100 : 1)).toFixed(6)) + 0
  if (!isChange && metricOf({ metric }).field === 'rate' && (threshold < 0 || threshold > 1)) {
    throw new UnreadableAlert(`${written} is no rate, which lies between 0 and 1: write 15% or 0.15`)
  }
  if (isChange && threshold < -1) {
    throw new UnreadableAlert(`${written} is no change: nothing falls by more than all, -100%`)
  }
  if (isChange && !isPercent && threshold > LARGEST_PLAIN_CHANGE) {
    throw new UnreadableAlert(
      `a change of ${written} is ${Number(word) * 100}%: write ${written}% or that, with its sign`
    )
  }
  return threshold
}

function readDays(words: Words): number {
  const word = words.next()
  const days = /^\d{1,3}$/.test(word) ? Number(word) : 0
  if (days < 1 || days > MOST_DAYS) {
    throw new UnreadableAlert(`"${word}" is no number of days after "for": it must be 1 to ${MOST_DAYS}`)
  }
  if (!words.take('days') && !words.take('day')) throw new UnreadableAlert(`"for ${word}" must go on with "days"`)
  return days
}

/** As few digits as there are, never with an exponent. */
function printNumber(value: number): string {
  return value.toFixed(6).replace(/\.?0+$/, '')
}

function namesOfMetrics(): string {
  return listed(
    [...METRICS.keys()].map((name) => (name === 'revenue' ? 'revenue:EUR (any currency)' : name)),
    'or'
  )
}
