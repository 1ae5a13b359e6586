import * as fc from 'fast-check'
import { parseConfiguration } from '../../../src/airbyte/configuration'
import { configSchema } from '../../../src/sources/algolia-profiles/config'
import { STREAMS } from '../../../src/sources/algolia-profiles/streams'
import { toTimestamp } from '../../../src/algolia/instants'
import {
  CURSOR_MARGIN_SECONDS,
  filtersOf,
  parseStreamState,
  stateAfter,
  type StateFilters,
  type StreamState,
  writeStreamState
} from '../../../src/algolia/profiles/state'
import { type Plan, planOf, type StreamStart } from '../../../src/algolia/profiles/plan'
import { statesByStream } from '../../../src/airbyte/states'
import type { Window } from '../../../src/algolia/profiles/windows'
import { Chance } from '../../support/chance'
import { populate } from '../../support/populations'
import { SimulatedAlgolia } from '../../support/simulated-algolia'
import {
  catalogOf,
  configuration,
  readInProcess,
  type ReadInProcess,
  runRead,
  stateOfWindows
} from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

const DAY = 86_400
const NOW = Date.parse('2026-03-01T12:00:00Z') / 1000
const ALL: StateFilters = { indices: [], affinities: [] }

const configError = (message: RegExp) =>
  expect.objectContaining({
    failureType: 'config_error',
    message: expect.stringMatching(message) as string
  }) as Error

describe('the state of a stream', () => {
  const cursorState = { version: 2, filters: ALL, cursor: '2026-02-01T00:00:00Z' }
  const passState = {
    version: 2,
    filters: ALL,
    pass: {
      startedAt: '2026-02-01T00:00:00Z',
      run: 'abc',
      windows: [{ pageToken: 'next', read: 30 }],
      pages: 3,
      read: 30
    }
  }

  test.each([[undefined], [null], [{}]])('is none when it is %j', (input) => {
    expect(parseStreamState('profiles', input, ALL)).toBeUndefined()
  })

  test('written and read again is the same', () => {
    const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 })
    const count = fc.nat()
    const window = fc.record(
      {
        after: seconds,
        before: seconds,
        pageToken: fc.string(),
        read: count,
        readTo: fc.string(),
        again: count,
        share: fc.double({ min: 0, max: 1, noNaN: true })
      },
      { requiredKeys: ['read'] }
    )
    const pass = fc
      .record(
        {
          startedAt: seconds,
          run: fc.string(),
          from: fc.record({ run: fc.string(), pages: count }),
          after: seconds,
          windows: fc.array(window, { minLength: 1 }),
          pages: count,
          read: count
        },
        { requiredKeys: ['startedAt', 'run', 'windows', 'pages', 'read'] }
      )
      .map((fields) => ({ ...fields, pages: fields.pages + (fields.from?.pages ?? 0) + 1 }))
    const filters = fc.record(
      { startDate: fc.string(), indices: fc.array(fc.string()), affinities: fc.array(fc.string()) },
      { requiredKeys: ['indices', 'affinities'] }
    )
    const states = fc.record(
      { version: fc.constant(2 as const), filters, cursor: seconds, pass },
      { requiredKeys: ['version', 'filters'] }
    )
    fc.assert(
      fc.property(states, (state) => {
        const written = JSON.parse(JSON.stringify(writeStreamState(state))) as unknown
        expect(parseStreamState('profiles', written, ALL)).toEqual(state)
      })
    )
  })

  test('of a source that kept the newest cursor field alone is taken over, with the margin', () => {
    const state = parseStreamState('profiles', { algolia_last_updated: '2026-02-01T00:10:00.123456Z' }, ALL)
    expect(state).toEqual({ version: 2, filters: ALL, cursor: Date.parse('2026-02-01T00:00:00Z') / 1000 })
  })

  test.each<[string, unknown]>([
    ['a text', 'state'],
    ['a number', 7],
    ['of a later version', { ...cursorState, version: 3 }],
    ['without a version', { filters: ALL, cursor: '2026-02-01T00:00:00Z' }],
    ['without filters', { version: 2, cursor: '2026-02-01T00:00:00Z' }],
    ['with a cursor that is no time', { ...cursorState, cursor: 'yesterday' }],
    ['with a cursor that is a number', { ...cursorState, cursor: 1767225600 }],
    ['with a day that no month has', { ...cursorState, cursor: '2026-02-30T00:00:00Z' }],
    ['with an old cursor field that is no time', { algolia_last_updated: '' }],
    ['with a pass without windows', { ...passState, pass: { ...passState.pass, windows: undefined } }],
    ['with a pass that has nothing left to read', { ...passState, pass: { ...passState.pass, windows: [] } }],
    ['with a pass without a start', { ...passState, pass: { ...passState.pass, startedAt: undefined } }],
    [
      'with a pass that is behind where it went on from',
      { ...passState, pass: { ...passState.pass, from: { run: 'other', pages: 3 } } }
    ],
    [
      'with a window whose bound is no time',
      { ...passState, pass: { ...passState.pass, windows: [{ after: 'x', read: 0 }] } }
    ],
    [
      'with a page token that is no text',
      { ...passState, pass: { ...passState.pass, windows: [{ pageToken: 7, read: 0 }] } }
    ]
  ])('%s can not be read: a config error, that says what to do', (_, input) => {
    expect(() => parseStreamState('affinities', input, ALL)).toThrow(
      configError(/^The state of the stream affinities can't be read \(.+\)\. Restore .* reset/)
    )
  })
})

