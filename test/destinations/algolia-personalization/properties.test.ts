import fc from 'fast-check'
import type { ProfileSegment } from '../../../src/local/algolia'
import { algoliaForAllTests, Host } from '../../support/destination'
import { giveProfile } from '../../support/profiles'
import type { AudienceAction, BatchEntry, Event } from '../../support/destination'

jest.mock('../../../src/destinations/algolia-personalization/constants', () => ({
  ...jest.requireActual<object>('../../../src/destinations/algolia-personalization/constants'),
  // A write whose answer was lost holds up its user for so long.
  WRITE_HOLD_MS: 10
}))

/** How many random batches a property is tried with. */
const numRuns = process.env.LONG ? 10_000 : 300

const algolia = algoliaForAllTests()
const host = new Host()

beforeEach(() => algolia.faults.clear())

jest.setTimeout(process.env.LONG ? 600_000 : 60_000)

/** What stands for a user or an audience in an event: the value, and the text that the host's schema makes of it. */
interface Spelling {
  value: unknown
  /** Undefined when it is refused. */
  text: string | undefined
}

const good = (...texts: string[]): Spelling[] => texts.map((text) => ({ value: text, text }))
const bad = (...values: unknown[]): Spelling[] => values.map((value) => ({ value, text: undefined }))

const aUser = fc.constantFrom<Spelling>(
  ...good('u1', 'u2', 'a/b+c==', '__proto__', 'constructor', 'toString', 'x'.repeat(129)),
  { value: 7, text: '7' },
  { value: true, text: 'true' },
  { value: '0', text: '0' },
  { value: ['u1'], text: 'u1' },
  ...bad('', 0, false, ' u1', 'ü', 'x'.repeat(130), 'x'.repeat(10_000), { u1: 1 }, ['u1', 'u2'], 1.5)
)

const anAudience = fc.constantFrom<Spelling>(
  ...good('vip', 'VIP', 'vip ', '__proto__', 'constructor', 'a"b\\c', '日本', 'x'.repeat(255)),
  { value: 12, text: '12' },
  { value: ' ', text: ' ' },
  ...bad('', 0, false, 'x'.repeat(256), 'x'.repeat(10_000), 'line\nbreak', { id: 'vip' }, ['a', 'b'])
)

interface RandomEvent {
  user: Spelling
  audience: Spelling
  entered: boolean
  /** How the event says it. */
  says: 'by the host' | 'by its name' | 'not at all'
}

const anEvent: fc.Arbitrary<RandomEvent> = fc.record({
  user: aUser,
  audience: anAudience,
  entered: fc.boolean(),
  says: fc.constantFrom('by the host', 'by the host', 'by its name', 'not at all')
})

const anAction = fc.constantFrom<AudienceAction>('enterAudience', 'exitAudience', 'syncAudience')

/** What Algolia and others may have put on profiles. */
const aForeignSegment: fc.Arbitrary<ProfileSegment> = fc
  .tuple(
    fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
    fc.constantFrom('vip', 'VIP', 'constructor', 'foreign'),
    fc.constantFrom('segment', 'crm', 'Segment', 'constructor')
  )
  .map(([others, id, source]) => ({ ...others, id, source }))

const someProfiles = fc.dictionary(
  fc.constantFrom('u1', 'u2', 'a/b+c==', '7', 'toString'),
  fc.option(fc.uniqueArray(aForeignSegment, { maxLength: 4, selector: ({ id, source }) => `${id} ${source}` }), {
    nil: undefined
  })
)

function toEvent({ user, audience, entered, says }: RandomEvent): Event {
  const event: Event = {
    type: 'track',
    event: says === 'not at all' ? 'Order Completed' : entered ? 'Audience Entered' : 'Audience Exited',
    userId: user.value as string,
    properties: { audience_key: audience.value as string }
  }
  if (says !== 'by the host') return event
  const personas = { computation_class: 'audience', computation_key: 'key', external_audience_id: audience.value }
  return { ...event, event: 'Anything', properties: { key: entered }, context: { personas: personas as never } }
}

/** The model: what the event asks for, if it asks this action for anything. */
function intentOf({ user, audience, entered, says }: RandomEvent, action: AudienceAction) {
  const purpose = { enterAudience: true, exitAudience: false, syncAudience: undefined }[action]
  const member = says === 'not at all' ? purpose : entered
  // An external audience id that is none leaves the key.
  const id = says === 'by the host' && !audience.value ? 'key' : audience.text
  if (user.text === undefined || id === undefined || member === undefined) return 'anything but a change'
  if (purpose !== undefined && member !== purpose) return 'nothing'
  return { userID: user.text, id, member }
}

type Store = Map<string, ProfileSegment[]>

