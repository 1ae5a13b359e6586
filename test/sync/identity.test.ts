import { profile, withBench } from '../support/segment'
import type { SyncConfigInput } from '../../src/sync'

const UUID = '3f1c9a52-6f0e-4f2a-9a9d-0b8f6f1f2c11'
const COOKIE = 'GA1.2.1033501218.1368477899'.replaceAll('.', '-')
const NUMBERS = ['4711', '815']

/** What is sent for these tokens. */
async function sentFor(tokens: readonly string[], config: Partial<SyncConfigInput>) {
  return withBench({ profiles: tokens.map((token) => profile(token)) }, async ({ sync, segment }) => {
    const result = await sync({ config: { userIdPattern: undefined, ...config } })
    return {
      result,
      who: segment.calls.map(({ userId, anonymousId }) =>
        typeof userId === 'string' ? `u:${userId}` : `a:${anonymousId as string}`
      )
    }
  })
}

describe('auto', () => {
  it('takes what Algolia’s libraries made up as anonymous ids', async () => {
    const { result, who } = await sentFor(['anonymous-1', `anonymous-${UUID}`], {})
    expect(result.outcome).toBe('delivered')
    expect(who).toEqual(['a:anonymous-1', `a:anonymous-${UUID}`])
  })

  it.each([
    ['UUIDs', [UUID, UUID.replace('3', '4'), UUID.replace('3', '5')]],
    ['cookies', [COOKIE, `${COOKIE}1`, `${COOKIE}2`]],
    ['numbers', [...NUMBERS, '9']],
    ['mixed ones', ['anonymous-1', 'user-1', UUID, NUMBERS[0]!]],
    ['capitals', ['Anonymous-1', 'ANONYMOUS-2', 'not-anonymous-3']]
  ])('sends nothing when it meets %s, and asks, naming three of them', async (_, tokens) => {
    const { result, who } = await sentFor(tokens, {})
    expect(who).toEqual([])
    expect(result).toMatchObject({ outcome: 'failed', error: { kind: 'config' } })
    const message = result.outcome === 'failed' ? result.error.message : ''
    const untold = tokens.filter((token) => !token.startsWith('anonymous-'))
    expect(untold.filter((token) => message.includes(token))).toHaveLength(3)
    for (const choice of ['userId', 'anonymousId', 'userIdPattern']) expect(message).toContain(choice)
  })

  it('stops before the page with the first such token, keeps the state, and goes on from there when it is told', async () => {
    const profiles = [
      ...Array.from({ length: 20 }, (_, index) => profile(`anonymous-${10 + index}`)),
      profile('user-1')
    ]
    await withBench({ profiles }, async ({ sync, segment, start, file, stateFile, state }) => {
      const stopped = start(['--config', await file({ pageSize: 10 }), '--state', stateFile], {
        SYNC_USER_ID_PATTERN: ''
      })
      expect(await stopped.ended).toBe(1)
      expect(stopped.stderr).toContain('user-1')
      expect(segment.calls).toHaveLength(20)
      expect((await state()).profiles.pass).toBeDefined()
      expect((await sync({ config: { userIdPattern: '^user-' } })).summary.profiles).toMatchObject({ read: 1, sent: 1 })
    })
  })
})

describe('a pattern for user ids', () => {
  it('tells the two kinds apart, but for what Algolia’s libraries made up', async () => {
    const { who } = await sentFor(['anonymous-4', ...NUMBERS, UUID], { userIdPattern: '^(\\d+|anonymous-.)$' })
    expect(who.sort()).toEqual([`a:${UUID}`, 'a:anonymous-4', 'u:4711', 'u:815'])
  })

  it.each<[Partial<SyncConfigInput>, string]>([
    [{ userIdPattern: '(' }, 'userIdPattern: must be a regular expression'],
    [{ userIdPattern: '^u', identity: 'userId' }, 'Leave out one of the two']
  ])('is refused in %j', async (config, message) => {
    await expect(sentFor(['user-1'], config)).rejects.toMatchObject({ message: expect.stringContaining(message) })
  })
})

describe('a token that was sent', () => {
  it.each<[string, Partial<SyncConfigInput>, Partial<SyncConfigInput>]>([
    ['another rule', { identity: 'userId' }, { identity: 'anonymousId' }],
    ['another pattern', { userIdPattern: '.' }, { userIdPattern: '^\\d+$' }]
  ])('is not moved to the other side by %s: the run ends and names it', async (_, before, after) => {
    await withBench({ profiles: [profile('user-1')] }, async ({ sync, segment, stateFile }) => {
      await sync({ config: before })
      expect(await sync({ config: after })).toMatchObject({
        outcome: 'failed',
        error: {
          kind: 'config',
          message: expect.stringMatching(/user-1 was sent as userId, and would now be sent as anonymousId/)
        }
      })
      expect(await sync({ config: after })).toMatchObject({
        error: { message: expect.stringContaining(`delete ${stateFile} and ${stateFile}.seen`) }
      })
      expect(segment.calls).toHaveLength(1)
    })
  })

  it('stays what it was under another rule that says the same', async () => {
    await withBench({ profiles: [profile('user-1')] }, async ({ sync, segment }) => {
      await sync({ config: { identity: 'userId' } })
      expect(await sync({ config: { userIdPattern: '^user' } })).toMatchObject({ outcome: 'delivered' })
      expect(segment.calls).toHaveLength(1)
    })
  })
})
