import fc from 'fast-check'
import definition from '../../../../src/destinations/algolia-personalization'
import { algoliaForAllTests, type BatchEntry, type Event, Host } from '../../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../../support/profiles'

const algolia = algoliaForAllTests()

let users = 0
const newUser = (): string => `shopper-${(users += 1)}`

const foreign = [
  { id: 'tier__gold', source: 'algolia', since: 9007199254740993n.toString() },
  { id: 'cold', source: 'crm', note: { deep: [1, null] } }
]

/** An identify whose traits are chosen in the mapping, all of them. */
function identify(userToken: string, traits: Record<string, unknown>, more: Event = {}): Event {
  return { type: 'identify', anonymousId: userToken, traits: traits as Event['traits'], ...more }
}

const mapping = { traits: { '@path': '$.traits' } }

async function sync(events: Event[], host = new Host()): Promise<BatchEntry[]> {
  return host.deliverBatch('syncTraits', events, { mapping })
}

const resultsOf = (entries: BatchEntry[]): unknown[] =>
  entries.map(({ status, body }) => (status === 200 ? (body as { result: string }).result : status))

it('has its traits chosen in the mapping: an object, key by key, with an example and without a default', () => {
  const { traits } = definition.actions.syncTraits!.fields
  expect(traits).toMatchObject({ type: 'object', defaultObjectUI: 'keyvalue', required: false })
  expect(traits).not.toHaveProperty('default')
  expect(traits).not.toHaveProperty('properties')
  expect(traits?.description).toContain('loyalty_tier__gold')
})

describe('a trait', () => {
  it('is set, changed, given several values, cleared, and left alone where it is absent', async () => {
    const user = newUser()
    giveProfile(algolia, user, [...foreign, { id: 'vip', source: 'segment' }])
    const states: [Record<string, unknown>, unknown[]][] = [
      [{ loyalty_tier: 'gold' }, ['loyalty_tier__gold']],
      [
        { loyalty_tier: 'silver', likes: ['tea', 'coffee', 'tea'] },
        ['loyalty_tier__silver', 'likes__tea', 'likes__coffee']
      ],
      [{ likes: 'coffee' }, ['loyalty_tier__silver', 'likes__coffee']],
      [{ loyalty_tier: null }, ['likes__coffee']],
      [{ likes: [] }, []],
      [
        { subscribed: true, visits: 12.5, likes: ['', null] },
        ['subscribed__true', expect.stringMatching(/^visits__12_5-[0-9a-f]{10,}$/)]
      ]
    ]
    for (const [traits, expected] of states) {
      const [entry] = await sync([identify(user, traits)])
      expect(entry?.status).toBe(200)
      const ids = managedIds(algolia, user)
      expect(ids[0]).toBe('vip')
      expect(ids.slice(1)).toEqual(expected)
      expect(algolia.profiles.get(user)?.segments?.slice(0, 2)).toEqual(foreign)
    }
  })

  it('costs no write where the profile says it already', async () => {
    const user = newUser()
    giveProfile(algolia, user, [{ id: 'tier__gold', source: 'segment' }])
    const before = algolia.calls.length
    expect(resultsOf(await sync([identify(user, { tier: 'gold' })]))).toEqual(['profile unchanged'])
    expect(callsTo(algolia).slice(before)).toEqual([`GET /2/users/${user}`])
  })

  it('is exclusive: a second value goes, even when the other one is said again', async () => {
    const user = newUser()
    giveProfile(algolia, user, [
      { id: 'tier__gold', source: 'segment' },
      { id: 'tier_2__x', source: 'segment' },
      { id: 'tier__silver', source: 'segment' }
    ])
    await sync([identify(user, { tier: 'silver' })])
    expect(managedIds(algolia, user)).toEqual(['tier_2__x', 'tier__silver'])
  })

  it('costs no call where an event has none', async () => {
    const before = algolia.calls.length
    expect(resultsOf(await sync([identify(newUser(), {})]))).toEqual(['profile unchanged'])
    expect(algolia.calls.length).toBe(before)
  })

  it.each([null, [], ''])('makes no profile when it is removed: %j', async (value) => {
    const user = newUser()
    expect(resultsOf(await sync([identify(user, { tier: value })]))).toEqual(['profile unchanged'])
    expect(algolia.profiles.get(user)).toBeUndefined()
  })
})

