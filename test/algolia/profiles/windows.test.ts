import * as fc from 'fast-check'
import {
  addToSample,
  afterLastPage,
  afterPage,
  afterRefusedToken,
  afterSplit,
  chainsWanted,
  chooseCuts,
  LATENESS_SECONDS,
  newPass,
  type Pass,
  shouldSplit,
  type Window,
  windowsToRead
} from '../../../src/algolia/profiles/windows'

const DAY = 86_400
const NOW = 1_770_000_000

/** Whether a time in whole microseconds lies within a window, compared as finely as `precision` microseconds. */
function isWithin(time: number, { after, before }: Window, precision: number): boolean {
  const unit = (seconds: number): number => Math.floor((seconds * 1_000_000) / precision)
  const moment = Math.floor(time / precision)
  return (after === undefined || moment > unit(after)) && (before === undefined || moment < unit(before))
}

/** A window, and times in whole microseconds of the profiles in it. */
const windowsWithTimes = fc
  .record({
    after: fc.option(fc.integer({ min: NOW - 90 * DAY, max: NOW }), { nil: undefined }),
    width: fc.option(fc.oneof(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 2, max: 90 * DAY })), {
      nil: undefined
    }),
    spread: fc.constantFrom(1, 60, DAY, 90 * DAY),
    offsets: fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 60 }),
    fractions: fc.array(fc.integer({ min: 0, max: 999_999 }), { minLength: 1, maxLength: 3 })
  })
  .map(({ after, width, spread, offsets, fractions }) => {
    const before = width === undefined ? undefined : (after ?? NOW - 90 * DAY) + width
    const window: Window = { after, before, pageToken: 'somewhere', pages: 99 }
    const low = after ?? NOW - 90 * DAY
    const range = Math.min(spread, (before ?? NOW) - low)
    const times = offsets.map((offset, index) => {
      const seconds = low + Math.floor(offset * range)
      return seconds * 1_000_000 + (fractions[index % fractions.length] ?? 0)
    })
    return { window, times: times.filter((time) => isWithin(time, window, 1)) }
  })

