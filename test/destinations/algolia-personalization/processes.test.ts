import fc from 'fast-check'
import { Chance } from '../../support/chance'
import { deliverAll, loadProcesses, SimulatedProfiles, SimulatedTime } from '../../support/simulated-processes'
import type { Network, TimedEvent, Told } from '../../support/simulated-processes'

jest.setTimeout(process.env.LONG ? 3_600_000 : 60_000)

const processes = loadProcesses(4)
const time = new SimulatedTime()
const FOREIGN = '{"id":"crm","source":"crm","rate":1.0,"account":12345678901234567890}'
/** Even ones are entered, odd ones are left. */
const AUDIENCES = 6

const anEvent = fc.record({
  user: fc.nat({ max: 2 }),
  audience: fc.nat({ max: AUDIENCES - 1 }),
  at: fc.nat({ max: 1_500 }),
  process: fc.nat({ max: 3 })
})

const aScene = fc.record({
  seed: fc.integer(),
  count: fc.integer({ min: 2, max: 4 }),
  latency: fc.constantFrom(5, 20, 60, 120, 200),
  stalls: fc.constantFrom(0, 0.02, 0.1),
  limit: fc.constantFrom(undefined, undefined, 25, 60, 150),
  events: fc.array(anEvent, { minLength: 2, maxLength: 40 })
})

let scenes = 0

/** A play of its own: its users, and a time that is later than anything that the processes remember. */
async function inScene<T>(
  { seed, ...network }: Network & { seed: number },
  play: (algolia: SimulatedProfiles, scene: number, chance: Chance) => Promise<T>
): Promise<T> {
  scenes += 1
  time.now = scenes * 1e8
  const chance = new Chance(seed)
  const random = jest.spyOn(Math, 'random').mockImplementation(chance.next)
  time.install()
  try {
    return await time.run(play(new SimulatedProfiles(time, network, chance.next), scenes, chance))
  } finally {
    time.restore()
    random.mockRestore()
  }
}

type Name = 'syncAudience' | 'syncTraits' | 'linkProfiles'
type Answer = { status: number; body?: { result?: string } }

/** What a process answers a batch. */
async function answersTo(
  algolia: SimulatedProfiles,
  process: number,
  name: Name,
  payload: object[],
  more?: object
): Promise<Answer[]> {
  const settings = { appId: 'SIMULATED', apiKey: 'key', region: 'us' }
  const input = { payload, settings, ...more } as never
  const answer = await processes[process]?.actions[name]?.performBatch?.(algolia.request as never, input)
  return (answer as { getAllResponses(): { value(): Answer }[] }).getAllResponses().map((one) => one.value())
}

const entryOf = (audience: string): string => `{"id":"${audience}","source":"segment"}`

/** What isn't as the events say that were answered 200. */
function wrongOf(algolia: SimulatedProfiles, delivered: readonly TimedEvent[]): string[] {
  return delivered
    .filter(({ user, audience, entered }) => {
      const has = algolia.profiles.get(user)?.segments.includes(entryOf(audience)) ?? false
      return has !== entered
    })
    .map(({ user, audience, entered }) => `${user} ${audience} ${entered ? 'entered' : 'left'}`)
}

test('of what several processes answer 200 nothing is missing, however their calls interleave', async () => {
  await fc.assert(
    fc.asyncProperty(aScene, async ({ count, limit, events, ...scene }) => {
      const calls = limit === undefined ? undefined : { calls: limit, period: 3_000 }
      await inScene({ ...scene, limit: calls }, async (algolia, number, chance) => {
        const users = [0, 1, 2].map((user) => `u${user}-${number}`)
        const isEntered = (audience: number): boolean => audience % 2 === 0
        const left = Array.from({ length: AUDIENCES }, (_, audience) => audience).filter((one) => !isEntered(one))
        for (const user of users) algolia.put(user, [FOREIGN, ...left.map((audience) => entryOf(`a${audience}`))])
        await time.sleep(20_000)
        const timed = events.map(({ user, audience, at, process }): TimedEvent => {
          return { user: users[user] ?? '', audience: `a${audience}`, entered: isEntered(audience), at, process }
        })
        const told = await deliverAll(time, algolia, processes.slice(0, count), timed, chance.next)
        // Whatever is still under way arrives.
        await time.sleep(60_000)
        expect(wrongOf(algolia, told.delivered)).toEqual([])
        expect(told.left).toBe(0)
        for (const user of users) expect(algolia.profiles.get(user)?.segments[0]).toBe(FOREIGN)
      })
    }),
    { numRuns: process.env.LONG ? 20_000 : 150 }
  )
})

