import { type SimulatedFault } from '../../support/simulated-algolia'

import { SECOND, World } from '../../support/faulty-reads'

afterEach(() => jest.restoreAllMocks())

describe('page tokens', () => {
  const page = (users: string[], nextPageToken?: string): SimulatedFault => ({
    body: JSON.stringify({ users: users.map((userID) => ({ userID })), nextPageToken })
  })

  test.each([1, 2, 3, 7, 40])('that go round in a circle of %d end the read with a transient error', async (length) => {
    const world = new World()
    world.faultOf = ({ number }) => page([`user-${number}`], `token-${number % length}`)
    const read = await world.read()
    expect(read.thrown).toMatchObject({
      failureType: 'transient_error',
      message: expect.stringContaining('repeat') as string
    })
    expect(read.statuses().at(-1)).toBe('INCOMPLETE')
    expect(world.algolia.calls).toBeLessThan(4 * length + 8)
  })

  test('that go round in a circle after a while are noticed as well', async () => {
    const world = new World()
    world.faultOf = ({ number }) => page([], `token-${number < 50 ? number : 50 + (number % 6)}`)
    const read = await world.read()
    expect(read.thrown).toMatchObject({ failureType: 'transient_error' })
    expect(world.algolia.calls).toBeLessThan(200)
  })

  test('that lead back to where a resumed read began are noticed as well', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 2 ? { status: 401 } : undefined)
    const first = await world.read()
    const [state] = first.lastStates as { stream: { stream_state: { pass: { windows: { pageToken: string }[] } } } }[]
    const token = state?.stream.stream_state.pass.windows[0]?.pageToken ?? ''
    world.faultOf = () => page(['someone'], token)
    expect((await world.read(first.lastStates)).thrown).toMatchObject({ failureType: 'transient_error' })
    expect(world.algolia.calls).toBe(4)
  })

  test('on empty pages lead on', async () => {
    const world = new World()
    world.faultOf = ({ number }) =>
      number < 5 ? page([], `token-${number}`) : number === 5 ? page(['someone']) : undefined
    const read = await world.read()
    expect(read.thrown).toBeUndefined()
    expect(read.userTokens()).toEqual(['someone'])
  })

  test('on the last page may lead to an empty one', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number === 1 ? page(['someone'], 'end') : page([]))
    const read = await world.read()
    expect(read.thrown).toBeUndefined()
    expect(read.userTokens()).toEqual(['someone'])
    expect(read.statuses().at(-1)).toBe('COMPLETE')
  })

  test.each<[string, SimulatedFault]>([
    ['undefined', { body: '{"users":[{"userID":"only"}]}' }],
    ['null', { body: '{"users":[{"userID":"only"}],"nextPageToken":null}' }],
    ['empty', { body: '{"users":[{"userID":"only"}],"nextPageToken":""}' }]
  ])('that are %s end a window', async (_, fault) => {
    const world = new World()
    world.faultOf = () => fault
    const read = await world.read()
    expect(read.thrown).toBeUndefined()
    expect(read.userTokens()).toEqual(['only'])
  })

  test('that are always new, on pages that are always empty, do not keep a read going for ever', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 3 ? page([], `token-${number}`) : undefined)
    const read = await world.read()
    expect(world.algolia.calls).toBeLessThan(5000)
    expect(read.thrown).toMatchObject({
      failureType: 'transient_error',
      message: expect.stringContaining('pages stay empty') as string
    })
  })

  test('on very many empty pages lead on, as long as some profiles come in between', async () => {
    const world = new World()
    world.faultOf = ({ number }) =>
      number % 600 === 0
        ? page([`user-${number}`], number < 1200 ? `token-${number}` : undefined)
        : page([], `token-${number}`)
    const read = await world.read()
    expect(read.thrown).toBeUndefined()
    expect(read.userTokens()).toEqual(['user-600', 'user-1200'])
  })

  test.each([400, 404, 410, 422])(
    'that are no longer taken (%d) make their window start anew, with a warning',
    async (status) => {
      const world = new World()
      world.breakCalls([4], { status })
      const read = await world.read()
      expect(read.thrown).toBeUndefined()
      expect(read.logs('WARN')).toEqual([expect.stringContaining('no longer takes a page token')])
      world.expectComplete(read)
      expect(world.algolia.calls).toBe(14)
    }
  )

  test('that are never taken end the read: a window starts anew only once', async () => {
    const world = new World()
    world.faultOf = ({ query }) => (query.has('nextPageToken') ? { status: 422 } : undefined)
    const read = await world.read()
    expect(world.algolia.calls).toBe(4)
    expect(read.thrown).toMatchObject({
      failureType: 'transient_error',
      message: expect.stringContaining('page token') as string
    })
    world.faultOf = () => undefined
    const rest = await world.read(read.lastStates)
    expect(rest.thrown).toBeUndefined()
    expect(new Set([...read.userTokens(), ...rest.userTokens()])).toEqual(new Set(world.algolia.profiles.keys()))
  })

  test('of a state that are no longer taken, days later, make the read begin its windows anew', async () => {
    const world = new World()
    world.faultOf = ({ number }) => (number > 4 ? { status: 401 } : undefined)
    const first = await world.read()
    world.clock.advance(5 * 86_400 * SECOND)
    const from = world.algolia.calls
    world.breakCalls([from + 1], { status: 422 })
    const second = await world.read(first.lastStates)
    expect(second.thrown).toBeUndefined()
    // What had been handed out is left out.
    const all = [...first.userTokens(), ...second.userTokens()]
    expect(all.sort()).toEqual([...world.algolia.profiles.keys()].sort())
  })
})
