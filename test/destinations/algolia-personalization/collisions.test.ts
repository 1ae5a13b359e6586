import { audienceTrack } from '../../support/audience-events'
import type * as Support from '../../support/destination'
import type { BatchEntry } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'

/** As two processes: each has the destination's modules, and so its locks and its memory, for itself. */
function anotherProcess(): typeof Support {
  let loaded: typeof Support | undefined
  jest.isolateModules(() => {
    loaded = jest.requireActual<typeof Support>('../../support/destination')
  })
  return loaded as typeof Support
}

const processes = [anotherProcess(), anotherProcess()]
const algolia = processes[0]!.algoliaForEachTest()

test('the two processes of these tests share nothing', () => {
  expect(processes[0]!.Host).not.toBe(processes[1]!.Host)
})

const users = Array.from({ length: 40 }, (_, index) => `u${index}`)
const audiences = ['a', 'b', 'c', 'd']
const foreign = { id: 'foreign', source: 'crm', since: 1 }

test('two processes that write the same users at the same time lose nothing that they answer 200', async () => {
  algolia.faults.latency = 20
  for (const user of users) giveProfile(algolia, user, [foreign])
  const deliveries: Promise<{ audience: string; entries: BatchEntry[] }>[] = audiences.map(async (audience, index) => {
    const events = users.map((user) => audienceTrack(user, audience, true))
    const host = new processes[index % 2]!.Host()
    return { audience, entries: await host.deliverBatch('enterAudience', events) }
  })
  for (const { audience, entries } of await Promise.all(deliveries)) {
    entries.forEach(({ status }, index) => {
      if (status === 200) expect(managedIds(algolia, users[index]!)).toContain(audience)
    })
    expect(entries.filter(({ status }) => status === 200).length).toBeGreaterThan(users.length / 2)
  }
  for (const user of users) expect(algolia.profiles.get(user)?.segments).toContainEqual(foreign)
})

/** Takes the written segments away right after each of the first writes of a user, as who had read before and adds others. */
function undoWrites(user: string, times: number): void {
  let undone = 0
  algolia.faults.add({
    when: ({ route, userID }) => route === 'writeProfileSegments' && userID === user && (undone += 1) <= times,
    then: {
      change: (answer) => {
        const segments = [foreign, { id: `other ${undone}`, source: 'crm' }]
        const lastUpdatedAt = new Date().toISOString()
        algolia.profiles.put({ userID: user, type: 'basic', affinities: [], segments, lastUpdatedAt })
        return answer
      }
    }
  })
}

describe.each([1, 3])('in a batch of %i users', (count) => {
  const events = users.slice(0, count).map((user) => audienceTrack(user, 'vip', true))

  test('what another process undid is made again', async () => {
    const { Host } = anotherProcess()
    undoWrites('u0', 1)
    const entries = await new Host().deliverBatch('enterAudience', events)
    expect(entries.map(({ status }) => status)).toEqual(events.map(() => 200))
    expect(managedIds(algolia, 'u0')).toEqual(['vip'])
    expect(algolia.profiles.get('u0')?.segments).toContainEqual(foreign)
    // Each read and written, one more read and write for the one, and two looks.
    expect(algolia.calls).toHaveLength(2 * count + 2 + 2)
  })

  test('what is undone time after time is answered as retryable, and no other', async () => {
    const { Host } = anotherProcess()
    undoWrites('u0', Infinity)
    const entries = await new Host().deliverBatch('enterAudience', events)
    expect(entries.map(({ status }) => status)).toEqual([423, ...events.slice(1).map(() => 200)])
    expect(entries[0]?.errormessage).toMatch(/another writer replaced them.*tries again/)
  })
})

describe('where lists say nothing of writes', () => {
  const useless: [string, () => void][] = [
    [
      'because they do not show segments',
      () =>
        void algolia.faults.changePages((page) => ({
          ...page,
          users: page.users.map((user) => ({ ...user, segments: undefined }))
        }))
    ],
    [
      'because a write does not move lastUpdatedAt',
      () => void algolia.faults.changePages((page) => ({ ...page, users: [] }))
    ],
    [
      'because the key may not list',
      () => void algolia.faults.status(403, { when: ({ route }) => route === 'listProfiles' })
    ]
  ]

  test.each(useless)(
    '%s: each user is read once more, what was undone is made again, and it is said once',
    async (_, arrange) => {
      const { Host, settings } = anotherProcess()
      arrange()
      undoWrites('u0', 1)
      const warnings: string[] = []
      const { integration } = new Host()
      const logger = { warn: (message: string) => warnings.push(message), info: () => {}, error: () => {} } as never
      const input = { settings, useDefaultMappings: true, logger, mapping: { userToken: { '@path': '$.userId' } } }
      for (const audience of ['vip', 'loyal']) {
        await integration.testBatchAction('enterAudience', {
          events: users.slice(0, 5).map((user) => audienceTrack(user, audience, true)) as never,
          ...input
        })
      }
      for (const user of users.slice(0, 5)) expect(managedIds(algolia, user)).toEqual(['vip', 'loyal'])
      expect(callsTo(algolia).filter((call) => call.includes('?'))).toHaveLength(1)
      expect(warnings).toHaveLength(1)
    }
  )
})

