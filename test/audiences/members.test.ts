import fc from 'fast-check'
import { Comparison, isAfter } from '../../src/audiences/comparison'
import { decide, decideBefore } from '../../src/audiences/decide'
import { estimatedPages, minutesFor } from '../../src/audiences/estimate'
import { MemberList, type Row } from '../../src/audiences/members'
import { progressOf } from '../../src/audiences/report'
import { tooManyRemovals } from '../../src/audiences/removals'

const numRuns = process.env.LONG === '1' ? 5000 : 200
const row = fc.record({
  userToken: fc.constantFrom('a', 'b', 'c', 'me@example.com', '', 7),
  audience: fc.constantFrom('x', 'y', 'z', '', 'bad\n'),
  member: fc.constantFrom('yes', 'NO', '', '1', '0', true, false, 'maybe', undefined)
})

/** What rows say, worked out the slow way: by pair, every answer that was given. */
function modelOf(rows: Omit<Row, 'line'>[]) {
  const said = new Map<string, Set<boolean>>()
  let bad = 0
  for (const { userToken, audience, member } of rows) {
    const text = (member === undefined ? '' : JSON.stringify(member).replaceAll('"', '')).toLowerCase()
    const says = ['', 'yes', '1', 'true'].includes(text)
      ? true
      : ['no', '0', 'false'].includes(text)
        ? false
        : undefined
    const isGood = ['a', 'b', 'c', '7'].includes(String(userToken)) && /^[xyz]$/.test(String(audience))
    if (!isGood || says === undefined) bad += 1
    else {
      const pair = `${String(userToken)} ${String(audience)}`
      said.set(pair, (said.get(pair) ?? new Set()).add(says))
    }
  }
  return { said, bad }
}

describe('a list of members', () => {
  test('says for each pair what its rows say; where they say both, nothing', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const list = new MemberList()
        rows.forEach((one, index) => list.add({ line: index + 1, ...one }))
        const { said } = modelOf(rows)
        for (const token of ['a', 'b', 'c', '7']) {
          for (const audience of ['x', 'y', 'z']) {
            const answers = said.get(`${token} ${audience}`)
            const expected = answers?.size === 1 ? [...answers][0] : undefined
            const place = list.audiences.indexOf(audience)
            expect(list.wantedOf(token)?.get(place)).toBe(expected)
          }
        }
        expect(list.rowCount).toBe(rows.length)
      }),
      { numRuns }
    )
  })

  test('counts both rows as bad that say the opposite', () => {
    const list = new MemberList('vip')
    list.add({ line: 2, userToken: 'a', audience: undefined, member: 'yes' })
    list.add({ line: 3, userToken: 'a', audience: undefined, member: 'no' })
    expect(list.badRowCount).toBe(2)
    expect(list.invalid).toEqual([2])
    expect(list.isProtected('a')).toBe(true)
  })

  test('never repeats a user token in what it says of a bad row', () => {
    const list = new MemberList('vip')
    list.add({ line: 2, userToken: 'me@example.com', audience: undefined, member: '' })
    expect(JSON.stringify(list.badRows)).not.toContain('example')
  })
})

