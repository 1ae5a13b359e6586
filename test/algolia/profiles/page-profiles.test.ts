import * as fc from 'fast-check'
import type { PageProfiles } from '../../../src/algolia/profiles/page-profiles'
import { readUsersPage, type UsersPage } from '../../../src/algolia/profiles/users'

const LONG = process.env.LONG === '1'

/** @returns the page that a body holds; fails where it holds none */
function pageOf(body: string | Buffer): UsersPage {
  const page = readUsersPage(Buffer.from(body))
  if ('unreadable' in page) throw new Error(page.unreadable)
  return page.value
}

const isUnreadable = (body: string | Buffer): boolean => 'unreadable' in readUsersPage(Buffer.from(body))

const NOTHING = 'nothing'

/** What comes of a body in the end: all its profiles and its page token, or nothing, at once or as they are taken. */
function outcomeOf(body: string | Buffer): unknown {
  try {
    const { profiles, nextPageToken } = pageOf(body)
    return { users: [...profiles], nextPageToken }
  } catch {
    return NOTHING
  }
}

/** What should come of it, by parsing it as a whole. */
function wholeOutcomeOf(body: string | Buffer): unknown {
  try {
    const { users, nextPageToken } = JSON.parse(body.toString()) as { users?: unknown; nextPageToken?: unknown }
    return Array.isArray(users) ? { users, nextPageToken: nextPageToken || undefined } : NOTHING
  } catch {
    return NOTHING
  }
}

/** A body cut short at each of its bytes. */
function beginningsOf(body: string): Buffer[] {
  const bytes = Buffer.from(body.trimEnd())
  return Array.from(bytes, (_, end) => bytes.subarray(0, end))
}

function takeInOrder(profiles: PageProfiles): unknown[] {
  const taken: unknown[] = []
  for (let position = 0; position < profiles.length; position += 1) taken.push(profiles.at(position))
  return taken
}

/** Writes JSON with whitespace, wherever it may stand, from a list that is used over and over. */
function written(input: unknown, gaps: readonly string[]): string {
  let used = 0
  const gap = (): string => gaps[used++ % gaps.length] ?? ''
  const listed = (parts: string[]): string => parts.map((part) => gap() + part + gap()).join(',') || gap()
  const write = (value: unknown): string => {
    if (Array.isArray(value)) return `[${listed(value.map(write))}]`
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)
    const entries = Object.entries(value).map(
      ([key, entry]) => JSON.stringify(key) + gap() + ':' + gap() + write(entry)
    )
    return `{${listed(entries)}}`
  }
  return write(input)
}

/** Texts that look like the places at which a page could be cut. */
const LOOKALIKES = ['},{"userID":', '"userID":', '"users":[', '],"users":[{"userID":"x"}]', '},{', '[', ']}', ',', ':b']
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom(...LOOKALIKES, '\\', '\\"', '"', '\u2028é𝄞', '__proto__')
)
const keys = fc.oneof({ arbitrary: fc.constantFrom('userID', 'users', 'nextPageToken'), weight: 2 }, texts)

function objectsOf(key: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return fc.array(fc.tuple(key, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries))
}

/** Any JSON, rich in lists of objects that begin as profiles do. */
const values = fc.letrec<{ value: unknown; object: object; sameBeginnings: object[] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, 0, -1.5e-7, 1e21),
    texts,
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
    tie('sameBeginnings')
  ),
  object: objectsOf(keys, tie('value')),
  sameBeginnings: fc
    .tuple(keys, fc.array(fc.tuple(tie('value'), tie('object')), { maxLength: 4 }))
    .map(([key, entries]) => entries.map(([first, rest]) => ({ [key]: first, ...rest })))
}))

const othersOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  objectsOf(
    texts.filter((key) => key !== 'users'),
    value
  )

const bodies = fc
  .record({
    users: fc.oneof({ arbitrary: values.sameBeginnings, weight: 4 }, fc.array(values.value, { maxLength: 5 })),
    before: othersOf(values.value),
    after: othersOf(values.value),
    token: fc.constantFrom({}, { nextPageToken: null }, { nextPageToken: 'a]b' }, { nextPageToken: '' }),
    gaps: fc.oneof(
      fc.constant(['']),
      fc.array(fc.constantFrom('', '', '', ' ', '\n\t'), { minLength: 1, maxLength: 20 })
    )
  })
  .map(({ users, before, after, token, gaps }) => written({ ...before, users, ...after, ...token }, gaps))

/** Profiles as Algolia has them: no object deeper within begins as they do. */
const algoliaBodies = fc
  .record({
    users: fc.array(
      fc.record({
        userID: texts,
        type: texts,
        affinities: fc.array(
          fc.record({ name: texts, value: texts, score: fc.nat(20), indices: fc.array(texts, { maxLength: 2 }) }),
          { maxLength: 3 }
        ),
        segments: fc.array(fc.record({ id: texts, source: texts }), { maxLength: 2 }),
        lastUpdatedAt: texts
      }),
      { maxLength: 4 }
    ),
    nextPageToken: fc.option(texts, { nil: undefined })
  })
  .map((page) => JSON.stringify(page))

