import * as fc from 'fast-check'
import { compare, type Course, inTurn } from '../../../src/algolia/profiles/turns'

/** A window of which the profiles with these tokens have been read. */
function courseOf(tokens: readonly string[], share = 0.2): Course {
  return {
    to: tokens.at(-1) ?? '',
    read: tokens.length,
    share,
    countTo: (place) => tokens.filter((token) => token <= place).length
  }
}

describe('next is', () => {
  const small = courseOf(['a', 'f', 'p'])
  const large = courseOf(['b', 'c', 'd'])
  const unread = courseOf([])

  test.each([true, false])('what has not been begun, the largest first, side by side: %p', (isSideBySide) => {
    const larger = courseOf([], 0.3)
    expect(inTurn([large, unread, larger], isSideBySide)).toEqual([larger, unread, large])
  })

  test('the window that is farthest behind in the order of user tokens, whatever was expected of it', () => {
    expect(inTurn([small, large], true)).toEqual([large, small])
    expect(
      inTurn(
        [
          { ...small, share: 0.9 },
          { ...large, share: 0.1 }
        ],
        true
      )[0]
    ).toMatchObject({ to: 'd' })
  })

  test('where tokens grow with time, the window of which the smallest part has been read', () => {
    const [earlier, later] = [courseOf(['a', 'b', 'c']), courseOf(['m', 'n'])]
    expect(inTurn([earlier, later], false)).toEqual([later, earlier])
    const longer = { ...earlier, share: 0.6 }
    expect(inTurn([later, longer], false)).toEqual([longer, later])
  })

  test('the one with the smallest part read, too, where pages are in another order than is expected', () => {
    const unknown = { ...large, to: undefined }
    const ahead = { ...small, share: 0.5 }
    expect(inTurn([unknown, ahead], true)).toEqual([ahead, unknown])
  })
})

describe('windows that are compared', () => {
  const tokens = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 30, maxLength: 90 })

  test('have had their parts of the profiles up to the place to which all have come', () => {
    fc.assert(
      fc.property(tokens, fc.infiniteStream(fc.integer({ min: 0, max: 2 })), (all, windowOf) => {
        const windows: string[][] = [[], [], []]
        for (const token of all.sort()) windows[windowOf.next().value ?? 0]?.push(token)
        fc.pre(windows.every((own) => own.length > 0))
        const lowest = windows.map((own) => own.at(-1) ?? '').sort()[0] ?? ''
        const upTo = all.filter((token) => token <= lowest)
        const { shares = [] } = compare(windows.map((own) => courseOf(own))) ?? {}
        windows.forEach((own, index) => {
          expect(shares[index]).toBeCloseTo(own.filter((token) => token <= lowest).length / upTo.length)
        })
      })
    )
  })

  const one = courseOf(['a', 'b', 'c', 'd'])
  test.each<[string, boolean, readonly Course[]]>([
    ['where each has a part', true, [courseOf(['a', 'c']), courseOf(['b', 'd'])]],
    ['where one holds most, and was expected to', true, [{ ...one, share: 0.8 }, courseOf(['m'])]],
    ['not where all up to there is in one', false, [one, courseOf(['m', 'n'])]],
    ['nor where another one has a few', false, [one, courseOf(['aa', 'n'], 0.4)]]
  ])('go through the same user tokens %s', (_, isSo, windows) => {
    expect(compare(windows)?.isSideBySide).toBe(isSo)
  })

  test.each<[string, readonly Course[]]>([
    ['there is but one', [one]],
    ['one has not been begun', [one, courseOf([])]],
    ['pages of one were in another order', [one, { ...one, to: undefined }]],
    ['what one has had is not known any more', [one, { ...one, countTo: () => undefined }]]
  ])('tell nothing where %s', (_, windows) => {
    expect(compare(windows)).toBeUndefined()
  })
})
