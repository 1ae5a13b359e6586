import * as fc from 'fast-check'
import { type Course, inTurn, shareSeen } from '../../../src/algolia/profiles/turns'

/** A window of which the profiles with these tokens have been read. */
function courseOf(tokens: readonly string[], share = 0.2): Course {
  return {
    from: tokens[0],
    to: tokens.at(-1),
    read: tokens.length,
    share,
    countTo: (place) => tokens.filter((token) => token <= place).length
  }
}

describe('next is', () => {
  const small = courseOf(['a', 'f', 'p'])
  const large = courseOf(['b', 'c', 'd'])
  const unread = courseOf([])

  test('what has not been begun, the largest first', () => {
    const larger = courseOf([], 0.3)
    expect(inTurn([large, unread, larger])).toEqual([larger, unread, large])
  })

  test('the window that is farthest behind in the order of user tokens, whatever was expected of it', () => {
    expect(inTurn([small, large])).toEqual([large, small])
    expect(
      inTurn([
        { ...small, share: 0.9 },
        { ...large, share: 0.1 }
      ])[0]
    ).toMatchObject({ to: 'd' })
  })

  test('where tokens grow with time, the window of which the smallest part has been read', () => {
    const [earlier, later] = [courseOf(['a', 'b', 'c']), courseOf(['m', 'n'])]
    expect(inTurn([earlier, later])).toEqual([later, earlier])
    const longer = { ...earlier, share: 0.6 }
    expect(inTurn([later, longer])).toEqual([longer, later])
  })

  test.each([
    ['pages are in another order than is expected', { to: undefined }],
    ['an earlier run has begun it', { from: undefined }]
  ])('the one with the smallest part read, too, where %s', (_, changes) => {
    const unknown = { ...large, ...changes }
    const ahead = { ...small, share: 0.5 }
    expect(inTurn([unknown, ahead])).toEqual([ahead, unknown])
  })
})

describe('the share of a window', () => {
  const tokens = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 20, maxLength: 60 })

  test('is what it has of the profiles up to the place to which all have been read', () => {
    fc.assert(
      fc.property(tokens, fc.infiniteStream(fc.integer({ min: 0, max: 2 })), (all, windowOf) => {
        const windows: string[][] = [[], [], []]
        for (const token of all.sort()) windows[windowOf.next().value ?? 0]?.push(token)
        // Each has been read for some pages; nobody has been read further than to the last token of the others.
        const courses = windows.map((own) => courseOf(own))
        const lowest = courses.map(({ to = '' }) => to).sort()[0] ?? ''
        const seen = courses.map((course) => shareSeen(course, courses))
        if (seen[0] === undefined) return
        expect(seen.reduce<number>((sum, share = 0) => sum + share, 0)).toBeCloseTo(1)
        const upTo = all.filter((token) => token <= lowest)
        windows.forEach((own, index) => {
          expect(seen[index]).toBeCloseTo(own.filter((token) => token <= lowest).length / upTo.length)
        })
      })
    )
  })

  test.each<[string, readonly Course[]]>([
    ['there is but one', [courseOf(['a', 'b'])]],
    ['one has not been begun', [courseOf(['a', 'b']), courseOf([])]],
    ['each has tokens of its own', [courseOf(['a', 'b']), courseOf(['m', 'n'])]],
    [
      'what one has had is not known any more',
      [courseOf(['a', 'd']), { ...courseOf(['b', 'c']), countTo: () => undefined }]
    ]
  ])('is not known where %s', (_, windows) => {
    expect(shareSeen(windows[0] as Course, windows)).toBeUndefined()
  })
})
