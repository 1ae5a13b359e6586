import { pace } from '../../../src/destinations/algolia-personalization/api/pace'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, settings } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'

const algolia = algoliaForEachTest()
const host = new Host()

beforeEach(() => {
  for (const userID of ['user/1', 'anonymous-1', 'bystander']) giveProfile(algolia, userID, [])
})

/** Carries out a privacy request as the host does. */
function forget(userId: string | null | undefined, anonymousId: string | null | undefined) {
  return host.destination.onDelete!({ type: 'delete', userId, anonymousId } as never, { ...settings })
}

function usersLeft(): string[] {
  return [...algolia.profiles].map(({ userID }) => userID)
}

test('the profiles of the user and of the anonymous user are deleted, and no other', async () => {
  await forget('user/1', 'anonymous-1')
  expect(callsTo(algolia)).toEqual(['DELETE /2/users/user%2F1', 'DELETE /2/users/anonymous-1'])
  expect(usersLeft()).toEqual(['bystander'])
})

test('one that is missing is a success', async () => {
  await forget('nobody', 'anonymous-1')
  await forget('nobody', 'anonymous-1')
  expect(usersLeft()).toEqual(['bystander', 'user/1'])
})

test('an id that stands for both is deleted once', async () => {
  await forget('user/1', 'user/1')
  expect(callsTo(algolia)).toEqual(['DELETE /2/users/user%2F1'])
})

test.each([['not usable'], ['a@example.com'], [''], [null], [undefined]])('the id %j is skipped', async (userId) => {
  await forget(userId, 'anonymous-1')
  expect(callsTo(algolia)).toEqual(['DELETE /2/users/anonymous-1'])
  await forget(userId, userId)
  expect(algolia.calls).toHaveLength(1)
})

test('when one deletion fails, the other is made all the same, and the host is told to try again', async () => {
  algolia.faults.status(422, { when: ({ userID }) => userID === 'user/1', times: 1 })
  await expect(forget('user/1', 'anonymous-1')).rejects.toMatchObject({ status: 422 })
  expect(usersLeft()).toEqual(['bystander', 'user/1'])

  giveProfile(algolia, 'anonymous-1', [])
  algolia.faults.status(422, { when: ({ userID }) => userID === 'user/1', times: 1 })
  algolia.faults.status(503, { when: ({ userID }) => userID === 'anonymous-1', times: 1 })
  await expect(forget('user/1', 'anonymous-1')).rejects.toMatchObject({ status: 503 })
})

test('an id that is a number is the one that the host makes a text of in events', async () => {
  giveProfile(algolia, '12345', [])
  await forget(12345 as never, null)
  expect(callsTo(algolia)).toEqual(['DELETE /2/users/12345'])
})

test('an empty answer is confirmed by a read: while Algolia still has the profile, the host is told to try again', async () => {
  const silently = { when: ({ method }: { method: string }) => method === 'DELETE', body: '' }
  algolia.faults.status(204, { ...silently, times: 1 })
  await expect(forget('user/1', null)).rejects.toMatchObject({
    status: 502,
    message: expect.stringContaining('still there')
  })
  algolia.profiles.delete('user/1')
  algolia.faults.status(204, { ...silently, times: 1 })
  await forget('user/1', null)
  expect(callsTo(algolia).slice(-2)).toEqual(['DELETE /2/users/user%2F1', 'GET /2/users/user%2F1'])
})

test.each(['default backend - 404', '<h1>Not Found</h1>', '[]'])(
  'a 404 that is not Algolia’s (%j) is no success',
  async (body) => {
    algolia.faults.status(404, { when: ({ userID }) => userID === 'user/1', body })
    await expect(forget('user/1', 'anonymous-1')).rejects.toMatchObject({ status: 502 })
    expect(usersLeft()).toEqual(['bystander', 'user/1'])
  }
)

test.each([401, 402, 429])('after a %i nothing more is sent', async (status) => {
  algolia.faults.status(status)
  await expect(forget('user/1', 'anonymous-1')).rejects.toMatchObject({ status })
  expect(algolia.calls).toHaveLength(1)
})

test('settings that cannot be used are an error, not a success', async () => {
  process.env.ALGOLIA_PERSONALIZATION_URL = 'nonsense'
  await expect(forget('user/1', 'anonymous-1')).rejects.toMatchObject({ status: 401 })
})

test('a deletion waits for an update of the user that is under way, which would bring the profile back', async () => {
  algolia.faults.latency = 20
  await Promise.all([
    host.deliver('enterAudience', audienceTrack('anonymous-1', 'vip', true)),
    forget(null, 'anonymous-1')
  ])
  const methods = callsTo(algolia).map((call) => call.split(' ')[0])
  expect(methods.filter((method) => method !== 'GET')).toEqual(['PUT', 'DELETE'])
  expect(managedIds(algolia, 'anonymous-1')).toEqual([])
  expect(usersLeft()).toEqual(['bystander', 'user/1'])
})

describe('an event of the user that waits', () => {
  const u = 'anonymous-1'
  /** What has been written isn't looked at before the deletion. */
  const untilSettled = (): jest.SpyInstance => jest.spyOn(pace, 'untilSettled').mockReturnValue(400)

  test('for the look at an earlier one does not make the profile anew: it is superseded', async () => {
    const settling = untilSettled()
    const first = host.deliver('enterAudience', audienceTrack(u, 'a', true))
    while (managedIds(algolia, u).length === 0) await pause(5)
    const second = host.deliver('enterAudience', audienceTrack(u, 'b', true))
    await pause(50)
    await forget(null, u)
    await expect(first).resolves.toMatchObject({ result: 'superseded' })
    await expect(second).resolves.toMatchObject({ result: 'superseded' })
    settling.mockRestore()
    expect(usersLeft()).toEqual(['bystander', 'user/1'])
  })

  test('and has come after the deletion makes a new profile', async () => {
    algolia.faults.latency = 30
    const deletion = forget(null, u)
    await pause(5)
    const after = host.deliver('enterAudience', audienceTrack(u, 'b', true))
    await deletion
    await expect(after).resolves.toMatchObject({ result: 'profile updated' })
    expect(managedIds(algolia, u)).toEqual(['b'])
  })
})

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

describe('events', () => {
  const deletions = (): string[] => algolia.insights.calls.map(({ method, path }) => `${method} ${path}`)

  test('of the user tokens are deleted as well', async () => {
    await expect(forget('user/1', 'anonymous-1')).resolves.toEqual({ output: 'No profile left, and no events' })
    expect(deletions()).toEqual(['DELETE /1/usertokens/user%2F1', 'DELETE /1/usertokens/anonymous-1'])
  })

  test('remain where the key may not delete them, which fails nothing and is said', async () => {
    algolia.application.acl = ['search', 'browse', 'recommendation']
    const { output } = (await forget('user/1', 'anonymous-1')) as { output: string }
    expect(output).toContain('Events remain')
    expect(usersLeft()).toEqual(['bystander'])
  })

  test('that could not be deleted for now have the host try again', async () => {
    algolia.insights.faults.status(503)
    await expect(forget('user/1', undefined)).rejects.toMatchObject({ status: 503 })
    expect(usersLeft()).toEqual(['anonymous-1', 'bystander'])
  })
})
