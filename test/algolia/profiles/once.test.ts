import * as fc from 'fast-check'
import { TIMES, TOKENS } from '../../support/populations'
import { type ReadCase, readWhole } from '../../support/reads'

/**
 * Each profile once, at the limit's speed: whatever the number of profiles, their user tokens and times, the size of pages,
 * the latency and the concurrency, as long as nobody changes them and nothing goes wrong.
 */

const LONG = process.env.LONG === '1'
const LIMIT = 500
const CALLS_A_SECOND = LIMIT / 60

const common = {
  tokens: fc.constantFrom(...TOKENS),
  times: fc.constantFrom(...TIMES),
  concurrency: fc.integer({ min: 1, max: 16 }),
  latency: fc.constantFrom(0, 50, 150, 300),
  limit: fc.constantFrom(undefined, LIMIT, LIMIT),
  second: fc.integer({ min: 0, max: 59 }),
  seed: fc.integer()
}

/** Pages of a read, by what a full one holds: so many that most runs are quick. */
const sized = fc.oneof(
  fc.record({ pageSize: fc.constant(10), profiles: fc.integer({ min: 1, max: LONG ? 20_000 : 500 }) }),
  fc.record({ pageSize: fc.constant(100), profiles: fc.integer({ min: 1, max: LONG ? 60_000 : 3000 }) }),
  fc.record({ pageSize: fc.constant(1000), profiles: fc.integer({ min: 1, max: LONG ? 90_000 : 9000 }) })
)

const cases: fc.Arbitrary<ReadCase> = fc.tuple(fc.record(common), sized).map(([one, size]) => ({ ...one, ...size }))

test('each profile comes exactly once, for next to no more calls than it must, and soon', async () => {
  await fc.assert(fc.asyncProperty(cases, expectOnce), { numRuns: LONG ? 3000 : 200, endOnFailure: true })
}, 7_200_000)

async function expectOnce(given: ReadCase): Promise<void> {
  const read = await readWhole(given)
  expect([read.missing, read.repeated, read.refused]).toEqual([0, 0, 0])
  expect(read.calls).toBeLessThanOrEqual(1.02 * read.least + 8)
  expect(read.longestState).toBeLessThan(4096)
  expect(read.mostUnderWay).toBeLessThanOrEqual(given.concurrency)
  if (given.times === 'all in one second') expect([read.calls, read.mostUnderWay]).toEqual([read.least, 1])
  if (read.mostUnderWay === 1) return
  const oneChain = await readWhole({ ...given, concurrency: 1 })
  expect(oneChain.calls).toBe(oneChain.least)
  expect(read.seconds).toBeLessThanOrEqual(oneChain.seconds + 1)
}

/**
 * From 100,000 profiles on, the limit alone says how long a read takes, whenever the latency allows it: with chains enough
 * for a tenth more calls than are allowed, and no second with more profiles than one chain can read in that time.
 */
async function expectAtLimit(given: ReadCase): Promise<void> {
  const read = await readWhole(given)
  expect([read.missing, read.repeated, read.refused]).toEqual([0, 0, 0])
  expect(read.calls).toBeLessThanOrEqual(1.02 * read.least + 8)
  expect(read.longestState).toBeLessThan(4096)
  const alone = { 'half in one second': 0.5, 'nine tenths in one second': 0.9, 'all in one second': 1 } as const
  const inOneSecond = alone[given.times as keyof typeof alone] ?? (given.times === 'ten distinct seconds' ? 0.1 : 0)
  const ofOneChain = inOneSecond * read.least * (given.latency / 1000)
  const atLimit = read.calls / CALLS_A_SECOND
  if (ofOneChain > 0.9 * atLimit) return
  if (given.latency > 0 && given.concurrency / given.latency < (1.1 * CALLS_A_SECOND) / 1000) return
  expect(read.seconds).toBeLessThanOrEqual(1.05 * atLimit)
}

type LargeRead = Pick<ReadCase, 'profiles' | 'pageSize' | 'times' | 'tokens' | 'latency'> & Partial<ReadCase>

const LONG_READS: readonly LargeRead[] = [
  {
    profiles: 104_817,
    pageSize: 10,
    times: 'bursty',
    tokens: 'prefixed',
    latency: 300,
    second: 31,
    seed: 1_540_083_712
  },
  { profiles: 105_000, pageSize: 10, times: 'bursty', tokens: 'mixed', latency: 300 },
  { profiles: 1_000_000, pageSize: 1000, times: 'even', tokens: 'random', latency: 300 },
  { profiles: 105_000, pageSize: 10, times: 'even', tokens: 'mixed', latency: 300 },
  { profiles: 105_000, pageSize: 10, times: 'all today', tokens: 'random', latency: 150 }
]

test.each<LargeRead>([
  { profiles: 100_000, pageSize: 1000, times: 'bursty', tokens: 'prefixed', latency: 300 },
  { profiles: 100_000, pageSize: 1000, times: 'growing with the token', tokens: 'sequential', latency: 300 },
  { profiles: 100_000, pageSize: 1000, times: 'half in one second', tokens: 'mixed', latency: 150 },
  // Of the windows that the first twenty profiles promise, one holds nearly half of all.
  { profiles: 106_230, pageSize: 10, times: 'even', tokens: 'random', latency: 300, second: 19, seed: 426_852_096 },
  ...(LONG ? LONG_READS : [])
])(
  '$profiles profiles, $times, with tokens that are $tokens, at $latency ms, in pages of $pageSize, take as long as the limit says',
  async (read) => {
    await expectAtLimit({ concurrency: 8, limit: LIMIT, second: 34, seed: 2, ...read })
  },
  600_000
)

const thousands = (most: number): fc.Arbitrary<number> => fc.integer({ min: 100_000, max: most * 1000 })
const largeSized = fc.oneof(
  fc.record({ pageSize: fc.constant(1000), profiles: thousands(LONG ? 300 : 110) }),
  ...(LONG
    ? [
        fc.record({ pageSize: fc.constant(100), profiles: thousands(300) }),
        fc.record({ pageSize: fc.constant(10), profiles: thousands(120) })
      ]
    : [])
)
const large = fc
  .tuple(fc.record({ ...common, limit: fc.constant(LIMIT) }), largeSized)
  .map(([one, size]) => ({ ...one, ...size }))

test('so are all kinds of large reads', async () => {
  await fc.assert(fc.asyncProperty(large, expectAtLimit), { numRuns: LONG ? 300 : 1, endOnFailure: true })
}, 7_200_000)