describe.each([2, 4])('a burst at %i processes', (count) => {
  const someUsers = (scene: number): string[] => Array.from({ length: 120 }, (_, index) => `b${index}-${scene}`)

  test.each([
    ['without a limit', 200, undefined],
    ['at the limit of calls', 60, { calls: 300, period: 3_000 }]
  ])('loses nothing, %s', async (_, latency, limit) => {
    await inScene({ seed: count, latency, stalls: limit ? 0.01 : 0, limit }, async (algolia, scene, chance) => {
      const users = someUsers(scene)
      for (const user of users) algolia.put(user, [FOREIGN])
      await time.sleep(20_000)
      const events = users.flatMap((user) =>
        [0, 1, 2, 3, 4].map((audience): TimedEvent => {
          const [at, process] = [chance.below(1_000), chance.below(count)]
          return { user, audience: `a${audience}`, entered: true, at, process }
        })
      )
      const told = await deliverAll(time, algolia, processes.slice(0, count), events, chance.next)
      await time.sleep(60_000)
      expect(told).toMatchObject({ left: 0 })
      expect(told.delivered).toHaveLength(events.length)
      expect(wrongOf(algolia, told.delivered)).toEqual([])
      for (const user of users) expect(algolia.profiles.get(user)?.segments[0]).toBe(FOREIGN)
      if (!limit) expect(algolia.calls).toBeLessThanOrEqual(1.15 * 2 * told.updates)
    })
  })
})

test.each([
  [2, 'random'],
  [2, 'audience after audience'],
  [4, 'random'],
  [4, 'audience after audience']
])(
  'at the limit of 500 calls a minute %i processes make at most 1.15 times the calls that must be, %s',
  async (count, order) => {
    const limit = { calls: 500, period: 60_000 }
    await inScene({ seed: count, latency: 60, stalls: 0, limit }, async (algolia, scene, chance) => {
      const users = Array.from({ length: 200 }, (_, index) => `limit${index}-${scene}`)
      for (const user of users) algolia.put(user, [FOREIGN])
      await time.sleep(80_000)
      const inOrder = [0, 1, 2, 3, 4].flatMap((audience) => users.map((user) => ({ user, audience: `a${audience}` })))
      const events = inOrder.map((change, index): TimedEvent => {
        const at = order === 'random' ? chance.below(1_000) : index
        return { ...change, entered: true, at, process: chance.below(count) }
      })
      const told = await deliverAll(time, algolia, processes.slice(0, count), events, chance.next, 10_000)
      await time.sleep(60_000)
      expect(told).toMatchObject({ left: 0 })
      expect(wrongOf(algolia, told.delivered)).toEqual([])
      for (const user of users) expect(algolia.profiles.get(user)?.segments[0]).toBe(FOREIGN)
      // What was refused costs none.
      expect((algolia.calls - algolia.refused) / (2 * told.updates)).toBeLessThanOrEqual(1.15)
    })
  }
)

