import { Chain } from '../../../src/algolia/profiles/chain'
import { ownProfiles, placeAfter, withoutRepeats } from '../../../src/algolia/profiles/repeats'

const SECOND = Date.parse('2026-01-01T00:00:00Z') / 1000
const profile = (userID: unknown, lastUpdatedAt: unknown = '2026-01-01T00:00:00.5Z') => ({ userID, lastUpdatedAt })

describe('of a second in which two windows overlap', () => {
  test.each([
    ['2026-01-01T00:00:00.000001Z', true],
    ['2026-01-01T00:00:00.9Z', true],
    ['2026-01-01T01:00:00.9+01:00', true],
    ['2026-01-01T00:00:01Z', false],
    ['2026-01-01T00:00:00.9', false],
    ['never', false],
    [7, false],
    [undefined, false]
  ])('a profile updated at %s is left to the earlier window: %s', (lastUpdatedAt, isLeft) => {
    const profiles = [{ userID: 'a', lastUpdatedAt }]
    expect([...ownProfiles(profiles, SECOND)]).toEqual(isLeft ? [] : profiles)
    expect([...ownProfiles(profiles, undefined)]).toEqual(profiles)
  })
})

describe('what has been handed out', () => {
  const names = (profiles: Iterable<unknown>) => Array.from(profiles, (one) => (one as { userID: unknown }).userID)
  const later = SECOND + 100

  test('is left out where it is known, unless it has changed since, whatever the order', () => {
    const handedOut = new Map([
      ['a', '2026-01-01T00:00:00.5Z'],
      ['c', '2025-01-01T00:00:00Z']
    ])
    const page = [profile('c'), profile('b'), profile('a'), profile(7)]
    expect(names(withoutRepeats(page, { read: 0, again: 2 }, handedOut, later))).toEqual(['c', 'b', 7])
  })

  test.each<[string, string[], { readTo?: string; again?: number }, string[]]>([
    ['up to its place', ['a', 'c', 'e', 'f'], { readTo: 'e', again: 9 }, ['f']],
    ['no more than were', ['a', 'c', 'e'], { readTo: 'e', again: 2 }, ['e']],
    ['as long as the order is the expected one', ['a', 'e', 'c', 'd'], { readTo: 'e', again: 9 }, ['c', 'd']],
    ['not where it is not known how far it was read', ['a'], { again: 9 }, ['a']]
  ])('is left out %s', (_, page, window, left) => {
    const profiles = page.map((userToken) => profile(userToken))
    expect(names(withoutRepeats(profiles, { read: 0, ...window }, undefined, later))).toEqual(left)
  })

  test('may have changed where a profile carries a time of after the start', () => {
    const page = [profile('a'), profile('b', '2026-01-01T00:01:40Z'), profile('c', 'never')]
    expect(names(withoutRepeats(page, { read: 0, readTo: 'z', again: 9 }, undefined, later))).toEqual(['b', 'c'])
  })
})

test.each<[(string | undefined)[], string, string | undefined]>([
  [['b', 'c', 'd'], 'a', 'd'],
  [['b', 'd', 'c', 'e'], 'a', undefined],
  [['b', 'e'], 'a', 'e'],
  [['b', 'c'], 'b', undefined],
  [['b', undefined], 'a', undefined],
  [['b'], 'a', 'b'],
  [[], 'a', 'a']
])('pages with %j after %s reach to %s', (userTokens, place, reached) => {
  expect(placeAfter(userTokens, place)).toBe(reached)
})

test.each<[string, boolean, unknown[], unknown[]]>([
  ['all user tokens of a page while it may be cut', true, ['a', 7, 'c'], ['a', undefined, 'c']],
  ['those at its ends when it may not', false, ['a', 7, 'c', 'd'], ['a', 'd']],
  ['one where there is one', false, ['a'], ['a']],
  ['none where there is none', false, [], []]
])('a chain looks at %s', (_, mayBeCut, userTokens, looked) => {
  const chain = new Chain({ read: 0 }, mayBeCut)
  chain.add(userTokens.map((userToken) => profile(userToken)))
  expect(chain.userTokens).toEqual(looked)
})
