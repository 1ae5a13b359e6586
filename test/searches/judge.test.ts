import fc from 'fast-check'
import { dayAfter } from '../../src/algolia/analytics/days'
import type { Condition } from '../../src/searches/alerts/condition'
import { type AlertState, type Figure, figuresFor, judge } from '../../src/searches/alerts/judge'

const above: Condition = { metric: 'searches', isChange: false, operator: '>', threshold: 5, days: 2 }

/** Days from one on, with these figures. */
function figuresFrom(day: string, values: readonly (number | null)[]): Figure[] {
  return values.map((value, offset) => ({ day: dayAfter(day, offset), value }))
}

/** The same said in another way: an alert is on from the n-th of days that are true to the next that is false. */
function naive(days: number, figures: readonly Figure[]): string[] {
  const known = figures.filter((figure): figure is Figure & { value: number } => figure.value !== null)
  const isTrue = known.map(({ value }) => value > above.threshold)
  return known.flatMap(({ day }, place) => {
    const lastFalse = isTrue.lastIndexOf(false, place)
    if (lastFalse < place)
      return place - lastFalse === days ? [`started ${day} since ${known[lastFalse + 1]!.day}`] : []
    const falseBefore = place === 0 ? -1 : isTrue.lastIndexOf(false, place - 1)
    return place - falseBefore - 1 >= days ? [`ended ${day} since ${known[falseBefore + 1]!.day}`] : []
  })
}

it('starts on the n-th day in a row, ends on the first that is false, in one run or in many', () => {
  const value = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 10 }))
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(60), { maxLength: 6 }),
      (values, days, cuts) => {
        const condition = { ...above, days }
        const figures = figuresFrom('2026-02-20', values)
        const told: string[] = []
        let state: AlertState | undefined
        // The days come in as many runs as there are cuts, and one more.
        const bounds = [
          0,
          ...cuts.filter((cut) => cut < values.length).sort((one, other) => one - other),
          values.length
        ]
        for (const [place, start] of bounds.slice(0, -1).entries()) {
          const judged = judge(condition, state, figures.slice(start, bounds[place + 1]))
          // As it comes back from a file.
          state = judged.state && (JSON.parse(JSON.stringify(judged.state)) as AlertState)
          told.push(...judged.transitions.map(({ state: end, date, since }) => `${end} ${date} since ${since}`))
        }
        expect(told).toEqual(naive(days, figures))
        expect(state?.last).toBe(figures.at(-1)?.day)
      }
    ),
    { numRuns: 1_000 }
  )
})

it('a day without a figure changes nothing, neither before an alert starts nor while it is on', () => {
  const { transitions } = judge(above, undefined, figuresFrom('2026-02-27', [9, null, 9, null, null, 1, null, 9]))
  expect(transitions).toEqual([
    { state: 'started', date: '2026-03-01', since: '2026-02-27', value: 9 },
    { state: 'ended', date: '2026-03-04', since: '2026-02-27', value: 1 }
  ])
})

it('a change is against the same weekday a week before, and says nothing where there is no such figure, or 0', () => {
  const values = new Map([
    ['2026-02-21', 100],
    ['2026-02-22', 0],
    ['2026-02-28', 130],
    ['2026-03-01', 50],
    ['2026-03-02', 50]
  ])
  const days = ['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-03']
  expect(figuresFor({ isChange: true }, days, (day) => values.get(day) ?? null)).toEqual([
    { day: '2026-02-28', value: 0.3 },
    { day: '2026-03-01', value: null },
    { day: '2026-03-02', value: null },
    { day: '2026-03-03', value: null }
  ])
})
