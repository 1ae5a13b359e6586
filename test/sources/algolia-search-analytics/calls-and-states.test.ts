import fc from 'fast-check'
import { callsOf, type Question, type Ranges, stepsOf } from '../../../src/algolia/analytics/calls'
import { type Day, dayAfter, type DayRange, daysOf } from '../../../src/algolia/analytics/days'
import { type EndpointName, ENDPOINT_NAMES, endpointOf } from '../../../src/algolia/analytics/endpoints'
import { parseStreamState, type StreamState, withDay } from '../../../src/algolia/analytics/state'
import { configSchema } from '../../../src/sources/algolia-search-analytics/config'
import { planOf } from '../../../src/sources/algolia-search-analytics/plan'
import { analyticsConfig } from '../../support/search-analytics'

const FIRST = '2026-02-20'

const names = fc.uniqueArray(fc.constantFrom(...ENDPOINT_NAMES), { minLength: 1, maxLength: 5 })
const range = fc.tuple(fc.nat(12), fc.nat(5)).map(([start, length]): DayRange => {
  // Some are empty: they end before they begin.
  return { from: dayAfter(FIRST, start), to: dayAfter(FIRST, start + length - 1) }
})
const question = fc.record({
  tags: fc.constant(undefined),
  limit: fc.constantFrom(5, 1_000, 5_000),
  filterAttributes: fc.constantFrom([], ['brand'], ['brand', 'color', 'noResults'])
})

/** What has to be told: a name, an index and a day each. */
function wantedOf(ranges: Ranges): string[] {
  return [...ranges].flatMap(([name, byIndex]) =>
    [...byIndex].flatMap(([index, days]) => daysOf(days).map((day) => `${name} ${index} ${day}`))
  )
}

test('steps tell each stream, index and day that is wanted once, and nothing else, in the fewest calls there can be', () => {
  const ranges = names.chain((some) =>
    fc.record(Object.fromEntries(some.map((name) => [name, fc.dictionary(fc.constantFrom('products', 'blog'), range)])))
  )
  fc.assert(
    fc.property(ranges, question, (given, asked: Question) => {
      const wanted: Ranges = new Map(
        Object.entries(given).map(([name, byIndex]) => [name as EndpointName, new Map(Object.entries(byIndex))])
      )
      const steps = stepsOf(wanted, asked)
      const told = steps.flatMap(({ names: of, index, from, to }) =>
        of.flatMap((name) => daysOf({ from, to }).map((day) => `${name} ${index} ${day}`))
      )
      expect([...told].sort()).toEqual(wantedOf(wanted).sort())

      // The fewest: one for a range that the API breaks down, one a list, index and day, and filters share that of attributes.
      let least = 0
      const filtersOf = new Set<string>()
      for (const [name, byIndex] of wanted) {
        for (const [index, days] of byIndex) {
          const of = daysOf(days)
          if (endpointOf(name).gives === 'day') least += of.length > 0 ? 1 : 0
          else if (name === 'top_filters' && asked.filterAttributes.length > 0) {
            least += of.length * asked.filterAttributes.filter((attribute) => attribute !== 'noResults').length
          } else if (
            name === 'top_filters' ||
            (name === 'top_filter_attributes' && asked.filterAttributes.length === 0)
          ) {
            for (const day of of) filtersOf.add(`${index} ${day}`)
          } else least += of.length
        }
      }
      expect(callsOf(steps, asked).calls).toBe(least + filtersOf.size)
    }),
    { numRuns: 300 }
  )
})

test('runs that end anywhere tell, together, every day from the start to yesterday, and each run only what it has to', () => {
  const run = fc.record({ later: fc.integer({ min: 0, max: 6 }), steps: fc.nat(40), isFullRefresh: fc.boolean() })
  const runs = fc.array(run, { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(runs, fc.nat(4), names, (all, lookbackDays, some) => {
      const indices = ['products', 'blog']
      const config = configSchema.parse(analyticsConfig({ indices, startDate: FIRST, lookbackDays, limit: 5 }))
      const states = new Map<EndpointName, StreamState | undefined>()
      /** What an incremental stream has got, and how far the last state says that it has been read. */
      const got = new Set<string>()
      let lastDay = dayAfter(FIRST, 2)
      for (const [place, { later, steps }] of [...all, { later: 0, steps: Infinity }].entries()) {
        lastDay = dayAfter(lastDay, later)
        const plan = planOf(
          some.map((name) => ({ name, isFullRefresh: false, state: states.get(name) })),
          config,
          lastDay
        )
        // No run tells a day before the look-back again.
        for (const { names: of, index, from } of plan.steps) {
          for (const name of of) {
            const read = states.get(name)?.indices.get(index)
            if (read !== undefined) expect(from >= dayAfter(read.last, 1 - lookbackDays)).toBe(true)
          }
        }
        const isLast = place === all.length
        for (const step of plan.steps.slice(0, isLast ? undefined : steps)) {
          for (const day of daysOf(step)) {
            for (const name of step.names) {
              got.add(`${name} ${step.index} ${day}`)
              const progress = plan.progress.get(name)!
              progress.read(step.index, day)
              // As a host hands it back.
              states.set(name, parseStreamState(name, JSON.parse(JSON.stringify(progress.state))))
            }
          }
        }
      }
      const everything = some.flatMap((name) =>
        indices.flatMap((index) => daysOf({ from: FIRST, to: lastDay }).map((day) => `${name} ${index} ${day}`))
      )
      expect([...got].sort()).toEqual(everything.sort())
    }),
    { numRuns: 100 }
  )
})

test('a full refresh that is interrupted anywhere reads each day once, however often', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 5 }), names, (stops, some) => {
      const indices = ['products', 'blog']
      const config = configSchema.parse(analyticsConfig({ indices, startDate: FIRST, limit: 5 }))
      const lastDay = dayAfter(FIRST, 4)
      const states = new Map<EndpointName, StreamState | undefined>()
      const told: string[] = []
      for (const stop of [...stops, Infinity]) {
        const starts = some.map((name) => ({ name, isFullRefresh: true, state: states.get(name) }))
        const plan = planOf(starts, config, lastDay)
        // Once it is through, the next one starts over.
        if (plan.steps.length === 0) break
        for (const step of plan.steps.slice(0, stop)) {
          for (const day of daysOf(step)) {
            for (const name of step.names) {
              told.push(`${name} ${step.index} ${day}`)
              plan.progress.get(name)!.read(step.index, day)
              states.set(name, parseStreamState(name, plan.progress.get(name)!.state))
            }
          }
        }
        if ([...plan.progress.values()].every(({ isThrough }) => isThrough)) break
      }
      const everything = some.flatMap((name) =>
        indices.flatMap((index) => daysOf({ from: FIRST, to: lastDay }).map((day) => `${name} ${index} ${day}`))
      )
      // A stream that was through begins again beside one that wasn't: that is all that may come twice.
      expect(new Set(told)).toEqual(new Set(everything))
    }),
    { numRuns: 100 }
  )
})

test('what a state says is read is a range of days that were', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (offsets) => {
      const days: Day[] = offsets.map((offset) => dayAfter(FIRST, offset))
      let read: ReturnType<typeof withDay> | undefined
      for (const day of days) read = withDay(read, day)
      if (read === undefined) return
      for (const day of daysOf({ from: read.first, to: read.last })) expect(days).toContain(day)
    })
  )
})
