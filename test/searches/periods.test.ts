import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Day, dayAfter } from '../../src/algolia/analytics/days'
import { type DaysRead, withDay } from '../../src/algolia/analytics/state'
import { dueDays, duePeriods, lastPeriod, periodBefore, settledDay } from '../../src/searches/periods'

const HOUR = 3_600_000
const DAY = 24 * HOUR

const day = fc.integer({ min: 0, max: 4_000 }).map((days) => dayAfter('2020-01-01', days))

it('a day has settled once it is over and so much time has passed', () => {
  const at = (time: string, settle: number): Day => settledDay(Date.parse(time), settle)
  expect(at('2026-03-03T00:00:00Z', DAY)).toBe('2026-03-01')
  expect(at('2026-03-02T23:59:59.999Z', DAY)).toBe('2026-02-28')
  expect(at('2024-03-02T00:00:00Z', DAY)).toBe('2024-02-29')
  expect(at('2026-01-01T05:59:59Z', 6 * HOUR)).toBe('2025-12-30')
  expect(at('2026-01-01T06:00:00Z', 6 * HOUR)).toBe('2025-12-31')
})

it('a week is the last from Monday to Sunday that has ended, and comes right after the one before', () => {
  fc.assert(
    fc.property(day, (settled) => {
      const week = lastPeriod('weekly', settled)
      expect(new Date(`${week.from}T00:00:00Z`).getUTCDay()).toBe(1)
      expect(new Date(`${week.to}T00:00:00Z`).getUTCDay()).toBe(0)
      expect(week.to <= settled && settled < dayAfter(week.to, 7)).toBe(true)
      expect(week.to).toBe(dayAfter(week.from, 6))
      expect(periodBefore(week)).toEqual({ from: dayAfter(week.from, -7), to: dayAfter(week.from, -1) })
      expect(periodBefore(lastPeriod('daily', settled))).toEqual({
        from: dayAfter(settled, -1),
        to: dayAfter(settled, -1)
      })
    })
  )
  expect(lastPeriod('weekly', '2026-03-01')).toEqual({ from: '2026-02-23', to: '2026-03-01' })
})

it('is the same in every time zone, whatever it does with its clocks', () => {
  const script = `
    const { dayAfter } = require('./algolia/analytics/days')
    const { settledDay, lastPeriod, periodBefore } = require('./searches/periods')
    const lines = []
    for (let hours = 0; hours < 24 * 400; hours += 1) {
      const settled = settledDay(Date.UTC(2027, 0, 1) + hours * 3600000, 86400000)
      const week = lastPeriod('weekly', settled)
      lines.push([settled, dayAfter(settled, -7), week.from, week.to, periodBefore(week).from].join())
    }
    console.log(require('node:crypto').createHash('sha256').update(lines.join()).digest('hex'), new Date(0).getTimezoneOffset())`
  const outputs = ['UTC', 'America/New_York', 'Pacific/Auckland', 'Africa/Casablanca'].map((zone) => {
    const env = { PATH: process.env.PATH, TZ: zone }
    return String(execFileSync(process.execPath, ['-e', script], { cwd: join(__dirname, '../../dist'), env })).split(
      ' '
    )
  })
  expect(new Set(outputs.map(([hash]) => hash)).size).toBe(1)
  // They were other zones.
  expect(new Set(outputs.map(([, offset]) => offset)).size).toBeGreaterThan(2)
})

it('every day is due once, however runs and their first days follow each other, and no gap is ever left', () => {
  const run = fc.record({
    later: fc.integer({ min: -2, max: 20 }),
    since: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
    // It is stopped after so many days.
    stop: fc.integer({ min: 0, max: 40 })
  })
  fc.assert(
    fc.property(fc.array(run, { maxLength: 12 }), (runs) => {
      let settled = '2026-02-20'
      let sent: DaysRead | undefined
      const all: Day[] = []
      for (const { later, since, stop } of runs) {
        settled = dayAfter(settled, later)
        const from = since === undefined ? undefined : dayAfter(settled, -since)
        const due = dueDays(sent, settled, from)
        const done = due.slice(0, stop)
        for (const each of done) sent = withDay(sent, each)
        all.push(...done)
        if (done.length === due.length) expect(dueDays(sent, settled, from)).toEqual([])
      }
      expect(new Set(all).size).toBe(all.length)
      const inOrder = [...all].sort()
      inOrder.forEach((each, place) => expect(each).toBe(dayAfter(inOrder[0]!, place)))
      if (sent !== undefined) expect([sent.first, sent.last]).toEqual([inOrder[0], inOrder.at(-1)])
    })
  )
})

describe('reports that are due', () => {
  it('begin with the newest week, and are made up for in order, at most four', () => {
    const weeks = (reported?: Day, since?: Day): string[] =>
      duePeriods('weekly', reported, '2026-03-03', since).periods.map(({ from, to }) => `${from} ${to}`)
    expect(weeks()).toEqual(['2026-02-23 2026-03-01'])
    expect(weeks('2026-03-01')).toEqual([])
    expect(weeks('2026-02-15')).toEqual(['2026-02-16 2026-02-22', '2026-02-23 2026-03-01'])
    expect(duePeriods('weekly', '2025-12-28', '2026-03-03', undefined)).toEqual({
      periods: [
        { from: '2026-02-02', to: '2026-02-08' },
        { from: '2026-02-09', to: '2026-02-15' },
        { from: '2026-02-16', to: '2026-02-22' },
        { from: '2026-02-23', to: '2026-03-01' }
      ],
      leftOut: 5
    })
    // Only whole weeks from that day on.
    expect(weeks(undefined, '2026-02-17')).toEqual(['2026-02-23 2026-03-01'])
    expect(weeks(undefined, '2026-02-24')).toEqual([])
  })

  it('are days where it is daily', () => {
    expect(duePeriods('daily', '2026-02-26', '2026-03-01', '2026-01-01')).toEqual({
      periods: ['2026-02-27', '2026-02-28', '2026-03-01'].map((each) => ({ from: each, to: each })),
      leftOut: 0
    })
  })
})
