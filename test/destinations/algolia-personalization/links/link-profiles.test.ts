import { lately } from '../../../../src/destinations/algolia-personalization/delivery/lately'
import { REMEMBERED_CHANGES } from '../../../../src/destinations/algolia-personalization/constants'
import { algoliaForAllTests, type BatchEntry, type Event, Host, settings } from '../../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../../support/profiles'

const algolia = algoliaForAllTests()

let people = 0

/** The two user tokens of a person, with the managed segments that each has; undefined: no profile. */
function person(login: string[] | undefined, browser: string[] | undefined): [string, string] {
  people += 1
  const tokens: [string, string] = [`login-${people}`, `browser-${people}`]
  const entries = (ids: string[]) => ids.map((id) => ({ id, source: 'segment' }))
  if (login) giveProfile(algolia, tokens[0], [...entries(login), { id: 'foreign', source: 'crm' }])
  if (browser) giveProfile(algolia, tokens[1], [{ id: 'kept', source: 'crm', n: 1 }, ...entries(browser)])
  return tokens
}

const login = ([userId, anonymousId]: [string, string], more: Event = {}): Event => ({
  type: 'identify',
  userId,
  anonymousId,
  ...more
})

const link = (events: Event[], host = new Host()): Promise<BatchEntry[]> =>
  host.deliverBatch('linkProfiles', events, { subscribe: 'type = "identify" or type = "alias"' })

const resultsOf = (entries: BatchEntry[]): unknown[] =>
  entries.map(({ status, body }) => (status === 200 ? (body as { result: string }).result : status))

async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = algolia.calls.length
  await work()
  return callsTo(algolia)
    .slice(before)
    .map((call) => call.replace(/-\d+/, ''))
}

describe('a login', () => {
  it('adds what is missing, as plain entries at the end, and removes nothing', async () => {
    const tokens = person(['vip', 'loyal', 'tier__gold'], ['loyal', 'new'])
    expect(resultsOf(await link([login(tokens)]))).toEqual(['profile updated'])
    expect(algolia.profiles.get(tokens[1])?.segments).toEqual([
      { id: 'kept', source: 'crm', n: 1 },
      { id: 'loyal', source: 'segment' },
      { id: 'new', source: 'segment' },
      { id: 'vip', source: 'segment' },
      { id: 'tier__gold', source: 'segment' }
    ])
    expect(managedIds(algolia, tokens[0])).toEqual(['vip', 'loyal', 'tier__gold'])
  })

  it('costs two calls where nothing is missing, and none again soon', async () => {
    const tokens = person(['vip'], ['vip'])
    const host = new Host()
    expect(await callsOf(() => link([login(tokens)], host))).toEqual(['GET /2/users/login', 'GET /2/users/browser'])
    const calls = await callsOf(async () =>
      expect(resultsOf(await link([login(tokens)]))).toEqual(['profile unchanged'])
    )
    expect(calls).toEqual([])
  })

  it('is looked into again once this process has written to either profile', async () => {
    const tokens = person(['vip'], ['vip'])
    await link([login(tokens)])
    const enter: Event = {
      type: 'track',
      event: 'Audience Entered',
      anonymousId: tokens[0],
      properties: { audience_key: 'new' }
    }
    await new Host().deliverBatch('enterAudience', [enter])
    expect(resultsOf(await link([login(tokens)]))).toEqual(['profile updated'])
    expect(managedIds(algolia, tokens[1])).toEqual(['vip', 'new'])
  })

  it.each([0, 1])('is looked into again once this process has deleted profile %i of the two', async (deleted) => {
    const tokens = person(['vip'], ['vip'])
    await link([login(tokens)])
    await new Host().destination.onDelete!({ type: 'delete', userId: tokens[deleted] } as never, { ...settings })
    expect(resultsOf(await link([login(tokens)]))).toEqual([deleted === 0 ? 'no profile' : 'profile updated'])
  })

  it('is looked into again when a deletion came while it was under way', async () => {
    const tokens = person(['vip'], [])
    let isDeleted: Promise<unknown> | undefined
    algolia.faults.add({
      when: ({ route, userID }) => {
        if (route === 'writeProfileSegments' && userID === tokens[1]) {
          const request = { type: 'delete', userId: tokens[1] } as never
          isDeleted ??= new Host().destination.onDelete!(request, { ...settings })
        }
        return isDeleted !== undefined && route === 'getProfile'
      },
      then: { delay: 100 }
    })
    await link([login(tokens)])
    await isDeleted
    expect(algolia.profiles.get(tokens[1])).toBeUndefined()
    algolia.faults.clear()
    expect(resultsOf(await link([login(tokens)]))).toEqual(['profile updated'])
  })

  it('is looked into again when what this process has written since is forgotten, as so much came after', async () => {
    const tokens = person(['vip'], ['vip'])
    await link([login(tokens)])
    const enter = { type: 'track', event: 'Audience Entered', properties: { audience_key: 'new' } } as const
    await new Host().deliverBatch('enterAudience', [{ ...enter, anonymousId: tokens[0] }])
    for (let index = 0; index <= REMEMBERED_CHANGES; index++) lately.put(`other ${index}`, 'key', 1)
    expect(resultsOf(await link([login(tokens)]))).toEqual(['profile updated'])
  })

  it('of a user token without a profile costs one call and writes nothing', async () => {
    const tokens = person(undefined, ['vip'])
    const calls = await callsOf(async () => expect(resultsOf(await link([login(tokens)]))).toEqual(['no profile']))
    expect(calls).toEqual(['GET /2/users/login'])
  })

  it('makes a profile for a new browser, unless that is off', async () => {
    const tokens = person(['vip'], undefined)
    const off = await new Host().deliverBatch('linkProfiles', [login(tokens)], { mapping: { createProfiles: false } })
    expect(resultsOf(off)).toEqual(['no profile'])
    expect(algolia.profiles.get(tokens[1])).toBeUndefined()
    expect(resultsOf(await link([login(tokens)]))).toEqual(['profile updated'])
    expect(managedIds(algolia, tokens[1])).toEqual(['vip'])
  })

  it('does not make an empty profile', async () => {
    const tokens = person([], undefined)
    expect(resultsOf(await link([login(tokens)]))).toEqual(['profile unchanged'])
    expect(algolia.profiles.get(tokens[1])).toBeUndefined()
  })

  it('leaves a trait alone that has another value here', async () => {
    const tokens = person(['tier__gold', 'tier_2__x'], ['tier__silver'])
    await link([login(tokens)])
    expect(managedIds(algolia, tokens[1])).toEqual(['tier__silver', 'tier_2__x'])
  })

  it('does not bring back what a later event has removed', async () => {
    const tokens = person(['vip', 'loyal'], ['vip'])
    const exit: Event = {
      type: 'track',
      event: 'Audience Exited',
      anonymousId: tokens[1],
      properties: { audience_key: 'vip' },
      timestamp: new Date(Date.now() - 1000).toISOString()
    }
    await new Host().deliverBatch('exitAudience', [exit])
    await link([login(tokens, { timestamp: new Date(Date.now() - 60_000).toISOString() })])
    expect(managedIds(algolia, tokens[1])).toEqual(['loyal'])
  })

  it('works for an alias, whose previous ID gets what the new one has', async () => {
    const tokens = person(['vip'], ['x'])
    await link([{ type: 'alias', userId: tokens[0], previousId: tokens[1] }])
    expect(managedIds(algolia, tokens[1])).toEqual(['x', 'vip'])
  })
})