describe('the state of the version before', () => {
  const pass = {
    startedAt: '2026-02-01T00:00:00Z',
    run: 'abc',
    from: { run: 'earlier', pages: 2 },
    after: '2026-01-01T00:00:00Z',
    windows: [
      { after: '2026-01-01T00:00:00Z', before: '2026-01-10T00:00:01Z', pageToken: 'next', pages: 3 },
      { after: '2026-01-10T00:00:00Z', pages: 0 }
    ],
    pages: 5,
    longest: 3
  }
  const [start, cut] = [Date.parse('2026-01-01T00:00:00Z') / 1000, Date.parse('2026-01-10T00:00:00Z') / 1000]

  test('is taken over: its cursor, or its windows with their page tokens', () => {
    const cursor = { version: 1, filters: ALL, cursor: '2026-02-01T00:00:00Z' }
    expect(parseStreamState('profiles', cursor, ALL)).toEqual({
      version: 2,
      filters: ALL,
      cursor: Date.parse('2026-02-01T00:00:00Z') / 1000
    })
    expect(parseStreamState('profiles', { version: 1, filters: ALL, pass }, ALL)?.pass).toEqual({
      startedAt: Date.parse('2026-02-01T00:00:00Z') / 1000,
      run: 'abc',
      from: { run: 'earlier', pages: 2 },
      after: start,
      windows: [
        { after: start, before: cut + 1, pageToken: 'next', read: 0 },
        { after: cut, read: 0 }
      ],
      pages: 5,
      read: 0
    })
  })

  test('is read anew, with a warning that says why, where it can not be taken over', () => {
    const warnings: string[] = []
    const broken = { version: 1, filters: ALL, pass: { ...pass, windows: [] } }
    expect(parseStreamState('profiles', broken, ALL, (warning) => warnings.push(warning))).toBeUndefined()
    expect(warnings).toEqual([expect.stringMatching(/stream profiles .*taken over .*windows.*read anew/) as string])
  })
})

describe('what a host passes in as state', () => {
  const stream = (name: string, stream_state: unknown) => ({
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state }
  })
  const [one, other] = [{ version: 1 }, { version: 2 }]

  test.each<[string, unknown, Record<string, unknown>]>([
    ['nothing', undefined, {}],
    ['null', null, {}],
    ['an empty list', [], {}],
    ['an empty object', {}, {}],
    ['a list of states', [stream('profiles', one), stream('segments', other)], { profiles: one, segments: other }],
    [
      'several states of one stream, of which the last counts',
      [stream('profiles', other), stream('profiles', one)],
      { profiles: one }
    ],
    ['one state alone', stream('profiles', one), { profiles: one }],
    ['a state that is null', [stream('profiles', null)], {}],
    [
      'a state with null for what it does not say, as PyAirbyte writes it',
      [
        {
          type: 'STREAM',
          stream: { stream_descriptor: { name: 'profiles', namespace: null }, stream_state: { ...one, cursor: null } },
          global_: null,
          global: null,
          data: null,
          sourceStats: { recordCount: 12 },
          destinationStats: null
        },
        { ...stream('segments', other), type: null }
      ],
      { profiles: one, segments: other }
    ],
    [
      'whole STATE messages',
      [
        { type: 'STATE', state: stream('profiles', one) },
        { type: 'STATE', state: stream('segments', other) }
      ],
      { profiles: one, segments: other }
    ],
    ['one whole STATE message', { type: 'STATE', state: stream('profiles', one) }, { profiles: one }],
    [
      'a global state',
      [
        {
          type: 'GLOBAL',
          global: { shared_state: {}, stream_states: [{ stream_descriptor: { name: 'profiles' }, stream_state: one }] }
        }
      ],
      { profiles: one }
    ],
    [
      'a legacy state',
      { type: 'LEGACY', data: { profiles: one, affinities: other } },
      { profiles: one, affinities: other }
    ],
    ['a legacy state in a list', [{ type: 'LEGACY', data: { profiles: one } }], { profiles: one }],
    ['a legacy state that is bare', { profiles: one }, { profiles: one }]
  ])('can be %s', (_, input, states) => {
    expect(Object.fromEntries(statesByStream(STREAMS, input))).toEqual(states)
  })

  test.each<[string, unknown]>([
    ['a text', 'state'],
    ['a number', 3],
    ['a list of texts', ['state']],
    ['a list with null', [null]],
    ['a state of no stream', [{ type: 'STREAM', stream: {} }]],
    ['a state whose content is a text', [stream('profiles', 'state')]],
    ['an object that names no stream', { cursor: '2026-02-01T00:00:00Z' }],
    ['a list of empty objects', [{}]],
    ['a stream state without its stream', [{ type: 'STREAM' }]],
    ['a global state without its streams', { type: 'GLOBAL' }],
    ["another source's state", [stream('orders', one)]],
    ['other messages', [{ type: 'LOG', log: { level: 'INFO', message: 'one' } }]]
  ])('can not be %s: a config error, that says what to pass', (_, input) => {
    expect(() => statesByStream(STREAMS, input)).toThrow(
      configError(/Pass, as a list, each stream's last STATE message, or what stands as `state` in it/)
    )
  })
})