test('thousands of other profiles that changed meanwhile cost no more than a read for each user', async () => {
  const { Host } = anotherProcess()
  const profiles = Array.from({ length: 3_000 }, (_, index) => ({
    userID: `t${index}`,
    type: 'basic',
    affinities: [],
    lastUpdatedAt: '2999-01-01T00:00:00Z'
  }))
  algolia.profiles.putAll(profiles as never)
  const events = users.slice(0, 10).map((user) => audienceTrack(user, 'vip', true))
  const entries = await new Host().deliverBatch('enterAudience', events)
  expect(new Set(entries.map(({ status }) => status))).toEqual(new Set([200]))
  expect(algolia.calls.length).toBeLessThanOrEqual(20 + 1 + 10)
})

test('they are no reason to distrust lists: the next batch is looked at by one call', async () => {
  const { Host } = anotherProcess()
  const others = Array.from({ length: 1_500 }, (_, index) => `t${index}`)
  for (const userID of others) {
    algolia.profiles.put({ userID, type: 'basic', affinities: [], segments: [], lastUpdatedAt: '2999-01-01T00:00:00Z' })
  }
  const host = new Host()
  // Behind the others, whose first page shows none of these.
  const behind = (audience: string) => ['x1', 'x2'].map((user) => audienceTrack(user, audience, true))
  await host.deliverBatch('enterAudience', behind('a'))
  for (const userID of others) algolia.profiles.delete(userID)
  algolia.clearCalls()
  await host.deliverBatch('enterAudience', behind('b'))
  expect(callsTo(algolia).filter((call) => call.includes('?'))).toHaveLength(1)
  expect(algolia.calls).toHaveLength(4 + 1)
})

test('what is there already is looked at once more where nobody knows when the profile was changed', async () => {
  const { Host } = anotherProcess()
  const vip = [{ id: 'vip', source: 'segment' }]
  giveProfile(algolia, 'dated', vip)
  algolia.profiles.put({ userID: 'undated', type: 'basic', affinities: [], segments: vip, lastUpdatedAt: '' })
  for (const [user, calls] of [
    ['dated', 1],
    ['undated', 2]
  ] as const) {
    algolia.clearCalls()
    await expect(new Host().deliver('enterAudience', audienceTrack(user, 'vip', true))).resolves.toMatchObject({
      result: 'profile unchanged'
    })
    expect({ user, calls: algolia.calls.length }).toEqual({ user, calls })
  }
})

test('a logger that throws while something is made again leaves nobody waiting, and nothing unhandled', async () => {
  const { Host, settings } = anotherProcess()
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  // Lists lag behind, which the read before the repair shows.
  algolia.faults.changePages((page) => ({ ...page, users: page.users.map((user) => ({ ...user, segments: [] })) }))
  const warn = jest.fn(() => {
    throw new Error('the logger failed')
  })
  const { integration } = new Host()
  const entries = await integration.testBatchAction('enterAudience', {
    events: users.slice(0, 2).map((user) => audienceTrack(user, 'vip', true)) as never,
    settings,
    useDefaultMappings: true,
    logger: { warn, info: () => {}, error: () => {} } as never,
    mapping: { userToken: { '@path': '$.userId' } }
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  process.off('unhandledRejection', note)
  expect(warn).toHaveBeenCalledTimes(1)
  expect(unhandled).toEqual([])
  expect(entries).toBeDefined()
  for (const user of users.slice(0, 2)) expect(managedIds(algolia, user)).toEqual(['vip'])
})

test('nothing is looked at where nothing was written', async () => {
  await new processes[0]!.Host().deliverBatch(
    'exitAudience',
    users.map((user) => audienceTrack(user, 'vip', false))
  )
  expect(algolia.calls).toHaveLength(users.length)
})