describe('a newer event at another process, of the same user and audience or trait, is not undone by a repair', () => {
  const gaps = [200, 400, 500, 600, 700, 800, 1_200]
  const scenes = gaps.flatMap((gap) => [20, 60, 100].map((latency) => ({ gap, latency })))

  test.each(scenes)('$gap ms later, at calls of $latency ms', async ({ gap, latency }) => {
    await inScene({ seed: 1, latency, stalls: 0 }, async (algolia, scene) => {
      const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
      const deliver = async (process: number, name: Name, event: object): Promise<number[]> =>
        (await answersTo(algolia, process, name, [event])).map(({ status }) => status)
      const first = (userToken: string, eventName: string) => ({ userToken, segmentId: 'vip', eventName })
      const [enter, exit] = ['Audience Entered', 'Audience Exited'] as const
      const cases: [string, Name, object, object, string[], string[]][] = [
        ['in', 'syncAudience', first('in', enter), first('in', exit), [], []],
        ['out', 'syncAudience', first('out', exit), first('out', enter), [entryOf('vip')], [entryOf('vip')]],
        ['new', 'syncTraits', { traits: { tier: 'b' } }, { traits: { tier: 'c' } }, [], [entryOf('tier__c')]],
        ['other', 'syncTraits', { traits: { tier: 'b' } }, { traits: { tier: 'c' } }, ['a'], [entryOf('tier__c')]],
        ['none', 'syncTraits', { traits: { tier: 'b' } }, { traits: { tier: null } }, ['a'], []],
        ['back', 'syncTraits', { traits: { tier: 'b' } }, { traits: { tier: 'a' } }, ['a'], [entryOf('tier__a')]]
      ]
      for (const [user, , , , before] of cases) {
        const entries = before.map((entry) => (entry === 'a' ? entryOf('tier__a') : entry))
        algolia.put(`${user}-${scene}`, [FOREIGN, ...entries])
      }
      await time.sleep(20_000)
      await Promise.all(
        cases.map(async ([user, name, older, newer, , after]) => {
          const userToken = `${user}-${scene}`
          const one = deliver(0, name, { ...older, userToken, timestamp: at(1) })
          await time.sleep(gap)
          const other = deliver(1, name, { ...newer, userToken, timestamp: at(2) })
          const statuses = [...(await one), ...(await other)]
          await time.sleep(10_000)
          const has = algolia.profiles.get(userToken)?.segments.slice(1)
          expect({ user, has, statuses }).toEqual({ user, has: after, statuses: [200, 200] })
        })
      )
    })
  })

  test('who changed nothing but an attribute of his own entry had read too early: the change is made again', async () => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene, chance) => {
      const user = `attribute-${scene}`
      algolia.put(user, [FOREIGN])
      await time.sleep(20_000)
      let writes = 0
      algolia.onCall = ({ method }) => {
        if (method !== 'put' || (writes += 1) > 1) return
        time.after(200, () => algolia.put(user, [FOREIGN.replace('1.0', '2.0')]))
      }
      const event = { user, audience: 'vip', entered: true, at: 0, process: 0 }
      const told = await deliverAll(time, algolia, processes.slice(0, 1), [event], chance.next)
      expect(told.delivered).toHaveLength(1)
      expect(algolia.profiles.get(user)?.segments).toEqual([FOREIGN.replace('1.0', '2.0'), entryOf('vip')])
    })
  })
})

test.each([1, Infinity])(
  'a write that was confirmed and never came is made again, or answered as retryable: %d',
  async (times) => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene) => {
      const userToken = `never-${scene}`
      algolia.put(userToken, [FOREIGN])
      await time.sleep(20_000)
      let writes = 0
      const request = (url: string, options: { method?: string }): unknown => {
        if (options.method !== 'put' || (writes += 1) > times) return algolia.request(url, options as never)
        return Promise.resolve({ ok: true, status: 200, headers: new Headers(), content: '{}' })
      }
      const payload = [{ userToken, segmentId: 'vip', eventName: 'Audience Entered' }]
      const settings = { appId: 'SIMULATED', apiKey: 'key', region: 'us' }
      const answer = await processes[0]?.actions.syncAudience?.performBatch?.(
        request as never,
        { payload, settings } as never
      )
      const [first] = (answer as { getAllResponses(): { value(): { status: number } }[] }).getAllResponses()
      expect(first?.value()).toMatchObject({ status: times === 1 ? 200 : 423 })
      expect(algolia.profiles.get(userToken)?.segments).toEqual(times === 1 ? [FOREIGN, entryOf('vip')] : [FOREIGN])
    })
  }
)