test('what is wrong with a state is told with its place', () => {
  const state = [{ type: 'STREAM', stream: { stream_descriptor: { name: 7 }, stream_state: {} } }]
  expect(() => statesByStream(STREAMS, state)).toThrow(
    configError(/0\.stream\.stream_descriptor\.name: must be a text/)
  )
})

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

test('the cursor lies ten minutes before the start of its pass, and moves only when nothing is left', () => {
  const context = { filters: ALL, startedAt: NOW, after: NOW - DAY, run: 'one' }
  expect(stateAfter({ windows: [], pages: 4, read: 40 }, context)).toEqual({
    version: 2,
    filters: ALL,
    cursor: NOW - 600
  })
  const underWay = stateAfter({ windows: [{ read: 10, pageToken: 'a', restarted: true }], pages: 1, read: 10 }, context)
  expect(underWay.cursor).toBeUndefined()
  expect(underWay.pass?.windows).toEqual([{ read: 10, pageToken: 'a' }])
})

describe('a read', () => {
  const read = async (
    state: unknown,
    changes: Record<string, unknown> = {}
  ): Promise<[ReadInProcess, SimulatedAlgolia]> => {
    const clock = new VirtualClock(NOW * 1000)
    const algolia = new SimulatedAlgolia({ clock })
    populate(algolia, 'uniform', 100, new Chance(1))
    const input = { config: configuration({ pageSize: 10, ...changes }), catalog: catalogOf('profiles'), state }
    return [await readInProcess(input, { clock, random: () => 0.5, createTransport: () => algolia }), algolia]
  }
  const stateOf = (stream_state: unknown) => [
    { type: 'STREAM', stream: { stream_descriptor: { name: 'profiles' }, stream_state } }
  ]

  test.each([[undefined], [null], [[]], [{}], [stateOf(null)], [stateOf({})]])(
    'from %j is a full one',
    async (state) => {
      const [output, algolia] = await read(state)
      expect(output.thrown).toBeUndefined()
      expect(output.userTokens()).toHaveLength(100)
      expect(algolia.calls).toBe(10)
    }
  )

  test('from a cursor in the far future warns, and is a full one', async () => {
    const [future] = await read(stateOf({ version: 2, filters: ALL, cursor: '2099-01-01T00:00:00Z' }))
    expect(future.thrown).toBeUndefined()
    expect(future.userTokens()).toHaveLength(100)
    expect(future.logs('WARN')).toEqual([expect.stringContaining('2099-01-01T00:00:00Z, lies in the future') as string])
    expect(JSON.stringify(future.lastStates)).toContain(toTimestamp(NOW - 600))
    // No state says that the pass is over before it is: a kill must not leave one behind.
    for (const state of future.states().slice(0, -1)) expect(JSON.stringify(state)).not.toContain('cursor')
  })

  test('from a cursor in the far future and with a start date goes back to the start date', async () => {
    const filters = { ...ALL, startDate: '2026-02-01' }
    const state = stateOf({ version: 2, filters, cursor: '2099-01-01T00:00:00Z' })
    const [future] = await read(state, { startDate: '2026-02-01' })
    const [fresh] = await read(undefined, { startDate: '2026-02-01' })
    expect(future.userTokens()).toEqual(fresh.userTokens())
    expect(fresh.userTokens().length).toBeGreaterThan(10)
  })

  test('of what lies in the future, because the start date does, hands over nothing, and says nothing', async () => {
    const [future] = await read(undefined, { startDate: '2099-01-01' })
    expect(future.thrown).toBeUndefined()
    expect(future.userTokens()).toEqual([])
    expect(future.logs('WARN')).toEqual([])
    expect(future.statuses().at(-1)).toBe('COMPLETE')
  })

  test('from the present cursor hands over nothing, and a state', async () => {
    const [first] = await read(undefined)
    const [second, algolia] = await read(first.lastStates)
    expect(algolia.calls).toBe(1)
    expect(second.userTokens()).toEqual([])
    expect(second.lastStates).toEqual([{ ...first.lastStates[0], sourceStats: { recordCount: 0 } }])
  })
})

