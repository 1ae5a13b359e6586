import { parseConfiguration } from '../../../src/airbyte/configuration'
import { configSchema } from '../../../src/sources/algolia-profiles/config'
import {
  CURSOR_MARGIN_SECONDS,
  filtersOf,
  type StateFilters,
  type StreamState
} from '../../../src/algolia/profiles/state'
import { type Plan, planOf, type StreamStart } from '../../../src/algolia/profiles/plan'
import type { Window } from '../../../src/algolia/profiles/windows'
import { configuration } from '../../support/source'

const DAY = 86_400
const NOW = Date.parse('2026-03-01T12:00:00Z') / 1000
const ALL: StateFilters = { indices: [], affinities: [] }

describe('what is to be read', () => {
  const PASS = { startedAt: NOW - DAY, run: 'one', after: undefined, windows: [{ read: 0 }], pages: 0, read: 0 }
  const withPass = (changes: Partial<NonNullable<StreamState['pass']>> = {}): StreamState => {
    return { version: 2, filters: ALL, pass: { ...PASS, ...changes } }
  }
  const withCursor = (cursor: number): StreamState => ({ version: 2, filters: ALL, cursor })
  const incremental = (name: string, state?: StreamState): StreamStart => ({ name, syncMode: 'incremental', state })
  const full = (name: string, state?: StreamState): StreamStart => ({ name, syncMode: 'full_refresh', state })
  const windows = ({ resume }: Plan): readonly Window[] | undefined => resume?.pass.windows
  const window = (pageToken: string, read: number): Window => ({ pageToken, read })
  const startDate = '2026-02-01'
  const since: StateFilters = { ...ALL, startDate }
  const START = Date.parse(startDate) / 1000

  test('is everything where there is no state', () => {
    expect(planOf([incremental('profiles')], ALL)).toEqual({ after: undefined, afterByConfig: undefined, warnings: [] })
  })

  test('is what was updated on or after the start date', () => {
    expect(planOf([incremental('profiles')], since)).toMatchObject({ after: START - 1 })
  })

  test('is what was updated after the cursor', () => {
    expect(planOf([incremental('profiles', withCursor(NOW - DAY))], ALL)).toMatchObject({ after: NOW - DAY })
  })

  test('is never what was updated before the start date, even where the cursor lies before it', () => {
    const state = { ...withCursor(START - DAY), filters: since }
    expect(planOf([incremental('profiles', state)], since)).toMatchObject({ after: START - 1 })
  })

  test('is what is left of a pass', () => {
    const plan = planOf([incremental('profiles', withPass({ windows: [window('a', 3)], pages: 3 }))], ALL)
    expect(plan.resume).toEqual({
      startedAt: NOW - DAY,
      after: undefined,
      from: { run: 'one', pages: 3 },
      pass: { windows: [window('a', 3)], pages: 3, read: 0 }
    })
  })

  test('starts over where a full refresh was complete', () => {
    expect(planOf([full('profiles', withCursor(NOW - DAY))], ALL)).toMatchObject({ after: undefined })
    expect(planOf([full('profiles', withCursor(NOW - DAY))], ALL).resume).toBeUndefined()
  })

  test('is the rest of a full refresh that was not complete', () => {
    expect(windows(planOf([full('profiles', withPass())], ALL))).toEqual([{ read: 0 }])
  })

  test('starts over where a full refresh is wanted in the middle of an incremental pass', () => {
    const plan = planOf([full('profiles', withPass({ after: NOW - 2 * DAY }))], ALL)
    expect(plan).toEqual({ after: undefined, afterByConfig: undefined, warnings: [] })
  })

  test('goes on from the earlier of two places where one run left its streams', () => {
    const [early, late] = [
      withPass({ windows: [window('a', 3)], pages: 3 }),
      withPass({ windows: [window('b', 5)], pages: 5 })
    ]
    expect(windows(planOf([incremental('profiles', late), incremental('segments', early)], ALL))).toEqual([
      window('a', 3)
    ])
    expect(windows(planOf([incremental('profiles', early), incremental('segments', late)], ALL))).toEqual([
      window('a', 3)
    ])
  })

  test('goes on from both places where two runs left them, without reading one twice', () => {
    const here = withPass({ windows: [window('a', 3), window('c', 1)], pages: 4 })
    const there = withPass({ run: 'two', windows: [window('b', 5), window('c', 1)], pages: 9 })
    expect(windows(planOf([incremental('profiles', here), incremental('segments', there)], ALL))).toEqual([
      window('a', 3),
      window('c', 1),
      window('b', 5)
    ])
  })

  test('goes on from where an earlier run left one stream, if that is where the later run went on from, or before', () => {
    const earlier = withPass({ windows: [window('a', 3)], pages: 3 })
    const from = (pages: number) =>
      withPass({ run: 'two', from: { run: 'one', pages }, windows: [window('b', 5)], pages: 9 })
    for (const pages of [3, 4]) {
      const plan = planOf([incremental('profiles', from(pages)), incremental('segments', earlier)], ALL)
      expect(windows(plan)).toEqual([window('a', 3)])
      expect(plan.resume).toMatchObject({ from: { run: 'one', pages: 3 }, pass: { pages: 3 } })
    }
    const plan = planOf([incremental('profiles', from(2)), incremental('segments', earlier)], ALL)
    expect(windows(plan)).toEqual([window('b', 5), window('a', 3)])
    expect(plan.resume?.from).toBeUndefined()
  })

  test('goes on with a pass that one stream has behind it and the other has not', () => {
    const behind = withCursor(PASS.startedAt - CURSOR_MARGIN_SECONDS)
    expect(windows(planOf([incremental('profiles', behind), incremental('segments', withPass())], ALL))).toEqual([
      { read: 0 }
    ])
  })

  test.each<[string, StreamStart[], number | undefined]>([
    [
      'a stream without a state',
      [incremental('profiles'), incremental('segments', withPass({ after: NOW - DAY }))],
      undefined
    ],
    ['a full refresh without a state', [full('profiles'), incremental('segments', withPass())], undefined],
    [
      'a full refresh that is complete, beside one that is not',
      [full('profiles', withCursor(PASS.startedAt - CURSOR_MARGIN_SECONDS)), full('segments', withPass())],
      undefined
    ],
    [
      'a cursor that is older than the pass',
      [incremental('profiles', withCursor(NOW - 5 * DAY)), incremental('segments', withPass({ after: NOW - 4 * DAY }))],
      NOW - 5 * DAY
    ],
    [
      'a cursor that is a second too old',
      [
        incremental('profiles', withCursor(PASS.startedAt - CURSOR_MARGIN_SECONDS - 1)),
        incremental('segments', withPass({ after: NOW - 9 * DAY }))
      ],
      NOW - 9 * DAY
    ],
    [
      'passes that began at different times',
      [
        incremental('profiles', withPass({ after: NOW - 3 * DAY })),
        incremental('segments', withPass({ after: NOW - 4 * DAY, startedAt: NOW - 2 * DAY }))
      ],
      NOW - 4 * DAY
    ],
    [
      'passes that began at different times, from one cursor',
      [
        incremental('profiles', withPass({ after: NOW - 4 * DAY })),
        incremental('segments', withPass({ after: NOW - 4 * DAY, startedAt: NOW - 2 * DAY }))
      ],
      NOW - 4 * DAY
    ],
    [
      'passes that began at the same time, from different cursors',
      [
        incremental('profiles', withPass({ after: NOW - 3 * DAY })),
        incremental('segments', withPass({ after: NOW - 4 * DAY }))
      ],
      NOW - 4 * DAY
    ],
    [
      'different cursors',
      [incremental('profiles', withCursor(NOW - DAY)), incremental('segments', withCursor(NOW - 2 * DAY))],
      NOW - 2 * DAY
    ]
  ])('is read anew, from the lowest bound that any needs: %s', (_, starts, after) => {
    const plan = planOf(starts, ALL)
    expect(plan.resume).toBeUndefined()
    expect([plan.after, plan.afterByConfig]).toEqual([after, undefined])
  })

  test('says which streams come again because another one is read from further back', () => {
    const starts = [
      incremental('profiles', withCursor(NOW - DAY)),
      incremental('segments', withCursor(NOW - 2 * DAY)),
      { name: 'affinities', syncMode: 'full_refresh' as const, state: undefined }
    ]
    const warning = (names: string) => [expect.stringContaining(`rows of ${names} come again`) as string]
    expect(planOf(starts, ALL).warnings).toEqual(warning('profiles and segments'))
    expect(planOf(starts.slice(0, 2), ALL).warnings).toEqual(warning('profiles'))
    expect(planOf(starts.slice(0, 1), ALL).warnings).toEqual([])
  })

  test('is read anew, with a warning, where the state is of another application or region', () => {
    const config = (changes: Record<string, unknown>) =>
      filtersOf(parseConfiguration(configSchema, configuration(changes)))
    const state = { ...withCursor(NOW), filters: config({}) }
    expect(planOf([incremental('profiles', state)], config({})).after).toBe(NOW)
    for (const change of [{ appId: 'ANOTHER' }, { region: 'eu' }]) {
      const plan = planOf([incremental('profiles', state)], config(change))
      expect([plan.after, plan.warnings]).toEqual([undefined, [expect.stringContaining('application') as string]])
    }
  })

  test('is read anew, with a warning, where the filters have changed', () => {
    const changed: StateFilters = { ...ALL, indices: ['products'] }
    const plan = planOf([incremental('profiles', withCursor(NOW)), incremental('segments', withPass())], changed)
    expect(plan.after).toBeUndefined()
    expect(plan.resume).toBeUndefined()
    expect(plan.warnings).toEqual([
      expect.stringMatching(/changed since the state of the stream profiles was made: it is read anew/) as string,
      expect.stringMatching(/stream segments/) as string
    ])
  })

  test('does not depend on the order of the filters, nor on what does not filter', () => {
    const config = (changes: Record<string, unknown>) =>
      filtersOf(parseConfiguration(configSchema, configuration(changes)))
    const state: StreamState = { ...withCursor(NOW), filters: config({ indices: ['a', 'b'], affinities: ['x', 'y'] }) }
    const same = config({ indices: ['b', 'a'], affinities: ['y', 'x'], pageSize: 7, concurrency: 1 })
    expect(planOf([incremental('profiles', state)], same)).toMatchObject({ after: NOW, warnings: [] })
    for (const change of [{ startDate }, { indices: ['a'] }, { affinities: ['x'] }]) {
      const others = config({ indices: ['a', 'b'], affinities: ['x', 'y'], ...change })
      expect(planOf([incremental('profiles', state)], others).warnings).toHaveLength(1)
    }
  })
})