test.each([true, false])(
  'a newer opposite event (an entry: %s) is written once, not beside the older one',
  async (entered) => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene, chance) => {
      const user = `opposite-${scene}`
      algolia.put(user, entered ? [FOREIGN, entryOf('vip')] : [FOREIGN])
      await time.sleep(20_000)
      let writes = 0
      algolia.onCall = ({ method }) => {
        if (method !== 'put') return
        writes += 1
        // Another process adds something, so that the first look says nothing yet.
        if (writes === 1) {
          time.after(100, () => algolia.put(user, [...(algolia.profiles.get(user)?.segments ?? []), entryOf('z')]))
        }
      }
      const events = [!entered, entered].map((one, index) => {
        return { user, audience: 'vip', entered: one, at: 200 * index, process: 0 }
      })
      const told = await deliverAll(time, algolia, processes.slice(0, 1), events, chance.next)
      expect(told.delivered).toHaveLength(2)
      const after = [FOREIGN, entryOf('z'), ...(entered ? [entryOf('vip')] : [])]
      expect(algolia.profiles.get(user)?.segments).toEqual(after)
      expect(writes).toBe(2)
    })
  }
)

test('of two later changes of one user and audience that wait together only the newest is made', async () => {
  const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
  const enter = { segmentId: 'vip', eventName: 'Audience Entered' }
  const exit = { segmentId: 'vip', eventName: 'Audience Exited' }
  await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene) => {
    for (const [name, times] of Object.entries({ later: [2, 3], same: [2, 2], earlier: [3, 2] })) {
      const userToken = `${name}-${scene}`
      algolia.put(userToken, [FOREIGN])
      await time.sleep(20_000)
      const writes: string[] = []
      algolia.onCall = ({ method, path }) => void (method === 'put' && writes.push(path))
      const first = answersTo(algolia, 0, 'syncAudience', [{ ...enter, segmentId: 'z', userToken }])
      await time.sleep(200)
      const second = answersTo(algolia, 0, 'syncAudience', [{ ...enter, userToken, timestamp: at(times[0] ?? 0) }])
      await time.sleep(100)
      const third = answersTo(algolia, 0, 'syncAudience', [{ ...exit, userToken, timestamp: at(times[1] ?? 0) }])
      const results = [...(await first), ...(await second), ...(await third)].map(({ body }) => body?.result)
      const has = algolia.profiles.get(userToken)?.segments
      if (name === 'earlier') {
        expect(results).toEqual(['profile updated', 'profile updated', 'superseded'])
        expect(has).toEqual([FOREIGN, entryOf('z'), entryOf('vip')])
        expect(writes).toHaveLength(2)
      } else {
        expect(results).toEqual(['profile updated', 'superseded', 'profile unchanged'])
        expect(has).toEqual([FOREIGN, entryOf('z')])
        expect(writes).toHaveLength(1)
      }
    }
  })
})

test.each([
  [1_000, true],
  [20_000, false]
])(
  'the list of before stands for a knowing writer only where it had stood for a while: %d ms',
  async (quiet, isRemade) => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene, chance) => {
      const user = `quiet-${scene}`
      algolia.put(user, [FOREIGN])
      await time.sleep(quiet)
      let writes = 0
      // Who had read before the last change of another one, and makes the same change.
      algolia.onCall = ({ method }) => {
        if (method === 'put' && (writes += 1) === 1) time.after(200, () => algolia.put(user, [FOREIGN]))
      }
      const event = { user, audience: 'vip', entered: true, at: 0, process: 0 }
      const told = await deliverAll(time, algolia, processes.slice(0, 1), [event], chance.next)
      expect(told).toMatchObject({ delivered: [event], retried: 0 })
      expect(algolia.profiles.get(user)?.segments).toEqual(isRemade ? [FOREIGN, entryOf('vip')] : [FOREIGN])
    })
  }
)

