import { MAX_CONCURRENT_USERS } from '../../../src/destinations/algolia-personalization/constants'
import { watchesInUse } from '../../../src/destinations/algolia-personalization/delivery/deliver'
import { inTurn, linesInUse } from '../../../src/destinations/algolia-personalization/delivery/user-locks'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'
import { startScriptedServer } from '../../support/scripted-server'

const algolia = algoliaForEachTest()

afterEach(() => {
  expect(linesInUse()).toBe(0)
  expect(watchesInUse()).toBe(0)
})

const audiences = Array.from({ length: 50 }, (_, index) => `audience-${String(index).padStart(2, '0')}`)
const users = Array.from({ length: 200 }, (_, index) => `u${index}`)

describe('one batch', () => {
  test('works on a bounded number of users at the same time', async () => {
    algolia.faults.hang('before')
    const abort = new AbortController()
    const delivery = new Host().deliverBatch(
      'enterAudience',
      users.map((user) => audienceTrack(user, 'vip', true)),
      { signal: abort.signal }
    )
    while (algolia.calls.length < MAX_CONCURRENT_USERS) await pause(5)
    await pause(100)
    expect(algolia.calls).toHaveLength(MAX_CONCURRENT_USERS)
    abort.abort()
    await delivery
  })

  test('of 200 users takes an eighth of the rounds that one call after another would take', async () => {
    // Answers all waiting calls at once when as many wait as may, or when no more come: a round.
    let rounds = 0
    let waiting: (() => void)[] = []
    let nobodyElse: NodeJS.Timeout | undefined
    const answerAll = () => {
      rounds += 1
      const answers = waiting
      waiting = []
      for (const answer of answers) answer()
    }
    const written = users.map((userID) => ({ userID, segments: [{ id: 'vip', source: 'segment' }] }))
    const server = await startScriptedServer(async ({ method, path }) => {
      if (path.includes('?')) return { body: { users: written } }
      clearTimeout(nobodyElse)
      await new Promise<void>((answer) => {
        waiting.push(answer)
        if (waiting.length === MAX_CONCURRENT_USERS) answerAll()
        else nobodyElse = setTimeout(answerAll, 100)
      })
      return method === 'GET' ? { status: 404, body: { status: 404 } } : {}
    })
    process.env.ALGOLIA_PERSONALIZATION_URL = server.url
    const entries = await new Host().deliverBatch(
      'enterAudience',
      users.map((user) => audienceTrack(user, 'vip', true))
    )
    await server.close()
    expect(new Set(entries.map(({ status }) => status))).toEqual(new Set([200]))
    expect(server.requests.filter(({ path }) => !path.includes('?'))).toHaveLength(400)
    expect(rounds).toBeLessThanOrEqual(400 / 8)
  })
})

