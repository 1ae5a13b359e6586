import * as fc from 'fast-check'
import { chooseCuts, type Moment } from '../../../src/algolia/profiles/cuts'
import { Chance } from '../../support/chance'

const DAY = 86_400
const at = (second: number, isWhole = false): Moment => ({ second: Math.floor(second), isWhole })
const sampleOf = (count: number, second: (index: number, chance: Chance) => number, isWhole = false): Moment[] => {
  const chance = new Chance(count)
  return Array.from({ length: count }, (_, index) => at(second(index, chance), isWhole))
}
/** The parts of a sample that lie between cuts. */
const partsOf = (sample: readonly Moment[], cuts: readonly { second: number }[]): number[] => {
  const bounds = [-Infinity, ...cuts.map(({ second }) => second), Infinity]
  return bounds.slice(1).map((end, index) => {
    const begin = bounds[index] ?? -Infinity
    return sample.filter(({ second }) => second > begin && second <= end).length / sample.length
  })
}

describe('cuts', () => {
  test('ascend strictly within the window, whatever the sample is', () => {
    const moments = fc.array(fc.record({ second: fc.integer({ min: 0, max: 200 }), isWhole: fc.boolean() }))
    const bounds = fc.tuple(
      fc.option(fc.integer({ min: -5, max: 150 }), { nil: undefined }),
      fc.integer({ min: 1, max: 210 })
    )
    fc.assert(
      fc.property(moments, bounds, fc.integer({ min: 2, max: 20 }), (sample, [after, end], parts) => {
        const within = sample.filter(({ second }) => after === undefined || second >= after)
        const cuts = chooseCuts({ after }, within, end, parts)
        expect(cuts.length).toBeLessThan(parts)
        let [previous, share] = [after ?? -Infinity, 0]
        for (const cut of cuts) {
          expect(cut.second).toBeGreaterThan(previous)
          expect(cut.second + 1).toBeLessThan(end)
          expect(cut.share).toBeGreaterThan(share)
          expect(cut.share).toBeLessThan(1)
          ;({ second: previous, share } = cut)
        }
      })
    )
  })

  test.each<[string, (index: number, chance: Chance) => number]>([
    ['evenly', (_, chance) => 90 * DAY * chance.next()],
    ['mostly lately', (_, chance) => 90 * DAY * (1 - chance.next() ** 4)],
    ['with one very old', (index, chance) => (index === 0 ? -20_000 * DAY : 90 * DAY * chance.next())]
  ])('make parts of about the same size where times lie %s', (_, second) => {
    const sample = sampleOf(1000, second)
    const parts = partsOf(sample, chooseCuts({}, sample, 90 * DAY, 6))
    expect(parts).toHaveLength(6)
    for (const part of parts) expect(part).toBeLessThan(0.22)
  })

  test('go by time itself where times grow with the order of user tokens', () => {
    // What comes first is the first day of ninety.
    const cuts = chooseCuts(
      {},
      sampleOf(1000, (index) => (DAY * index) / 1000),
      90 * DAY,
      6
    )
    const bounds = [0, ...cuts.map(({ second }) => second), 90 * DAY]
    for (let index = 1; index < bounds.length; index += 1) {
      expect((bounds[index] ?? 0) - (bounds[index - 1] ?? 0)).toBeLessThan(90 * DAY * 0.22)
    }
  })

  test.each([false, true])('never lie where profiles share a second (whole seconds: %s)', (isWhole) => {
    const one = sampleOf(1000, () => 45 * DAY, isWhole)
    expect(chooseCuts({}, one, 90 * DAY, 6)).toEqual([])
  })

  const mostlyInOneSecond = (part: number): Moment[] =>
    sampleOf(1000, (_, chance) => (chance.happens(part) ? 45 * DAY : 90 * DAY * chance.next()))

  test('are none where nearly all share a second', () => {
    expect(chooseCuts({}, mostlyInOneSecond(0.9), 90 * DAY, 6)).toEqual([])
  })

  test('set a second apart that holds many profiles', () => {
    const sample = mostlyInOneSecond(0.6)
    const parts = partsOf(sample, chooseCuts({}, sample, 90 * DAY, 6))
    expect(Math.max(...parts)).toBeCloseTo(0.6, 1)
    expect(parts.length).toBeGreaterThan(2)
  })

  test('tell whole seconds apart, however close, but not what is spread over them', () => {
    const seconds = (_: number, chance: Chance): number => 45 * DAY + chance.below(10)
    expect(chooseCuts({}, sampleOf(1000, seconds, true), 90 * DAY, 5)).toHaveLength(4)
    expect(chooseCuts({}, sampleOf(1000, seconds), 90 * DAY, 5)).toEqual([])
  })

  test('lie between clusters of a few seconds, not at their edges', () => {
    const clusters = [10 * DAY, 40 * DAY, 70 * DAY]
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 10, max: 40 }), (seed, count) => {
        const chance = new Chance(seed)
        const sample = Array.from({ length: count }, () => at(chance.oneOf(clusters) + chance.below(10)))
        // A small sample can miss a cluster: nothing tells where it lies.
        const seen = clusters.filter((cluster) =>
          sample.some(({ second }) => second >= cluster && second < cluster + 10)
        )
        for (const { second } of chooseCuts({}, sample, 90 * DAY, 8)) {
          for (const cluster of seen) expect(second < cluster || second >= cluster + 10).toBe(true)
        }
      })
    )
  })

  test('are fewer where each costs more', () => {
    const sample = sampleOf(1000, (_, chance) => 45 * DAY + 600 * chance.next())
    const cuts = chooseCuts({}, sample, 90 * DAY, 8)
    expect(cuts.length).toBeGreaterThan(0)
    expect(cuts.length).toBeLessThan(4)
  })
})