describe('a comparison', () => {
  const profile = (userID: string, managed: string[], lastUpdatedAt = '2026-01-01T00:00:00Z') => ({
    userID,
    managed: new Set(managed),
    lastUpdatedAt
  })
  const asOf = Date.parse('2026-02-01T00:00:00Z')

  test('comes to what turns each profile into what the list wants', () => {
    const ids = ['x', 'y', 'z']
    const profiles = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.subarray([...ids, 'other']), { maxKeys: 4 })
    const rows = fc.array(row, { maxLength: 20 })
    fc.assert(
      fc.property(rows, profiles, fc.subarray(ids), (given, has, complete) => {
        const list = new MemberList()
        given.forEach((one, index) => list.add({ line: index + 1, ...one }))
        const places = new Set(complete.map((id) => list.placeOf(id)))
        const comparison = new Comparison(list, { complete: places, asOf })
        const { said } = modelOf(given)
        const bad = new Set(
          given
            .filter((one) => ['a', 'b', 'c', 'd'].includes(String(one.userToken)))
            .flatMap((one) => (list.isProtected(String(one.userToken)) ? [String(one.userToken)] : []))
        )
        for (const [userID, managed] of Object.entries(has)) {
          const change = comparison.profile(profile(userID, managed))
          expect(comparison.profile(profile(userID, managed))).toBeUndefined()
          const after = new Set([...managed.filter((id) => !change?.remove.includes(id)), ...(change?.add ?? [])])
          for (const id of [...ids, 'other']) {
            const answers = said.get(`${userID} ${id}`)
            const wanted =
              answers?.size === 1
                ? [...answers][0]
                : complete.includes(id) && !answers && !bad.has(userID)
                  ? false
                  : managed.includes(id)
            expect(after.has(id)).toBe(wanted)
          }
        }
      }),
      { numRuns }
    )
  })

  test('leaves to the live events what was updated after the list was made', () => {
    const list = new MemberList('x')
    for (const userToken of ['a', 'b']) list.add({ line: 1, userToken, audience: undefined, member: '' })
    const comparison = new Comparison(list, { complete: new Set(), asOf })
    expect(comparison.profile(profile('a', [], '2026-01-31T23:59:00.000001Z'))).toMatchObject({ changedSince: true })
    expect(comparison.profile(profile('b', [], '2026-01-31T23:59:00.000000Z'))).toEqual({
      userToken: 'b',
      add: ['x'],
      remove: []
    })
    expect(comparison.counts).toMatchObject([{ wanted: 2, toAdd: 1, changedSince: 1 }])
  })

  test('ends with the members whom Algolia does not know', () => {
    const list = new MemberList('x')
    for (const userToken of ['a', 'b', 'c'])
      list.add({ line: 1, userToken, audience: undefined, member: userToken === 'c' ? 'no' : '' })
    const comparison = new Comparison(list, { complete: new Set(), asOf })
    comparison.profile(profile('a', ['x']))
    expect([...comparison.withoutProfile()]).toEqual([{ userToken: 'b', add: ['x'], remove: [], withoutProfile: true }])
  })
})

test.each([
  ['2026-01-01T00:00:00Z', false],
  ['2026-01-01T00:00:00.0000001Z', true],
  ['2026-01-01T00:00:00.0000000Z', false],
  ['2025-12-31T23:59:59.9999999Z', false],
  [undefined, false]
])('%s lies after the start of 2026: %s', (timestamp, expected) => {
  expect(isAfter(timestamp, Date.parse('2026-01-01T00:00:00Z'))).toBe(expected)
})

describe('what is decided of a profile', () => {
  const options = { asOf: Date.parse('2026-02-01T00:00:00Z'), ignoreUpdates: false, createProfiles: false }
  const old = '2026-01-01T00:00:00Z'
  const recent = '2026-02-02T00:00:00Z'
  const change = { userToken: 'a', add: ['x'], remove: ['y'] }
  const now = (managed: string[], lastUpdatedAt = old) => ({ exists: true, managed: new Set(managed), lastUpdatedAt })
  const missing = { exists: false, managed: new Set<string>(), lastUpdatedAt: undefined }

  test.each([
    ['as the plan saw it', change, now(['y']), {}, { kind: 'write', add: ['x'], remove: ['y'] }],
    ['done in part', change, now(['x', 'y']), {}, { kind: 'write', add: [], remove: ['y'] }],
    ['as wanted, whoever did it', change, now(['x'], recent), {}, { kind: 'right already' }],
    ['updated since', change, now(['y'], recent), {}, { kind: 'changed since' }],
    [
      'updated since, and to be written all the same',
      change,
      now(['y'], recent),
      { ignoreUpdates: true },
      { kind: 'write', add: ['x'], remove: ['y'] }
    ],
    ['gone', change, missing, { createProfiles: true }, { kind: 'without profile' }],
    [
      'never there',
      { ...change, remove: [], withoutProfile: true as const },
      missing,
      { createProfiles: true },
      { kind: 'write', add: ['x'], remove: [] }
    ],
    [
      'there by now',
      { ...change, remove: [], withoutProfile: true as const },
      now([], old),
      { createProfiles: true },
      { kind: 'changed since' }
    ]
  ])('%s', (_, planned, found, more, expected) => {
    expect(decide(planned, found, { ...options, ...more })).toEqual(expected)
  })

  test('costs no call where it is known', () => {
    expect(decideBefore({ ...change, withoutProfile: true }, options)).toEqual({ kind: 'without profile' })
    expect(decideBefore({ ...change, changedSince: true }, options)).toEqual({ kind: 'changed since' })
    expect(decideBefore({ ...change, changedSince: true }, { ...options, ignoreUpdates: true })).toBeUndefined()
  })
})