describe('calls at the same time lose no update', () => {
  test.each([
    ['one Destination instance', [new Host()]],
    ['two Destination instances', [new Host(), new Host()]]
  ])('50 single events for one user and 50 audiences, in %s', async (_, hosts) => {
    giveProfile(algolia, 'shopper-1', [{ id: 'foreign', source: 'crm' }])
    await Promise.all(
      audiences.map((audience, index) =>
        hosts[index % hosts.length]!.deliver('enterAudience', audienceTrack('shopper-1', audience, true))
      )
    )
    expect(managedIds(algolia, 'shopper-1')).toEqual(audiences)
    expect(algolia.profiles.get('shopper-1')?.segments).toContainEqual({ id: 'foreign', source: 'crm' })
  })

  test('50 batches for one user, single events and exits among them, in two Destination instances', async () => {
    const hosts = [new Host(), new Host()]
    giveProfile(
      algolia,
      'shopper-1',
      audiences.slice(0, 10).map((id) => ({ id, source: 'segment' }))
    )
    await Promise.all(
      audiences.flatMap((audience, index) => {
        const host = hosts[index % 2]!
        return index < 10
          ? [host.deliver('exitAudience', audienceTrack('shopper-1', audience, false))]
          : [
              host.deliverBatch('syncAudience', [
                audienceTrack('shopper-1', audience, true),
                audienceTrack(`other-${index}`, audience, true)
              ])
            ]
      })
    )
    expect(managedIds(algolia, 'shopper-1')).toEqual(audiences.slice(10))
  })

  test('two batches with the same users in opposite orders both end, and the later one counts', async () => {
    const host = new Host()
    const enter = users.map((user) => audienceTrack(user, 'vip', true))
    const exit = users.map((user) => audienceTrack(user, 'vip', false)).reverse()
    const results = await Promise.all([
      host.deliverBatch('syncAudience', enter),
      host.deliverBatch('syncAudience', exit)
    ])
    expect(new Set(results.flat().map(({ status }) => status))).toEqual(new Set([200]))
    for (const user of users) expect(managedIds(algolia, user)).toEqual([])
  })

  test('who waits for another batch keeps nobody else of its own batch waiting', async () => {
    algolia.faults.hang('before', { when: ({ userID }) => userID?.startsWith('stuck') === true })
    const stuck = Array.from({ length: 2 * MAX_CONCURRENT_USERS }, (_, index) =>
      audienceTrack(`stuck-${index}`, 'a', true)
    )
    const abort = new AbortController()
    const blocking = stuck.map((event) => new Host().deliver('enterAudience', event).catch(() => undefined))
    const second = new Host().deliverBatch('enterAudience', [...stuck, audienceTrack('free', 'a', true)], {
      signal: abort.signal
    })
    // A read, a write, and a look, which doesn't wait for those who wait.
    while (callsTo(algolia).filter((call) => call.includes('free')).length < 3) await pause(5)
    // Its answer may be on its way.
    await new Host().deliver('enterAudience', audienceTrack('free', 'b', true))
    abort.abort()
    expect((await second).at(-1)?.status).toBe(200)
    await algolia.close()
    await Promise.all(blocking)
  })

  test('events that come while others of the user are under way or wait', async () => {
    algolia.faults.latency = 10
    const host = new Host()
    const deliveries: Promise<unknown>[] = []
    for (const audience of audiences.slice(0, 20)) {
      deliveries.push(host.deliver('enterAudience', audienceTrack('shopper-1', audience, true)))
      await pause(15)
    }
    await Promise.all(deliveries)
    expect(managedIds(algolia, 'shopper-1').sort()).toEqual(audiences.slice(0, 20))
  })

  test('users of other applications are not waited for', async () => {
    algolia.faults.hang('before', { call: 1 })
    let blockedEnded = false
    const blocked = new Host()
      .deliver('enterAudience', audienceTrack('u', 'vip', true))
      .catch(() => undefined)
      .finally(() => (blockedEnded = true))
    while (algolia.calls.length === 0) await pause(5)
    await expect(
      new Host().deliver('enterAudience', audienceTrack('u', 'vip', true), { settings: { appId: 'OTHER' } })
    ).rejects.toMatchObject({ status: 401 })
    expect(blockedEnded).toBe(false)
    await algolia.close()
    await blocked
  })

  test('a user whose update failed can be updated again', async () => {
    algolia.faults.drop('before', { call: 1 })
    const host = new Host()
    await expect(host.deliver('enterAudience', audienceTrack('u', 'vip', true))).rejects.toMatchObject({ status: 503 })
    await host.deliver('enterAudience', audienceTrack('u', 'vip', true))
    expect(managedIds(algolia, 'u')).toEqual(['vip'])
  })
})

test('a task that throws lets the next in its line have its turn', async () => {
  const first = inTurn(
    ['key'],
    () => Promise.reject(new Error('first')),
    () => undefined
  )
  const second = inTurn(
    ['key'],
    () => Promise.resolve('second'),
    () => 'late'
  )
  await expect(first).rejects.toThrow('first')
  await expect(second).resolves.toBe('second')
})

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