describe('links', () => {
  test('of one user token to many are written each right after its read: none too late', async () => {
    await inScene({ seed: 1, latency: 60, stalls: 0 }, async (algolia, scene) => {
      const fromUserToken = `from-${scene}`
      algolia.put(fromUserToken, [entryOf('vip')])
      await time.sleep(20_000)
      const payload = Array.from({ length: 60 }, (_, index) => ({ fromUserToken, toUserToken: `to${index}-${scene}` }))
      const before = algolia.calls
      const answers = await answersTo(algolia, 0, 'linkProfiles', payload)
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      for (const { toUserToken } of payload) {
        expect(algolia.profiles.get(toUserToken)?.segments).toEqual([entryOf('vip')])
      }
      // One read, a read and a write for each, and looks meanwhile and at the end.
      expect(algolia.calls - before).toBeLessThanOrEqual(1 + 2 * 60 + 8)
    })
  })

  test('bring what was undone a moment ago where it is linked from, as it is made again there', async () => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene) => {
      const [userToken, toUserToken] = [`undone-${scene}`, `browser-${scene}`]
      for (const user of [userToken, toUserToken]) algolia.put(user, [FOREIGN])
      await time.sleep(20_000)
      const entering = answersTo(algolia, 0, 'syncAudience', [
        { userToken, segmentId: 'vip', eventName: 'Audience Entered' }
      ])
      await time.sleep(100)
      algolia.put(userToken, [FOREIGN, entryOf('other')])
      const linking = answersTo(algolia, 0, 'linkProfiles', [{ fromUserToken: userToken, toUserToken }])
      expect([...(await entering), ...(await linking)].map(({ status }) => status)).toEqual([200, 200])
      expect(algolia.profiles.get(userToken)?.segments).toContain(entryOf('vip'))
      expect(algolia.profiles.get(toUserToken)?.segments).toEqual([FOREIGN, entryOf('other'), entryOf('vip')])
    })
  })
})