describe('a window that is split', () => {
  test('loses nothing: each profile lies in at least one part, however finely times are compared', () => {
    fc.assert(
      fc.property(
        windowsWithTimes,
        fc.integer({ min: 2, max: 32 }),
        fc.constantFrom(1, 1000, 1_000_000),
        fc.nat(),
        ({ window, times }, parts, precision, later) => {
          const sample = times.filter((_, index) => index % 3 === 0).map((time) => Math.floor(time / 1_000_000))
          const cuts = chooseCuts(window, sample, NOW, parts)
          const { windows } = afterSplit({ windows: [window], pages: 0, longest: 0 }, window, cuts)
          // Profiles that were updated since are in the part that is open towards the present.
          const all = window.before === undefined ? [...times, NOW * 1_000_000 + later] : times
          for (const time of all.filter((moment) => isWithin(moment, window, precision))) {
            expect(windows.some((part) => isWithin(time, part, precision))).toBe(true)
          }
        }
      ),
      { numRuns: 2000 }
    )
  })

  test('is cut at ascending places inside of it, into parts that are strictly narrower and begin anew', () => {
    fc.assert(
      fc.property(windowsWithTimes, fc.integer({ min: 2, max: 32 }), ({ window, times }, parts) => {
        const cuts = chooseCuts(
          window,
          times.map((time) => Math.floor(time / 1_000_000)),
          NOW,
          parts
        )
        expect(cuts.length).toBeLessThan(window.before === undefined ? parts + 1 : parts)
        cuts.forEach((cut, index) => {
          expect(cut).toBeGreaterThan(cuts[index - 1] ?? window.after ?? -Infinity)
          expect(cut + 1).toBeLessThan(window.before ?? Infinity)
        })
        if (cuts.length === 0) return
        const { windows } = afterSplit({ windows: [window], pages: 0, longest: 0 }, window, cuts)
        expect(windows).toHaveLength(cuts.length + 1)
        for (const part of windows) {
          expect(part.pageToken).toBeUndefined()
          expect(part.pages).toBe(0)
          const isNarrower =
            (part.after ?? -Infinity) > (window.after ?? -Infinity) ||
            (part.before ?? Infinity) < (window.before ?? Infinity)
          expect(isNarrower).toBe(true)
          expect((part.before ?? Infinity) - (part.after ?? -Infinity)).toBeGreaterThanOrEqual(2)
        }
      }),
      { numRuns: 2000 }
    )
  })

  test('has about equal parts where the profiles read so far are a fair sample', () => {
    const times = Array.from({ length: 1000 }, (_, index) => NOW - 90 * DAY + Math.floor((index * 90 * DAY) / 1000))
    const cuts = chooseCuts({ pages: 20 }, times, NOW, 6)
    expect(cuts).toHaveLength(6)
    const ends = [NOW - 90 * DAY, ...cuts]
    for (const [index, cut] of cuts.entries()) expect(cut - (ends[index] ?? 0)).toBeCloseTo(15 * DAY, -4)
  })

  test('has parts much smaller than the whole even where the sample tells nothing of the rest', () => {
    // User tokens that grow with time: the first pages hold the oldest profiles.
    const times = Array.from({ length: 1000 }, (_, index) => NOW - 90 * DAY + index)
    const cuts = chooseCuts({ pages: 20 }, times, NOW, 6)
    const ends = [...cuts, NOW]
    const widest = Math.max(...ends.map((end, index) => end - (ends[index - 1] ?? NOW - 90 * DAY)))
    expect(widest).toBeLessThanOrEqual((90 * DAY) / 3 + 2000)
  })

  test('can be split again and again, and comes to an end', () => {
    fc.assert(
      fc.property(windowsWithTimes, fc.integer({ min: 2, max: 8 }), ({ window, times }, parts) => {
        const seconds = times.map((time) => Math.floor(time / 1_000_000))
        let rounds = 0
        let windows: readonly Window[] = [window]
        while (windows.length > 0) {
          rounds += 1
          windows = windows.flatMap((one) => {
            const longRead = { ...one, pages: 1000 }
            const pass: Pass = { windows: [longRead], pages: 0, longest: 0 }
            if (!shouldSplit(pass, longRead, 1, parts)) return []
            const inside = seconds.filter((time) => isWithin(time * 1_000_000 + 500_000, one, 1))
            const cuts = chooseCuts(longRead, inside, NOW, parts)
            return cuts.length === 0 ? [] : afterSplit(pass, longRead, cuts).windows
          })
          expect(rounds).toBeLessThan(100)
        }
      }),
      { numRuns: 300 }
    )
  })

  test('keeps in a part of its own what is updated from now on, however late it is stored', () => {
    fc.assert(
      fc.property(
        windowsWithTimes,
        fc.integer({ min: 2, max: 32 }),
        fc.nat({ max: LATENESS_SECONDS - 1 }),
        ({ window: { after, pages }, times }, parts, late) => {
          const window: Window = { after, pages }
          const seconds = times.map((time) => Math.floor(time / 1_000_000))
          const { windows } = afterSplit(
            { windows: [window], pages: 0, longest: 0 },
            window,
            chooseCuts(window, seconds, NOW, parts)
          )
          const moment = (NOW - late) * 1_000_000
          const bounded = windows.filter(({ before }) => before !== undefined)
          expect(bounded.filter((part) => isWithin(moment, part, 1))).toEqual([])
          expect(windows.length - bounded.length).toBe(1)
        }
      ),
      { numRuns: 1000 }
    )
  })

  test('is not cut where most of its profiles are so new that one part would have them all', () => {
    const times = Array.from({ length: 100 }, (_, index) => NOW - (index < 60 ? 300 : DAY))
    expect(chooseCuts({ pages: 20 }, times, NOW, 6)).toEqual([])
    expect(chooseCuts({ pages: 20 }, times, NOW + LATENESS_SECONDS, 6)).not.toEqual([])
  })

  test('is not cut where nothing is known of its profiles, or no room is left', () => {
    expect(chooseCuts({ pages: 20 }, [], NOW, 6)).toEqual([])
    expect(chooseCuts({ after: NOW, before: NOW + 2, pages: 20 }, [NOW + 1], NOW, 6)).toEqual([])
    expect(chooseCuts({ after: NOW, pages: 20 }, [NOW], NOW, 6)).toEqual([])
  })
})