describe('a page', () => {
  test('gives just the profiles that are in it, and its page token, whatever stands in it and around them', () => {
    fc.assert(
      fc.property(fc.oneof(bodies, algoliaBodies), (body) => {
        const { profiles, nextPageToken } = pageOf(body)
        const expected = wholeOutcomeOf(body)
        expect({ users: [...profiles], nextPageToken }).toEqual(expected)
        expect({ users: takeInOrder(pageOf(body).profiles), nextPageToken }).toEqual(expected)
      }),
      { numRuns: LONG ? 2000 : 300 }
    )
  })

  test('is as long as its list of profiles, once they have been taken', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const { profiles } = pageOf(body)
        const taken = [...profiles]
        expect(profiles).toHaveLength(taken.length)
      })
    )
  })

  test.each<[string, string]>([
    ['none at all', '{"users":[]}'],
    ['one', '{"users":[{"userID":"a"}],"nextPageToken":"b"}'],
    ['empty ones', '{"users":[{},{}]}'],
    ['entries that are no objects', '{"users":[null,7,"{",[],{"userID":"a"}]}'],
    ['ones with another first key', '{"users":[{"type":"basic","userID":"a"},{"type":"basic","userID":"b"}]}'],
    ['ones with different first keys', '{"users":[{"userID":"a"},{"type":"basic","userID":"b"},{"userID":"c"}]}'],
    [
      'ones whose first key stands deeper in the middle one',
      '{"users":[{"userID":"a"},{"userID":"b","friends":[{"userID":"c"},{"userID":"d"}]},{"userID":"e"}]}'
    ],
    ['ones whose first key stands deeper in the last one', '{"users":[{"a":1},{"a":[{"a":2},{"a":3},{"a":4}]}]}'],
    ['a text that ends as a boundary begins', '{"users":[{",":1,"t":"},{",":b":2},{",":3}]}'],
    ['a first key with quotes', '{"users":[{"a\\":b":1},{"a\\":b":2},{"a\\":c":3}]}'],
    ['a first key that is very long', JSON.stringify({ users: [{ ['k'.repeat(200)]: 1 }, { ['k'.repeat(200)]: 2 }] })],
    ['a list of that name deeper before them', '{"meta":{"users":[{"userID":"x"}]},"users":[{"userID":"a"}]}'],
    ['a list of that name deeper after them', '{"users":[{"userID":"a"}],"meta":{"users":[{"userID":"x"}]}}'],
    [
      'a list of that name deeper after them, where theirs has a space',
      '{"users" :[{"userID":"a"}],"meta":{"users":[{"userID":"x"}]}}'
    ],
    ['lists of that name within them', '{"users":[{"users":[{"users":[]}]},{"users":[{"users":[1]},{"users":[2]}]}]}'],
    ['a bracket in a text after them', '{"users":[{"userID":"a"},{"userID":"b"}],"note":"]}","nextPageToken":"]"}'],
    ['a key that ends in that name', '{"other \\"users":[{"userID":"x"}],"users":[{"userID":"a"}]}'],
    ['the list twice, of which the last counts', '{"users":[{"userID":"x"}],"users":[{"userID":"a"}]}'],
    ['line breaks', JSON.stringify({ users: [{ userID: 'a' }, { userID: 'b' }], nextPageToken: 'c' }, null, 2)],
    ['characters of several bytes', '{"users":[{"userID":"é𝄞"},{"userID":"\u2028"}],"nextPageToken":"é"}']
  ])('gives just its profiles: %s', (_, body) => {
    expect(outcomeOf(body)).toEqual(wholeOutcomeOf(body))
    expect(outcomeOf(body)).not.toBe(NOTHING)
  })

  test.each(['{"users":5}', '{"users":[{"userID":"a"}],"users":5}', '{"meta":{"users":[{"userID":"a"}]}}', '[]'])(
    'is none without a list of profiles of its own: %s',
    (body) => expect(isUnreadable(body)).toBe(true)
  )

  test('of Algolia is not parsed before its profiles are taken: those before a broken one come', () => {
    const users = ['a', 'b', 'broken', 'd'].map((userID) => ({ userID, affinities: [{ name: 'x' }, { name: 'y' }] }))
    const { profiles } = pageOf(JSON.stringify({ users, nextPageToken: 'e' }).replace('"broken"', 'broken'))
    expect([profiles.at(0), profiles.at(1)]).toEqual(users.slice(0, 2))
    expect(() => profiles.at(2)).toThrow(
      expect.objectContaining({
        failureType: 'transient_error',
        message: expect.stringContaining('profile 3 is not JSON') as string
      }) as Error
    )
  })
})

describe('a page that is cut short', () => {
  test('is unreadable, wherever it was cut', () => {
    fc.assert(
      fc.property(algoliaBodies, (body) => {
        expect(beginningsOf(body).filter((beginning) => !isUnreadable(beginning))).toEqual([])
      })
    )
  })

  test('never passes for a whole one, whatever stood in it', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        expect(beginningsOf(body).filter((beginning) => outcomeOf(beginning) !== NOTHING)).toEqual([])
      }),
      { numRuns: LONG ? 50 : 10 }
    )
  })

  test.each([
    '{"users":[{"userID":"a","affinities":[]}',
    '{"users":[{"userID":"a"},{"userID":"b","affinities":[]}',
    '{"users":[{"userID":"a","friends":[{"userID":"c"},{"userID":"d"}]}',
    '{"users":[{"userID":"a"}]',
    '{"users":[{"userID":"a"}],"nextPageToken":"b"'
  ])('is unreadable: %s', (body) => expect(isUnreadable(body)).toBe(true))
})

test('a page with a byte that is another gives what it then holds, or nothing, and never other profiles', () => {
  const bytes = fc.oneof(fc.constantFrom(...Buffer.from('"{}[],:\\ u')), fc.nat(255))
  fc.assert(
    fc.property(fc.oneof(bodies, algoliaBodies), fc.nat(), bytes, (body, place, byte) => {
      const broken = Buffer.from(body)
      broken[place % broken.length] = byte
      expect(outcomeOf(broken)).toEqual(wholeOutcomeOf(broken))
    }),
    { numRuns: LONG ? 5000 : 500 }
  )
})