test('an event that the mapping names is a login, too', async () => {
  const tokens = person(['vip'], ['x'])
  const event: Event = { type: 'track', event: 'Signed In', userId: tokens[0], anonymousId: tokens[1] }
  const subscribe = 'type = "track" and event = "Signed In"'
  const entries = await new Host().deliverBatch('linkProfiles', [event], { subscribe })
  expect(resultsOf(entries)).toEqual(['profile updated'])
  expect(managedIds(algolia, tokens[1])).toEqual(['x', 'vip'])
})

describe('nothing to link', () => {
  it.each<[string, Event]>([
    ['no user ID', { type: 'identify', anonymousId: 'browser' }],
    ['no anonymous ID', { type: 'identify', userId: 'login' }],
    ['both are one', { type: 'identify', userId: 'same', anonymousId: 'same' }]
  ])('%s: a success without a call', async (_, event) => {
    const calls = await callsOf(async () => expect(resultsOf(await link([event]))).toEqual(['nothing to link']))
    expect(calls).toEqual([])
  })
})

it('refuses what is no user token, without repeating it', async () => {
  const [entry] = await link([{ type: 'identify', userId: 'me@example.com', anonymousId: 'browser' }])
  expect(entry?.status).toBe(400)
  expect(entry?.errormessage).not.toContain('example')
})

it('answers with the failure of the first read', async () => {
  const tokens = person(undefined, ['vip'])
  giveProfile(algolia, tokens[0], 'no list')
  expect(resultsOf(await link([login(tokens)]))).toEqual([422])
})

describe('several logins', () => {
  it('at once lose nothing, and never play ping-pong', async () => {
    const tokens = person(['a'], ['b'])
    const back: [string, string] = [tokens[1], tokens[0]]
    const host = new Host()
    const entries = await Promise.all([login(tokens), login(back), login(tokens)].map((event) => link([event], host)))
    expect(entries.flat().every(({ status }) => status === 200)).toBe(true)
    expect(new Set(managedIds(algolia, tokens[0]))).toEqual(new Set(['a', 'b']))
    expect(new Set(managedIds(algolia, tokens[1]))).toEqual(new Set(['a', 'b']))
    const calls = await callsOf(() => Promise.all([link([login(tokens)], host), link([login(back)], host)]))
    expect(calls.filter((call) => call.startsWith('PUT'))).toEqual([])
  })

  it('of a batch take effect in order, each token read once and written at most once', async () => {
    const [first, second] = person(['vip'], [])
    const [, third] = person(undefined, [])
    const calls = await callsOf(() => link([login([first, second]), login([second, third])]))
    expect(managedIds(algolia, third)).toEqual(['vip'])
    const methods = calls.map((call) => call.split(' ')[0])
    // Each is written as soon as it is known what to: the third is read after that.
    expect(methods.slice(0, 5)).toEqual(['GET', 'GET', 'PUT', 'GET', 'PUT'])
    expect(methods.slice(5)).not.toContain('PUT')
  })
})

it('a chain of links in one batch reaches its end, though the one between had no profile', async () => {
  const [first, between] = person(['vip'], undefined)
  const [, last] = person(undefined, [])
  const entries = await link([login([first, between]), login([between, last])])
  expect(resultsOf(entries)).toEqual(['profile updated', 'profile updated'])
  expect(managedIds(algolia, last)).toEqual(['vip'])
})