test('two runs that go on from one state, in different windows, leave states that are told apart: nothing is lost', async () => {
  const clock = new VirtualClock(NOW * 1000)
  const random = new Chance(1).next
  let isFailing: (query: URLSearchParams) => boolean = () => false
  const algolia = new SimulatedAlgolia({
    clock,
    onCall: ({ query }) => (isFailing(query) ? { status: 503 } : undefined)
  })
  populate(algolia, 'uniform', 100, new Chance(1))
  const streams = ['profiles', 'segments'] as const
  const readFrom = (state: unknown): Promise<ReadInProcess> => {
    const input = { config: configuration({ pageSize: 10 }), catalog: catalogOf(...streams), state }
    return readInProcess(input, { clock, random, createTransport: () => algolia })
  }

  const start = stateOfWindows(streams, NOW * 1000, [(NOW - 45 * DAY) * 1000, NOW * 1000])
  isFailing = (query) => query.has('startDate')
  const older = await readFrom(start)
  // All streams share one state here.
  const [{ stream }] = start as unknown as [{ stream: { stream_state: { pass: { windows: unknown[] } } } }]
  stream.stream_state.pass.windows.reverse()
  isFailing = (query) => !query.has('startDate')
  const newer = await readFrom(start)
  isFailing = () => false
  expect([older, newer].map((read) => read.userTokens().length > 20)).toEqual([true, true])
  const states = [older.states('profiles').at(-1), newer.states('segments').at(-1)]
  const [one, other] = states as unknown as { stream: { stream_state: { pass: { run: string } } } }[]
  expect(one?.stream.stream_state.pass.run).not.toBe(other?.stream.stream_state.pass.run)

  const rest = await readFrom(states)
  expect(rest.thrown).toBeUndefined()
  const all = new Set(algolia.profiles.keys())
  expect(new Set([...older.userTokens('profiles'), ...rest.userTokens('profiles')])).toEqual(all)
  expect(new Set([...newer.userTokens('segments'), ...rest.userTokens('segments')])).toEqual(all)
})

test.each<[string, (stream: 'profiles' | 'affinities') => object]>([
  ['of their own', (stream) => ({ cursor: stream === 'profiles' ? '2099-01-01T00:00:00Z' : '2026-02-01T00:00:00Z' })],
  [
    'and a pass under way',
    (stream) =>
      stream === 'profiles'
        ? { cursor: '2099-01-01T00:00:00Z' }
        : {
            pass: {
              startedAt: '2026-02-20T00:00:00Z',
              run: 'one',
              windows: [{ after: '2026-02-10T00:00:00Z', read: 0 }],
              pages: 3,
              read: 30
            }
          }
  ]
])('a cursor in the future is noticed beside another stream with a state %s', async (_, stateOf) => {
  const clock = new VirtualClock(NOW * 1000)
  const algolia = new SimulatedAlgolia({ clock })
  populate(algolia, 'uniform', 100, new Chance(1))
  const streams = ['profiles', 'affinities'] as const
  const state = streams.map((name) => ({
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state: { version: 2, filters: ALL, ...stateOf(name) } }
  }))
  const input = { config: configuration({ pageSize: 10 }), catalog: catalogOf(...streams), state }
  const read = await readInProcess(input, { clock, random: () => 0.5, createTransport: () => algolia })
  expect(read.logs('WARN').at(-1)).toMatch(/2099-01-01.*future of Algolia's clock.*starts anew/)
  for (const stream of streams) expect(new Set(read.userTokens(stream))).toEqual(new Set(algolia.profiles.keys()))
})

test('a state that can not be read ends the command with a config error, before anything is called', async () => {
  const state = [{ type: 'STREAM', stream: { stream_descriptor: { name: 'profiles' }, stream_state: { version: 7 } } }]
  const run = await runRead({ state, url: 'http://127.0.0.1:1' })
  expect(run.exitCode).toBe(1)
  expect(run.messages).toHaveLength(1)
  expect(run.error).toMatchObject({
    failure_type: 'config_error',
    message: expect.stringContaining("The state of the stream profiles can't be read") as string
  })
})