describe('whether a window is split', () => {
  const long: Window = { pages: 100 }
  const pass: Pass = { windows: [long], pages: 100, longest: 10 }

  test('depends on whether the chains under way can use the calls', () => {
    expect(shouldSplit(pass, long, 1, 3)).toBe(true)
    expect(shouldSplit(pass, long, 3, 3)).toBe(false)
    expect(shouldSplit(pass, long, 1, 1)).toBe(false)
  })

  test('depends on whether it has proved long, by itself and next to the others', () => {
    expect(shouldSplit(pass, { pages: 3 }, 1, 3)).toBe(false)
    expect(shouldSplit({ ...pass, longest: 60 }, long, 1, 3)).toBe(false)
  })

  test('depends on whether enough of it is left to be worth reading its pages again', () => {
    expect(shouldSplit(pass, long, 1, 3, () => 199)).toBe(false)
    expect(shouldSplit(pass, long, 1, 3, () => 200)).toBe(true)
  })

  test('is no longer so when it can not be made narrower', () => {
    expect(shouldSplit(pass, { after: NOW, before: NOW + 2, pages: 100 }, 1, 3)).toBe(false)
    expect(shouldSplit(pass, { after: NOW, before: NOW + 3, pages: 100 }, 1, 3)).toBe(true)
  })
})

describe('the chains that are wanted', () => {
  const RATE = 500 / 60_000

  test('are one where calls are so quick that one chain uses the limit up', () => {
    expect(chainsWanted(0, RATE, 8)).toBe(1)
    expect(chainsWanted(100, RATE, 8)).toBe(1)
  })

  test('are as many as it takes, and one to spare', () => {
    expect(chainsWanted(200, RATE, 8)).toBe(3)
    expect(chainsWanted(500, RATE, 8)).toBe(6)
  })

  test('are never more than the configuration allows', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.option(fc.double({ min: 1e-9, max: 10, noNaN: true }), { nil: undefined }),
        fc.integer({ min: 1, max: 16 }),
        (latency, rate, concurrency) => {
          const wanted = chainsWanted(latency, rate, concurrency)
          expect(wanted).toBeGreaterThanOrEqual(1)
          expect(wanted).toBeLessThanOrEqual(concurrency)
          expect(Number.isInteger(wanted)).toBe(true)
        }
      )
    )
  })

  test('are all that are allowed where there is no limit', () => {
    expect(chainsWanted(0, undefined, 8)).toBe(8)
  })
})

describe('a pass', () => {
  test('has the windows that are open towards the present read when all others have been', () => {
    const [old, recent, open]: Window[] = [
      { before: NOW - DAY, pages: 0 },
      { after: NOW - DAY - 1, before: NOW, pages: 3, pageToken: 'next' },
      { after: NOW - 1, pages: 0 }
    ]
    const windows = [old!, open!, recent!]
    expect(windowsToRead({ windows, pages: 0, longest: 0 })).toEqual([old, recent])
    expect(windowsToRead({ windows: [open!], pages: 0, longest: 0 })).toEqual([open])
  })

  test('starts as one window that is open towards the present', () => {
    expect(newPass(undefined).windows).toEqual([{ pages: 0 }])
    expect(newPass(NOW).windows).toEqual([{ after: NOW, pages: 0 }])
  })

  test('holds for each window the page to read next, until it has none', () => {
    const [one, other]: [Window, Window] = [
      { before: NOW + 1, pages: 0 },
      { after: NOW, pages: 0 }
    ]
    const { pass, moved } = afterPage({ windows: [one, other], pages: 0, longest: 0 }, one, 'second')
    expect(pass).toEqual({ windows: [{ ...one, pageToken: 'second', pages: 1 }, other], pages: 1, longest: 0 })
    const ended = afterLastPage(pass, moved)
    expect(ended).toEqual({ windows: [other], pages: 2, longest: 2 })
    expect(afterLastPage(ended, other)).toEqual({ windows: [], pages: 3, longest: 2 })
  })

  test('goes back to the start of a window whose page token is refused', () => {
    const window: Window = { after: NOW, pageToken: 'old', pages: 7 }
    expect(afterRefusedToken({ windows: [window], pages: 7, longest: 0 }, window)).toEqual({
      windows: [{ after: NOW, pages: 0, restarted: true }],
      pages: 7,
      longest: 0
    })
  })
})

test('a sample stays small, however many pages are added to it, and spans them all', () => {
  let sample: readonly number[] = []
  for (let page = 0; page < 500; page += 1) {
    sample = addToSample(
      sample,
      Array.from({ length: 250 }, (_, index) => page * 250 + index)
    )
    expect(sample.length).toBeLessThanOrEqual(2250)
  }
  expect(sample[0]).toBe(0)
  expect(sample.at(-1)).toBeGreaterThan(499 * 250 - 1)
})
