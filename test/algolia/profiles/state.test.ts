import * as fc from 'fast-check'
import { STREAMS } from '../../../src/sources/algolia-profiles/streams'
import { parseStreamState, stateAfter, type StateFilters, writeStreamState } from '../../../src/algolia/profiles/state'
import { statesByStream } from '../../../src/airbyte/states'

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
