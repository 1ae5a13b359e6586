/**
 * What was searched on each day, made up from the seed, the index and the day alone: more from year to year, with the
 * shape of a week, one bad day a month on which two in five searches find nothing, and one on which no events arrive.
 * Every figure that the API gives is a sum over these, so that they agree with each other.
 */
import { hashText, randomFrom } from '../random'
import { dayOf, dayText, weekdayOf } from './days'
import { queriesOf, type Query } from './vocabulary'

// Jest looks globals up slowly, and these functions run millions of times in tests.
const { floor, min, round } = Math

/** What is counted of the searches for one text, in the order of a row's cells. */
export const counters = [
  'count',
  'withoutResults',
  // Searches of which clicks and conversions are known; at most `count`.
  'tracked',
  // Tracked searches with a click, and so on: each at most `tracked`.
  'clicks',
  'conversions',
  'addToCarts',
  'purchases'
] as const

/** The searches of a day: a row for each query, of whole numbers, as a year has half a million of them. */
export interface DayTable {
  readonly queries: readonly Query[]
  readonly currencies: readonly string[]
  /** For each query the counters, then the revenue in each currency, in hundredths. */
  readonly cells: Int32Array
}

/** The day on which the shop opened: before, nobody searched. */
export const openingDay = dayOf(Date.UTC(2023, 0, 1))

interface Traffic {
  /** Searches on an ordinary day when the shop opened. */
  readonly searches: number
  /** The currencies it sells in, and the part of purchases in each. */
  readonly currencies: Readonly<Record<string, number>>
  /** The part of searches that ask for click analytics. */
  readonly tracked: number
}

const trafficOf: Readonly<Record<string, Traffic>> = {
  products: { searches: 14_000, currencies: { EUR: 0.6, USD: 0.4 }, tracked: 0.95 },
  products_price_asc: { searches: 1_500, currencies: { EUR: 0.6, USD: 0.4 }, tracked: 0.95 },
  products_fr: { searches: 4_000, currencies: { EUR: 1 }, tracked: 0.9 },
  blog: { searches: 300, currencies: {}, tracked: 0 }
}

/** From Sunday to Saturday. */
const weekdays = [1.12, 1.02, 0.94, 0.95, 0.97, 0.92, 1.08]
const growthADay = 1.0004

/** The day of its month on which something happens once a month. */
function isMonthly(seed: number, index: string, event: string, day: number): boolean {
  const text = dayText(day)
  return Number(text.slice(8)) === 1 + (hashText(seed, `${event} ${index} ${text.slice(0, 7)}`) % 28)
}

/** Whether two in five searches of a day find nothing. */
export function isBadDay(seed: number, index: string, day: number): boolean {
  return isMonthly(seed, index, 'bad day', day)
}

/** Whether no events arrive on a day: rates are 0 then, where they are null without searches. */
export function isSilentDay(seed: number, index: string, day: number): boolean {
  return index === 'products_fr' && isMonthly(seed, index, 'silent day', day)
}

/** What was searched on a day, once it is over and everything has arrived. */
export function wholeDay(seed: number, index: string, day: number): DayTable {
  const traffic = trafficOf[index]
  if (!traffic || day < openingDay) return { queries: [], currencies: [], cells: new Int32Array() }
  const random = randomFrom(hashText(seed, `searches ${index} ${day}`))
  const queries = queriesOf(index, seed)
  const searches =
    traffic.searches * weekdays[weekdayOf(day)]! * growthADay ** (day - openingDay) * (0.93 + 0.14 * random())
  const weights = queries.reduce((sum, { weight }) => sum + weight, 0)
  const notFound = queries.reduce((sum, { nbHits, weight }) => sum + (nbHits === 0 ? weight : 0), 0) / weights
  const missing = isBadDay(seed, index, day) ? (0.4 - notFound) / (1 - notFound) : 0
  // Moods of the day: people click and buy more on some than on others.
  const clicking = isSilentDay(seed, index, day) ? 0 : 0.9 + 0.2 * random()
  const buying = 0.85 + 0.3 * random()
  const currencies = Object.entries(traffic.currencies)
  const cells = new Int32Array(queries.length * (counters.length + currencies.length))
  let cell = 0
  for (const { nbHits, weight } of queries) {
    const count = floor((searches * weight * (0.7 + 0.6 * random())) / weights + random())
    const withoutResults = nbHits === 0 ? count : floor(count * missing + random())
    const tracked = round(count * traffic.tracked)
    const clickable = min(tracked, count - withoutResults)
    const clicks = round(clickable * clicking * (0.35 + 0.3 * random()))
    const addToCarts = round(clicks * buying * (0.15 + 0.2 * random()))
    const purchases = round(addToCarts * (0.25 + 0.3 * random()))
    const revenue = purchases * (3_000 + 6_000 * random())
    cells[cell++] = count
    cells[cell++] = withoutResults
    cells[cell++] = tracked
    cells[cell++] = clicks
    cells[cell++] = min(clickable, addToCarts + round(clicks * 0.03 * random()))
    cells[cell++] = addToCarts
    cells[cell++] = purchases
    for (const [, part] of currencies) cells[cell++] = round(revenue * part)
  }
  return { queries, currencies: currencies.map(([currency]) => currency), cells }
}