/** The model of Algolia and of a destination that handles one event after another. */
function applyTo(store: Store, { userID, id, member }: { userID: string; id: string; member: boolean }): void {
  const segments = store.get(userID) ?? []
  const isIt = (segment: ProfileSegment) => segment.id === id && segment.source === 'segment'
  if (!member && segments.some(isIt))
    store.set(
      userID,
      segments.filter((segment) => !isIt(segment))
    )
  if (member && !segments.some(isIt)) store.set(userID, [...segments, { id, source: 'segment' }])
}

/** Sets up Algolia, and a model of it. */
function setUp(profiles: Record<string, ProfileSegment[] | undefined>): Store {
  for (const { userID } of [...algolia.profiles]) algolia.profiles.delete(userID)
  algolia.clearCalls()
  algolia.faults.clear()
  // The host keeps every response for ever.
  host.destination.responses.length = 0
  for (const [userID, segments] of Object.entries(profiles)) giveProfile(algolia, userID, segments)
  // Through JSON as the profiles, so that both have lost what JSON can't hold.
  return new Map(Object.entries(profiles).map(([userID]) => [userID, algolia.profiles.get(userID)?.segments ?? []]))
}

/** What must be equal of two lists: others' segments to the last character and in their order, ours by their ids. */
function essence(segments: ProfileSegment[] = []) {
  const isManaged = ({ source }: ProfileSegment) => source === 'segment'
  return {
    others: segments.filter((segment) => !isManaged(segment)).map((segment) => JSON.stringify(segment)),
    ours: segments
      .filter(isManaged)
      .map(({ id }) => id)
      .sort()
  }
}

function expectAlgoliaToEqual(store: Store): void {
  const users = new Set([...store.keys(), ...[...algolia.profiles].map(({ userID }) => userID)])
  const actual = [...users].map((userID) => ({ userID, ...essence(algolia.profiles.get(userID)?.segments) }))
  expect(actual).toEqual([...users].map((userID) => ({ userID, ...essence(store.get(userID)) })))
}

test('any batch leaves the profiles as one event after another would, and answers each event', async () => {
  await fc.assert(
    fc.asyncProperty(anAction, fc.array(anEvent, { maxLength: 20 }), someProfiles, async (action, batch, profiles) => {
      const store = setUp(profiles)
      const entries = await deliver(action, batch)
      const allowed: number[] = []
      batch.forEach((event, index) => {
        const intent = intentOf(event, action)
        const status = entries[index]?.status
        if (typeof intent === 'object') applyTo(store, intent)
        allowed.push(intent === 'anything but a change' && status === 400 ? 400 : 200)
      })
      expect(entries.map(({ status }) => status)).toEqual(allowed)
      expectAlgoliaToEqual(store)
      const users = new Set(batch.map(({ user }) => user.text))
      expect(algolia.calls.length).toBeLessThanOrEqual(2 * users.size + 1)
    }),
    { numRuns }
  )
})

test('any batch that fails in part, replayed until it is done, leaves the profiles as if nothing had failed', async () => {
  const someFaults = fc.array(
    fc.record({
      call: fc.integer({ min: 1, max: 25 }),
      fault: fc.constantFrom('429', '500', '503', '408', 'drop before', 'drop after', 'no calls left')
    }),
    { minLength: 1, maxLength: 8 }
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(anEvent, { minLength: 1, maxLength: 15 }),
      someProfiles,
      someFaults,
      async (batch, profiles, faults) => {
        const store = setUp(profiles)
        for (const { call, fault } of faults) {
          if (fault === 'drop before' || fault === 'drop after') {
            algolia.faults.drop(fault === 'drop before' ? 'before' : 'after', { call })
          } else if (fault === 'no calls left') {
            algolia.faults.add({
              when: ({ number }) => number === call,
              then: {
                change: (answer) => ({ ...answer, headers: { ...answer.headers, 'x-ratelimit-remaining': '0' } })
              }
            })
          } else {
            algolia.faults.status(Number(fault), { call })
          }
        }
        let left = batch
        for (let attempt = 0; left.length > 0; attempt++) {
          expect(attempt).toBeLessThan(40)
          const entries = await deliver('syncAudience', left)
          left = left.filter((_, index) => ![200, 400].includes(entries[index]!.status))
        }
        for (const event of batch) {
          const intent = intentOf(event, 'syncAudience')
          if (typeof intent === 'object') applyTo(store, intent)
        }
        expectAlgoliaToEqual(store)
      }
    ),
    { numRuns }
  )
})

/** Delivers in a batch; each event has an answer. */
async function deliver(action: AudienceAction, batch: RandomEvent[]): Promise<BatchEntry[]> {
  if (batch.length === 0) return []
  const entries = await host.deliverBatch(action, batch.map(toEvent))
  expect(entries.map(({ status }) => typeof status)).toEqual(batch.map(() => 'number'))
  return entries
}