describe('another writer of the same profile', () => {
  const event = { audience: 'vip', at: 0, process: 0 }
  async function deliver(algolia: SimulatedProfiles, events: TimedEvent[], chance: Chance): Promise<Told> {
    const told = await deliverAll(time, algolia, processes.slice(0, 2), events, chance.next)
    // Whatever others still write arrives.
    await time.sleep(60_000)
    return told
  }

  test('undoes nothing by standing still between its read and its write: it reads again', async () => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene, chance) => {
      const user = `still-${scene}`
      let isFirst = true
      // The first read's answer takes five seconds: by then the other process is done.
      algolia.onCall = async ({ method }) => {
        if (method !== 'get' || !isFirst) return
        isFirst = false
        await time.sleep(5_000)
      }
      const events = [
        { ...event, user, audience: 'first', entered: true },
        { ...event, user, audience: 'second', entered: true, at: 200, process: 1 }
      ]
      const told = await deliver(algolia, events, chance)
      expect(told.delivered).toHaveLength(2)
      expect(wrongOf(algolia, told.delivered)).toEqual([])
    })
  })

  test.each([
    ['an entry', true],
    ['an exit', false]
  ])('undoes %s that was found as it should be, shortly after: it is made again', async (_, entered) => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene, chance) => {
      const user = `found-${scene}`
      const [before, after] = entered ? [[FOREIGN], [FOREIGN, entryOf('vip')]] : [[FOREIGN, entryOf('vip')], [FOREIGN]]
      algolia.put(user, after)
      // Who had read before the entry was there writes when it has been read.
      let reads = 0
      algolia.onCall = ({ method }) => {
        if (method === 'get' && (reads += 1) === 1) time.after(300, () => algolia.put(user, before))
      }
      const told = await deliver(algolia, [{ ...event, user, entered }], chance)
      expect(told.delivered).toHaveLength(1)
      expect(wrongOf(algolia, told.delivered)).toEqual([])
    })
  })

  test.each([true, false])('undoes a change (an entry: %s) and its repair: both are seen', async (entered) => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene, chance) => {
      const user = `twice-${scene}`
      const before = entered ? [FOREIGN] : [FOREIGN, entryOf('vip')]
      algolia.put(user, before)
      let writes = 0
      algolia.onCall = ({ method }) => {
        const undo = (): void => algolia.put(user, [...before, entryOf(`other${writes}`)])
        if (method === 'put' && (writes += 1) <= 2) time.after(300, undo)
      }
      const told = await deliver(algolia, [{ ...event, user, entered }], chance)
      expect(told).toMatchObject({ retried: 0 })
      expect(wrongOf(algolia, told.delivered)).toEqual([])
      expect(writes).toBe(3)
    })
  })

  test('brings a change back that it had undone, by a list of before: only a profile that stays as it is is certain', async () => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene, chance) => {
      const user = `back-${scene}`
      algolia.put(user, [FOREIGN])
      await time.sleep(20_000)
      const [with_, without] = [
        [FOREIGN, entryOf('vip'), entryOf('other')],
        [FOREIGN, entryOf('third')]
      ]
      let writes = 0
      algolia.onCall = ({ method }) => {
        if (method !== 'put' || (writes += 1) > 1) return
        // One undoes it, another brings it back, a third had read in between.
        time.after(200, () => algolia.put(user, without))
        time.after(400, () => algolia.put(user, with_))
        time.after(900, () => algolia.put(user, without))
      }
      const told = await deliver(algolia, [{ ...event, user, entered: true }], chance)
      expect(told.delivered).toHaveLength(1)
      expect(wrongOf(algolia, told.delivered)).toEqual([])
    })
  })

  test('brings a change back just before its repair, and undoes it again: what the repair found is looked at', async () => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene, chance) => {
      const user = `repair-${scene}`
      algolia.put(user, [FOREIGN])
      await time.sleep(20_000)
      let [reads, writes] = [0, 0]
      algolia.onCall = ({ method }) => {
        if (method === 'put' && (writes += 1) === 1) time.after(200, () => algolia.put(user, [FOREIGN, entryOf('x')]))
        if (method !== 'get' || (reads += 1) !== 2) return
        algolia.put(user, [FOREIGN, entryOf('vip')])
        time.after(400, () => algolia.put(user, [FOREIGN, entryOf('y')]))
      }
      const told = await deliver(algolia, [{ ...event, user, entered: true }], chance)
      expect(told.delivered).toHaveLength(1)
      expect(wrongOf(algolia, told.delivered)).toEqual([])
    })
  })

  test('a later change of the same user waits for the look, and shares its calls with what is missing', async () => {
    await inScene({ seed: 1, latency: 20, stalls: 0 }, async (algolia, scene, chance) => {
      const user = `later-${scene}`
      algolia.put(user, [FOREIGN])
      await time.sleep(20_000)
      let writes = 0
      algolia.onCall = ({ method }) => {
        if (method === 'put' && (writes += 1) === 1) time.after(50, () => algolia.put(user, [FOREIGN, entryOf('x')]))
      }
      const events = ['a', 'b', 'c', 'd'].map((audience, index) => ({
        ...event,
        user,
        audience,
        entered: true,
        at: index * 100
      }))
      const told = await deliver(algolia, events, chance)
      expect(wrongOf(algolia, told.delivered)).toEqual([])
      // The first, then all the others together with it.
      expect(writes).toBe(2)
    })
  })
})
