import { toTimestamp } from '../../../src/algolia/instants'
import { type StateFilters } from '../../../src/algolia/profiles/state'
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

  const passOfBefore = (windows: object[]) =>
    stateOf({ version: 1, filters: ALL, pass: { startedAt: '2026-03-01T11:00:00Z', run: 'a', windows, pages: 3 } })

  test('from a state of the version before goes on with its windows', async () => {
    const [whole] = await read(undefined)
    const cut = '2026-01-15T00:00:00Z'
    const bounds = { before: '2026-01-15T00:00:01Z' }
    const earlier = whole.rows('profiles').filter(({ algolia_last_updated }) => String(algolia_last_updated) < cut)
    const handedOut = earlier.slice(0, 10).map(({ algolia_user_id }) => String(algolia_user_id))
    const pageToken = `${JSON.stringify([null, bounds.before])} ${handedOut.at(-1)}`
    const [rest, algolia] = await read(
      passOfBefore([
        { ...bounds, pageToken, pages: 1 },
        { after: cut, pages: 0 }
      ])
    )
    expect(rest.thrown).toBeUndefined()
    expect(rest.logs('WARN')).toEqual([])
    expect([...handedOut, ...rest.userTokens()].sort()).toEqual([...algolia.profiles.keys()].sort())
  })

  test('from a state of the version before that can not be taken over is a full one, with a warning', async () => {
    const [fresh] = await read(passOfBefore([{ pageToken: 7, pages: 1 }]))
    expect(fresh.userTokens()).toHaveLength(100)
    expect(fresh.logs('WARN')).toEqual([expect.stringMatching(/earlier version .*pageToken.* read anew/) as string])
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
    const input = { config: configuration({ pageSize: 50 }), catalog: catalogOf(...streams), state }
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