test.each([
  [100, 10, { part: 0.1 }, false],
  [100, 11, { part: 0.1 }, true],
  [101, 11, { part: 0.1 }, false],
  [5, 1, { part: 0.1 }, false],
  [0, 1, { part: 0.1 }, true],
  [100, 50, { count: 50 }, false],
  [100, 51, { count: 50 }, true]
])('of %i members %i removals are too many, allowed %j: %s', (present, toRemove, most, expected) => {
  const counts = { id: 'x', wanted: 0, present, toAdd: 0, toRemove, withoutProfile: 0, changedSince: 0, invalid: 0 }
  expect(tooManyRemovals([counts], most)).toEqual(expected ? [counts] : [])
})

test('pages are estimated by how many of the list lie on the first one', () => {
  const tokens = Array.from({ length: 100 }, (_, index) => String(index).padStart(3, '0'))
  expect(estimatedPages(tokens, { lastUserToken: '009', hasNext: true })).toBe(10)
  expect(estimatedPages(tokens, { lastUserToken: '009', hasNext: false })).toBe(1)
  expect(estimatedPages(tokens, { lastUserToken: '', hasNext: true })).toBeUndefined()
})

test.each([
  [0, 0],
  [1, 0.002],
  [125, 0.21],
  [250, 1],
  [251, 1.002],
  [1000, 4],
  [1006, 4.01],
  [20_000, 80]
])('%i calls of 100 ms, one after the other, 250 a minute, take %d minutes', (calls, minutes) => {
  expect(minutesFor(calls, { callsPerMinute: 250, latency: 100, atOnce: 1 })).toBeCloseTo(minutes, 2)
})

test('progress tells the rate, and the calls and minutes to go', () => {
  const result = {
    entries: 1000,
    written: 100,
    rightAlready: 10,
    changedSince: 5,
    withoutProfile: 3,
    failed: 2,
    calls: 230
  }
  expect(progressOf(result, 30_000, { callsPerMinute: 250, latency: 100 })).toEqual({
    line: '120 of 1,000 profiles, 230 calls, 460 a minute; 1,760 calls and 7 minutes to go.',
    part: 0.12
  })
})

test('where more calls were made than a limit allows, the time to go is told by the measured rate', () => {
  const result = { entries: 10_000, written: 9300, rightAlready: 1, changedSince: 0, withoutProfile: 0, failed: 0 }
  const limit = { callsPerMinute: 250, latency: 1 }
  const { line } = progressOf({ ...result, calls: 18_616 }, 25_000, limit)
  expect(line).toBe(
    '9,301 of 10,000 profiles, 18,616 calls, 44,678 a minute; 1,398 calls and less than a minute to go.'
  )
  // As many as two minutes allow may have been made at the limit.
  expect(progressOf({ ...result, calls: 500 }, 25_000, limit).line).toMatch(/ 5\.\d minutes to go/)
})
