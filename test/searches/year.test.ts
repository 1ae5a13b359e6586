import { dayAfter, daysOf } from '../../src/algolia/analytics/days'
import { Chance } from '../support/chance'
import { VirtualClock } from '../support/virtual-clock'
import { catalogOf } from '../support/source'
import { analyticsConfig, readAnalytics, worldOf } from '../support/search-analytics'
import { API_KEY } from '../support/segment'
import { withSearches } from '../support/searches'

const DAYS = 365
const DAY = 86_400_000
const FIRST = '2026-01-01'
const LAST = dayAfter(FIRST, DAYS - 1)

type Row = Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any

const sum = (rows: readonly Row[], field: string): number => rows.reduce((all, row) => all + Number(row[field]), 0)

it('a year of runs reports each week and tells each alert, by the figures that the rows of the source give', async () => {
  const clock = new VirtualClock(Date.parse(`${FIRST}T06:00:00Z`) + 2 * DAY)
  const conditions = [
    'no_result_rate > 15%',
    'searches change < -5% for 2 days',
    'revenue:EUR >= 9000',
    'users change > 6%'
  ]
  const index = 'products_fr'
  const chance = new Chance(Number(process.env.SEED ?? 815))
  await withSearches(
    { algolia: { clock: () => clock.now(), apiKey: API_KEY } },
    async ({ run, sent, algolia, segment, webhookUrl }) => {
      // Days and weeks are caught up with, whenever it runs.
      let runs = 0
      for (let settled = dayAfter(FIRST, -1); settled < LAST; runs += 1) {
        const days = runs === 0 ? 1 : Math.min(4 + chance.below(24), daysOf({ from: settled, to: LAST }).length - 1)
        settled = dayAfter(settled, days)
        clock.advance(days * DAY)
        const settings = { webhookUrl, top: 5, settle: '2d' }
        for (const due of [
          { alert: conditions, indices: [index] },
          // The smallest index, whose lists are made quickly, all year; the other one, which tracks clicks, at the end.
          { report: 'weekly', indices: settled < LAST ? ['blog'] : ['blog', index] }
        ]) {
          expect((await run({ ...settings, ...due }, {}, { clock })).outcome).toBe('delivered')
        }
      }
      const calls = algolia.analytics.calls.length

      const streams = [
        'searches',
        'users',
        'no_result_rate',
        'click_through_rate',
        'conversion_rate',
        'revenue',
        'top_searches'
      ]
      const config = analyticsConfig({ indices: ['blog', index], startDate: dayAfter(FIRST, -21), apiKey: API_KEY })
      const read = async (names: string[], startDate = dayAfter(FIRST, -21)) => {
        const catalog = catalogOf(...names)
        const rows = await readAnalytics(
          { ...config, startDate },
          catalog,
          worldOf(algolia, () => clock.now())
        )
        return (name: string, of: string): Row[] =>
          rows.rows(name).filter((row) => row.algolia_index === of && String(row.date) <= LAST)
      }
      const rows = await read(streams.slice(0, -1))

      // Alerts: each condition on the figures of its days, told at their turns.
      const byDay = (name: string, field: string) =>
        new Map(rows(name, index).map((row) => [row.date as string, row[field] as number]))
      const [rates, searches, users] = [
        byDay('no_result_rate', 'rate'),
        byDay('searches', 'count'),
        byDay('users', 'count')
      ]
      const revenue = byDay('revenue', 'revenue')
      const holds: ((day: string) => boolean)[] = [
        (day) => rates.get(day)! > 0.15,
        (day) => searches.get(day)! / searches.get(dayAfter(day, -7))! - 1 < -0.05,
        (day) => revenue.get(day)! >= 9_000,
        (day) => users.get(day)! / users.get(dayAfter(day, -7))! - 1 > 0.06
      ]
      const expected: string[] = []
      for (const [place, condition] of conditions.entries()) {
        const days = condition.includes('2 days') ? 2 : 1
        let row = 0
        for (let day = FIRST; day <= LAST; day = dayAfter(day)) {
          const holdsNow = holds[place]!(day)
          if (holdsNow && row + 1 === days) expected.push(`${place} started ${day}`)
          if (!holdsNow && row >= days) expected.push(`${place} ended ${day}`)
          row = holdsNow ? row + 1 : 0
        }
      }
      const canonical = [
        'no_result_rate > 0.15',
        'searches change < -5% for 2 days',
        'revenue:EUR >= 9000',
        'users change > 6%'
      ]
      const told = sent('Search Metric Alert').map(({ properties: { alert, state, date } }) => {
        return `${canonical.indexOf(alert as string)} ${state} ${date}`
      })
      expect(told.sort()).toEqual(expected.sort())
      const starts = [...conditions.keys()].map((place) =>
        expected.filter((line) => line.startsWith(`${place} started`))
      )
      for (const each of starts) expect(each.length).toBeGreaterThan(3)

      // Reports: counts and rates of whole weeks.
      const reports = sent('Top Searches Reported')
      expect(reports.map(({ properties }) => properties.index as string)).toEqual([
        ...Array<string>(53).fill('blog'),
        index
      ])
      for (const { properties } of reports) {
        const [from, to, of] = [properties.start_date, properties.end_date, properties.index] as [
          string,
          string,
          string
        ]
        const within = (name: string, first = from, end = to): Row[] =>
          rows(name, of).filter(({ date }) => date >= first && date <= end)
        const [noResults, clicks, conversions] = [
          within('no_result_rate'),
          within('click_through_rate'),
          within('conversion_rate')
        ]
        const rateOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
        const count = sum(noResults, 'count')
        const before = sum(within('searches', dayAfter(from, -7), dayAfter(from, -1)), 'count')
        expect(properties).toMatchObject({
          searches: count,
          no_result_rate: rateOf(sum(noResults, 'noResultCount'), count),
          click_through_rate: rateOf(sum(clicks, 'clickCount'), sum(clicks, 'trackedSearchCount')),
          conversion_rate: rateOf(sum(conversions, 'conversionCount'), sum(conversions, 'trackedSearchCount')),
          change: (count - before) / before
        })
        expect(properties.click_through_rate === null).toBe(of === 'blog')
        // Who comes on several days counts once.
        expect(properties.users).toBeLessThan(sum(within('users'), 'count'))
      }

      // Top searches of one week, by the lists of its days and those of the week before.
      const { properties: last } = reports.at(-1)!
      const lists = await read(['top_searches'], dayAfter(last.start_date as string, -7))
      const countOf = (query: string, from: string, to: string): number =>
        sum(
          lists('top_searches', index).filter(({ search, date }) => search === query && date >= from && date <= to),
          'count'
        )
      const top = last.top_searches as { query: string; searches: number; change: number }[]
      expect(top).toHaveLength(5)
      for (const { query, searches: count, change } of top) {
        const [from, to] = [last.start_date as string, last.end_date as string]
        expect(count).toBe(countOf(query, from, to))
        expect(change).toBeCloseTo(count / countOf(query, dayAfter(from, -7), dayAfter(from, -1)) - 1, 10)
      }

      expect(segment.statistics.repeated).toBe(0)
      expect(segment.messages).toHaveLength(sent().length)
      // Four metrics a run, and seven questions a report; one that follows another in the same run shares two.
      expect(calls).toBeLessThanOrEqual(4 * runs + 7 * reports.length)
      expect(calls).toBeGreaterThanOrEqual(4 * runs + 5 * reports.length)
    }
  )
}, 120_000)