test('a batch of 1,000 events over 200 users costs each one read and at most one write, and the last value wins', async () => {
  const names = Array.from({ length: 200 }, newUser)
  names.forEach((name) => giveProfile(algolia, name, foreign))
  const start = Date.now() - 10_000
  const events = Array.from({ length: 1000 }, (_, index) =>
    identify(
      names[index % 200] as string,
      { tier: `t${Math.floor(index / 200)}` },
      {
        timestamp: new Date(start + index).toISOString()
      }
    )
  )
  const before = algolia.calls.length
  const entries = await new Host().deliverBatch('syncTraits', events, { mapping })
  expect(entries.every(({ status }) => status === 200)).toBe(true)
  const calls = callsTo(algolia).slice(before)
  expect(calls.filter((call) => call.startsWith('PUT')).length).toBe(200)
  // One list call is the look at what became of the writes.
  expect(calls.filter((call) => call.startsWith('GET /2/users/')).length).toBe(200)
  for (const name of names) {
    expect(managedIds(algolia, name)).toEqual(['tier__t4'])
    expect(algolia.profiles.get(name)?.segments?.slice(0, 2)).toEqual(foreign)
  }
})

describe('what is refused', () => {
  const tooMany = Array.from({ length: 21 }, (_, index) => `v${index}`)

  it.each<[string, unknown]>([
    ['an e-mail address', 'me@example.com'],
    ['an international telephone number', '+49 170 1234567'],
    ['a national one', '(030) 123-4567'],
    ['one that begins with 00', '0049301234567'],
    ['an object', { a: 1 }],
    ['a nested list', [['a']]],
    ['21 values', tooMany]
  ])('%s: its old segments stay, the other traits are written, and the value is not repeated', async (_, value) => {
    const user = newUser()
    giveProfile(algolia, user, [{ id: 'bad__old', source: 'segment' }])
    const [entry] = await sync([identify(user, { bad: value, good: 'yes' })])
    expect(entry).toMatchObject({ status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED' })
    expect(entry?.errormessage).toContain('"bad"')
    for (const text of ['example', '1234567', 'v20']) expect(entry?.errormessage).not.toContain(text)
    expect(managedIds(algolia, user)).toEqual(['bad__old', 'good__yes'])
  })

  it.each(['2026-01-31', '01.02.2026', '10023456789', 'Team @ Home', '42', '0.5', '+1', 'v1.2@beta', tooMany.slice(1)])(
    'no date, order number or other text: %s',
    async (value) => {
      const user = newUser()
      expect(resultsOf(await sync([identify(user, { fine: value })]))).toEqual(['profile updated'])
    }
  )

  it('more than 20 traits, before any call, those that are null among them', async () => {
    const traits = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`t${index}`, index === 0 ? 'x' : null]))
    const before = algolia.calls.length
    expect(resultsOf(await sync([identify(newUser(), traits)]))).toEqual([400])
    expect(algolia.calls.length).toBe(before)
  })
})

/** Names and values that could be taken for one another. */
const name = fc.oneof(
  fc.constantFrom(
    'tier',
    'tier_2',
    'tier_',
    '_tier',
    'tier__x',
    'tier__',
    'a',
    'a_',
    'a-',
    'Größe',
    'größe',
    'constructor',
    '😀',
    ' '
  ),
  fc.string({ minLength: 1, maxLength: 130 })
)
const scalar = fc.oneof(
  fc.constantFrom('gold', 'gold_', '_gold', 'x__gold', '__proto__', 'Größe', '😀', ' ', 'true', 'x'.repeat(300)),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[@+0(]/.test(text))
)
const value = fc.oneof(scalar, fc.constant(null), fc.array(scalar, { maxLength: 5 }))
const traits = fc.dictionary(name, value, { maxKeys: 5 }).map((object) => ({ ...object }))

test('whatever traits come, each has just its last values, and nothing else of the profile changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(traits, { minLength: 1, maxLength: 6 }), async (events) => {
      const user = newUser()
      const others = [...foreign, { id: 'vip', source: 'segment' }, { id: 'tier', source: 'segment' }]
      giveProfile(algolia, user, others)
      const model = new Map<string, string[]>()
      for (const event of events) {
        for (const [key, said] of Object.entries(event)) {
          const texts = [said].flat().filter((member) => member !== null && member !== '')
          model.set(key, [...new Set(texts.map(String))])
        }
      }
      const entries = await sync(events.map((event) => identify(user, event)))
      expect(entries.map(({ status }) => status)).toEqual(events.map(() => 200))
      const segments = algolia.profiles.get(user)?.segments ?? []
      expect(segments.slice(0, others.length)).toEqual(others)
      const ids = segments.slice(others.length).map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{1,255}$/)
      // As many segments for each trait as it has values, and no two traits share the beginning of their ids.
      expect(ids.length).toBe([...model.values()].reduce((sum, texts) => sum + texts.length, 0))
      const beginnings = ids.map((id) => id.slice(0, id.indexOf('__')))
      const counts = [...new Set(beginnings)].map((one) => beginnings.filter((other) => other === one).length)
      const expected = [...model.values()].map((texts) => texts.length).filter((length) => length > 0)
      expect(counts.sort()).toEqual(expected.sort())
    }),
    { numRuns: process.env.LONG === '1' ? 5000 : 100 }
  )
})
