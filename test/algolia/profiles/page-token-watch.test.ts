import * as fc from 'fast-check'
import { PageTokenWatch } from '../../../src/algolia/profiles/page-token-watch'

/** How many tokens are shown before the watch notices a repetition; undefined when it never does. */
function noticedAfter(first: string | undefined, tokens: Iterable<string>): number | undefined {
  const watch = new PageTokenWatch(first)
  let shown = 0
  for (const token of tokens) {
    shown += 1
    if (watch.repeats(token)) return shown
  }
  return undefined
}

test('tokens that are all different are never taken for a repetition', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 300 }), ([first, ...others]) => {
      expect(noticedAfter(first, others)).toBeUndefined()
    })
  )
})

test('tokens that come back to any earlier one are noticed within three rounds of what came before', () => {
  fc.assert(
    fc.property(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 200 }), (lead, circle) => {
      function* tokens(): Generator<string> {
        for (let index = 0; index < lead; index += 1) yield `lead-${index}`
        for (let index = 0; index < 10_000; index += 1) yield `circle-${index % circle}`
      }
      const noticed = noticedAfter(undefined, tokens())
      expect(noticed).toBeDefined()
      expect(noticed).toBeLessThanOrEqual(3 * (lead + circle) + 2)
    })
  )
})

test('a token that leads to itself is noticed at once', () => {
  expect(noticedAfter('same', ['same'])).toBe(1)
  expect(noticedAfter(undefined, ['same', 'same'])).toBe(2)
})
