import fc from 'fast-check'
import { readMessage } from '../../src/local/segment/webhook'
import { CALL_BYTES } from '../../src/segment/limits'
import { sizeOf } from '../../src/segment/envelope'
import { parseAlert } from '../../src/searches/alerts/condition'
import { alertEvent, reportEvent, zeroResultEvent } from '../../src/searches/events'
import { type Report, reportOf } from '../../src/searches/report'
import { alertMessage, reportMessage, type SlackMessage } from '../../src/searches/slack'

const origin = { appId: 'APP', anonymousId: 'somebody' }
const rate = fc.option(fc.double({ min: 0, max: 1, noNaN: true }))
const count = fc.nat(10_000_000)
const query = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.constantFrom('', ' ', '```', '<!channel>', '&amp;', '*bold* _it_', 'a\nb', '😀'.repeat(40), '<'.repeat(512))
)
const topSearch = fc.record({ query, searches: count, results: count, clickThroughRate: rate, conversionRate: rate })
const report = fc
  .record({
    index: fc.string({ minLength: 1, maxLength: 300 }),
    searches: count,
    users: count,
    noResultRate: rate,
    clickThroughRate: rate,
    conversionRate: rate,
    topSearches: fc.array(topSearch, { maxLength: 100 })
  })
  .map(({ index, ...figures }): Report => {
    const about = { period: 'weekly', index, from: '2026-02-23', to: '2026-03-01' } as const
    return reportOf(about, figures, { searches: 100, topSearches: figures.topSearches.slice(3) }, 100)
  })

function textsOf({ blocks }: SlackMessage): string[] {
  return blocks.map(({ text }) => (text as { text: string }).text)
}

it("keeps every report and alert within Slack's limits, and lets nothing that people typed do anything there", () => {
  fc.assert(
    fc.property(report, (given) => {
      const message = reportMessage(given)
      const alert = parseAlert('searches change < -30% for 2 days').condition
      const { index } = given
      const transition = { state: 'started', date: '2026-03-01', since: '2026-02-28', value: -0.5 } as const
      for (const each of [message, alertMessage({ ...transition, condition: alert, index })]) {
        // The local webhook refuses what Slack would: more than 50 blocks, 3,000 characters of a section, 150 of a header.
        expect(readMessage(JSON.stringify(each))).toEqual(each)
        for (const text of [each.text, ...textsOf(each)]) {
          expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
        }
      }
      const tables = textsOf(message).slice(2)
      for (const table of tables.filter((text) => text !== '_No searches._')) {
        expect(table.match(/```/g)).toHaveLength(2)
      }
    }),
    { numRuns: 300 }
  )
})

it('splits a table that is too long for a section of Slack, and cuts a report that is too large for Segment', () => {
  const figures = { searches: 1, users: 1, noResultRate: 0, clickThroughRate: 0, conversionRate: 0 }
  const topSearches = Array.from({ length: 100 }, (_, place) => ({
    query: `${place} ${'<'.repeat(500)}`,
    searches: 100 - place,
    results: 0,
    clickThroughRate: null,
    conversionRate: null
  }))
  const about = { period: 'daily', index: 'products', from: '2026-03-01', to: '2026-03-01' } as const
  const given = reportOf(about, { ...figures, topSearches }, { searches: 1, topSearches: [] }, 100)
  const message = reportMessage(given)
  expect(readMessage(JSON.stringify(message))).toEqual(message)
  const tables = textsOf(message).slice(2)
  expect(tables.length).toBeGreaterThan(4)
  const lines = tables.flatMap((table) => table.split('\n').slice(1, -1))
  expect(lines.slice(1).map((line) => Number(line.split(' ')[0]))).toEqual(topSearches.map((_, place) => place))

  const event = reportEvent(origin, given)
  expect(sizeOf(event)).toBeLessThanOrEqual(CALL_BYTES)
  const count = (event.properties.top_searches as unknown[]).length
  expect(count).toBeGreaterThan(40)
  expect(count).toBeLessThan(60)
})

it('shows a table whose columns stand under each other', () => {
  const topSearches = [
    { query: 'shoes & <boots>', searches: 12_345, results: 8, clickThroughRate: 0.5, conversionRate: null },
    { query: '', searches: 7, results: 1_000, clickThroughRate: 0, conversionRate: 0.1234 }
  ]
  const figures = { searches: 20_000, users: 900, noResultRate: 0.071, clickThroughRate: null, conversionRate: 0.1 }
  const about = { period: 'weekly', index: 'products', from: '2026-02-23', to: '2026-03-01' } as const
  const before = { searches: 25_000, topSearches: [{ ...topSearches[1]!, searches: 7 }] }
  const message = reportMessage(reportOf(about, { ...figures, topSearches }, before, 10))
  expect(message.text).toBe('Weekly searches of products, 2026-02-23 to 2026-03-01')
  expect(textsOf(message).slice(1)).toEqual([
    '*Searches* 20,000 (-20%)   *Users* 900   *Without results* 7.1%   *Click-through* –   *Conversion* 10.0%',
    [
      '```',
      'query            searches  change  results  clicks  conv.',
      'shoes &amp; &lt;boots&gt;    12,345       –        8   50.0%      –',
      '(empty)                 7      0%    1,000    0.0%  12.3%',
      '```'
    ].join('\n')
  ])
})

it('makes every report fit into a call to Segment, if need be with fewer searches', () => {
  fc.assert(
    fc.property(report, (given) => {
      const event = reportEvent(origin, given)
      expect(sizeOf(event)).toBeLessThanOrEqual(CALL_BYTES)
      const sent = event.properties.top_searches as { query: string }[]
      const all = given.topSearches.map((search) => search.query)
      expect(sent.map((search) => search.query)).toEqual(all.slice(0, sent.length))
    }),
    { numRuns: 100 }
  )
})

describe('a message id', () => {
  it('tells searches, days, indices and applications apart, whatever characters they have', () => {
    const identity = fc.tuple(
      fc.string(),
      fc.string(),
      fc.constantFrom('2026-02-28', '2026-03-01'),
      fc.constantFrom('A', 'B')
    )
    fc.assert(
      fc.property(identity, identity, (one, other) => {
        const idOf = ([index, text, day, appId]: typeof one, searches: number): string =>
          zeroResultEvent({ ...origin, appId }, index, day, { query: text, searches, withFilters: 0 }).messageId
        expect(idOf(one, 10) === idOf(other, 20)).toBe(JSON.stringify(one) === JSON.stringify(other))
        expect(idOf(one, 10)).toHaveLength(40)
      })
    )
  })

  it("doesn't come of figures, nor of whom the event is about", () => {
    const { condition } = parseAlert('searches > 5')
    const transition = {
      condition,
      index: 'products',
      state: 'started',
      date: '2026-03-01',
      since: '2026-03-01'
    } as const
    const ids = [6, 7].map((value) => alertEvent(origin, { ...transition, value }).messageId)
    expect(
      new Set([...ids, alertEvent({ ...origin, anonymousId: 'x' }, { ...transition, value: 1 }).messageId]).size
    ).toBe(1)
    expect(alertEvent(origin, { ...transition, state: 'ended', value: 6 }).messageId).not.toBe(ids[0])
  })
})
