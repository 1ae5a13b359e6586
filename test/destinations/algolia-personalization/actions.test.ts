import { InvalidAudienceMembershipError, PayloadValidationError } from '@segment/actions-core'
import { audienceIdentify, audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, settings } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'
import type { ActionName, Event } from '../../support/destination'

const algolia = algoliaForEachTest()
const host = new Host()

/** An event that says nothing of an audience. */
function silentEvent(properties: Event['properties'] = { audience_key: 'vip' }): Event {
  return { type: 'track', event: 'Order Completed', userId: 'shopper-1', properties }
}

describe('enterAudience and exitAudience', () => {
  test('an Engage track event "Audience Entered" adds the managed segment, and "Audience Exited" removes it', async () => {
    giveProfile(algolia, 'shopper-1', [])
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    expect(algolia.profiles.get('shopper-1')?.segments).toEqual([{ id: 'vip', source: 'segment' }])
    await host.deliver('exitAudience', audienceTrack('shopper-1', 'vip', false))
    expect(algolia.profiles.get('shopper-1')?.segments).toEqual([])
  })

  test('an Engage identify event does the same by its trait', async () => {
    await host.deliver('enterAudience', audienceIdentify('shopper-1', 'vip', true))
    expect(managedIds(algolia, 'shopper-1')).toEqual(['vip'])
    await host.deliver('exitAudience', audienceIdentify('shopper-1', 'vip', false))
    expect(managedIds(algolia, 'shopper-1')).toEqual([])
  })

  test("the host's test integration delivers with the default mappings", async () => {
    const event = { ...audienceTrack('shopper-1', 'vip', true), anonymousId: null }
    await host.integration.testAction('enterAudience', { event, settings, useDefaultMappings: true })
    expect(managedIds(algolia, 'shopper-1')).toEqual(['vip'])
    const events = [{ ...audienceTrack('shopper-1', 'vip', false), anonymousId: null } as never]
    await host.integration.testBatchAction('exitAudience', { events, settings, useDefaultMappings: true })
    expect(host.integration.results[0]?.multistatus).toMatchObject([{ status: 200 }])
    expect(managedIds(algolia, 'shopper-1')).toEqual([])
  })

  test('entering costs a read, a write and a look, and an event that changes nothing costs a read', async () => {
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    const [read, write] = ['GET /2/users/shopper-1', 'PUT /2/users/shopper-1/segments']
    expect(callsTo(algolia)).toEqual([read, write, read])
    giveProfile(algolia, 'shopper-1', [{ id: 'vip', source: 'segment' }])
    algolia.clearCalls()
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    await host.deliver('exitAudience', audienceTrack('shopper-1', 'another', false))
    expect(callsTo(algolia)).toEqual([read, read])
  })

  test('what stands on a profile that was changed a moment ago is looked at once more before it counts', async () => {
    const lastUpdatedAt = new Date().toISOString()
    const segments = [{ id: 'vip', source: 'segment' }]
    algolia.profiles.put({ userID: 'shopper-2', type: 'basic', affinities: [], segments, lastUpdatedAt })
    const answer = await host.deliver('enterAudience', audienceTrack('shopper-2', 'vip', true))
    expect(answer).toMatchObject({ result: 'profile unchanged' })
    expect(callsTo(algolia)).toEqual(['GET /2/users/shopper-2', 'GET /2/users/shopper-2'])
  })

  test('entering creates the profile that is missing; exiting one that is missing is a success after one read', async () => {
    await host.deliver('enterAudience', audienceTrack('newcomer', 'vip', true))
    expect(managedIds(algolia, 'newcomer')).toEqual(['vip'])
    algolia.clearCalls()
    await host.deliver('exitAudience', audienceTrack('stranger', 'vip', false))
    expect(callsTo(algolia)).toEqual(['GET /2/users/stranger'])
    expect(algolia.profiles.get('stranger')).toBeUndefined()
  })

  test('segments of other sources stay as they are, even those with the id of the audience', async () => {
    const others = [
      { id: 'vip', source: 'adobe', since: 2020, nested: { list: [1, null, { deep: 'ü' }] } },
      { id: 'b', source: 'segment', note: 'of another audience' },
      { id: 'vip', source: 'SEGMENT' },
      { id: 'vip', source: 'segment ' }
    ]
    giveProfile(algolia, 'shopper-1', others)
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    expect(algolia.profiles.get('shopper-1')?.segments).toEqual([...others, { id: 'vip', source: 'segment' }])
    await host.deliver('exitAudience', audienceTrack('shopper-1', 'vip', false))
    expect(JSON.stringify(algolia.profiles.get('shopper-1')?.segments)).toBe(JSON.stringify(others))
  })

  test('a managed segment that stands twice is removed twice', async () => {
    giveProfile(algolia, 'shopper-1', [
      { id: 'vip', source: 'segment' },
      { id: 'vip', source: 'segment', since: 2020 }
    ])
    await host.deliver('exitAudience', audienceTrack('shopper-1', 'vip', false))
    expect(managedIds(algolia, 'shopper-1')).toEqual([])
  })

  test.each<[ActionName, boolean]>([
    ['enterAudience', false],
    ['exitAudience', true]
  ])('an event that says the opposite of what %s is for is a success without a call', async (action, entered) => {
    for (const event of [audienceTrack('u', 'vip', entered), audienceIdentify('u', 'vip', entered)]) {
      await expect(host.deliver(action, event)).resolves.toEqual({ status: 200, result: 'not for this action' })
      await expect(host.deliverBatch(action, [event])).resolves.toMatchObject([{ status: 200 }])
    }
    expect(algolia.calls).toEqual([])
  })

  test('where neither the host nor the event name tells, they do what they are for', async () => {
    await host.deliver('enterAudience', silentEvent())
    expect(managedIds(algolia, 'shopper-1')).toEqual(['vip'])
    await host.deliver('exitAudience', silentEvent())
    expect(managedIds(algolia, 'shopper-1')).toEqual([])
  })
})

describe('what is not managed goes back to the last character', () => {
  // Each holds something that JSON.parse and JSON.stringify would change.
  const foreign = [
    '{"id":"a","source":"crm","account":12345678901234567890,"score":1.0,"rate":1e2}',
    '{ "id" : "b", "id":"c",  "source":"x\\u00e9", "10":1, "9":2, "tricky":"],}\\"[{" }',
    '{"id":"d","source":"y","nested":[[],{},[{"segments":[1,2]}]]}'
  ]

  test.each([
    ['as the last property', `{"userID":"u","segments":[${foreign.join(', ')}]}`],
    [
      'among others',
      `{"n":[{"segments":[{}]}],"userID":"u","\\u0073egments":[ ${foreign.join(' ,\n')} ],"z":"segments"}`
    ],
    ['twice', `{"segments":{"a":[1,2]},"userID":"u","segments":[{}],"segments":[${foreign.join(',')}]}`]
  ])('when a profile has its segments %s', async (_, profile) => {
    const bodies = answerReadsWith(profile)
    await host.deliver('enterAudience', audienceTrack('u', 'vip', true))
    expect(bodies).toEqual([`{"segments":[${foreign.join(',')},{"id":"vip","source":"segment"}]}`])
  })

  test('when a profile has no segments', async () => {
    const bodies = answerReadsWith('{"userID":"u","segments":[ ]}')
    await host.deliver('enterAudience', audienceTrack('u', 'vip', true))
    expect(bodies).toEqual(['{"segments":[{"id":"vip","source":"segment"}]}'])
  })

  test('when a trait changes', async () => {
    const managed = (tier: string): string => `{"id":"tier__${tier}","source":"segment"}`
    const [first, ...others] = foreign
    const bodies = answerReadsWith(`{"userID":"u","segments":[${[first, managed('silver'), ...others].join(', ')}]}`)
    const mapping = { traits: { tier: 'gold' } }
    await host.deliver('syncTraits', { type: 'identify', anonymousId: 'u' }, { mapping })
    expect(bodies).toEqual([`{"segments":[${[...foreign, managed('gold')].join(',')}]}`])
  })

  test('when a login is linked', async () => {
    giveProfile(algolia, 'login', [{ id: 'vip', source: 'segment' }])
    const bodies = answerReadsWith(`{"userID":"u","segments":[${foreign.join(', ')}]}`)
    await host.deliver('linkProfiles', { type: 'identify', anonymousId: 'u', userId: 'login' })
    expect(bodies).toEqual([`{"segments":[${foreign.join(',')},{"id":"vip","source":"segment"}]}`])
  })

  /** Lets reads of u answer with this text; gives the texts that are written. */
  function answerReadsWith(profile: string): string[] {
    const bodies: string[] = []
    const when = ({ route, userID }: { route: string; userID?: string }) => route === 'getProfile' && userID === 'u'
    algolia.faults.status(200, { when, times: 1, body: profile })
    algolia.faults.add({
      when: ({ route, body }) => route === 'writeProfileSegments' && bodies.push(body) < 0,
      then: {}
    })
    return bodies
  }
})

describe('membership', () => {
  test('syncAudience adds and removes as the event says', async () => {
    await host.deliver('syncAudience', audienceTrack('shopper-1', 'vip', true))
    await host.deliver('syncAudience', audienceIdentify('shopper-1', 'loyal', true))
    expect(managedIds(algolia, 'shopper-1')).toEqual(['vip', 'loyal'])
    await host.deliver('syncAudience', audienceTrack('shopper-1', 'vip', false))
    expect(managedIds(algolia, 'shopper-1')).toEqual(['loyal'])
  })

  test('what the host says counts more than the name of the event', async () => {
    const event = { ...audienceTrack('shopper-1', 'vip', true), event: 'Audience Exited' }
    await host.deliver('syncAudience', event)
    await host.deliverBatch('syncAudience', [{ ...event, userId: 'shopper-2' }])
    expect(managedIds(algolia, 'shopper-1')).toEqual(['vip'])
    expect(managedIds(algolia, 'shopper-2')).toEqual(['vip'])
  })

  test('the name of the event counts where the host says nothing, also in a batch with events that the host drops', async () => {
    const named = (userId: string, event: string): Event => ({ ...silentEvent(), userId, event })
    giveProfile(algolia, 'leaver', [{ id: 'vip', source: 'segment' }])
    const entries = await host.deliverBatch('syncAudience', [
      { ...named('dropped', 'Audience Exited'), properties: {} },
      named('joiner', 'Audience Entered'),
      named('leaver', 'Audience Exited')
    ])
    expect(entries.map(({ status }) => status)).toEqual([400, 200, 200])
    expect(managedIds(algolia, 'joiner')).toEqual(['vip'])
    expect(managedIds(algolia, 'leaver')).toEqual([])
  })

  test('syncAudience refuses an event where neither tells, with INVALID_AUDIENCE_MEMBERSHIP and without a call', async () => {
    await expect(host.deliver('syncAudience', silentEvent())).rejects.toThrow(InvalidAudienceMembershipError)
    const entries = await host.deliverBatch('syncAudience', [silentEvent()])
    expect(entries).toMatchObject([{ status: 400, errortype: 'INVALID_AUDIENCE_MEMBERSHIP' }])
    expect(algolia.calls).toEqual([])
  })

  test('a Journeys step is an audience like any other', async () => {
    const step = (entered: boolean): Event => ({
      type: 'track',
      event: 'Journey Step Entered',
      userId: 'shopper-1',
      properties: { journey_step_1: entered },
      context: { personas: { computation_class: 'journey_step', computation_key: 'journey_step_1' } }
    })
    await host.deliver('syncAudience', step(true))
    expect(managedIds(algolia, 'shopper-1')).toEqual(['journey_step_1'])
    await host.deliver('exitAudience', step(false))
    expect(managedIds(algolia, 'shopper-1')).toEqual([])
  })

  test.each([
    ['mirror', 'new', true],
    ['mirror', 'updated', true],
    ['mirror', 'deleted', false],
    ['upsert', 'new', true],
    ['upsert', 'updated', true],
    ['add', 'new', true],
    ['delete', 'deleted', false]
  ])('a Reverse ETL row with the sync mode %s that is %s: member %s', async (syncMode, event, member) => {
    giveProfile(algolia, 'shopper-1', [{ id: 'retl', source: 'segment' }])
    const mapping = { segmentId: member ? 'retl-2' : 'retl', __segment_internal_sync_mode: syncMode }
    await host.deliver('syncAudience', { type: 'track', event, userId: 'shopper-1' }, { mapping })
    expect(managedIds(algolia, 'shopper-1')).toEqual(member ? ['retl', 'retl-2'] : [])
  })

  test('the sync modes that syncAudience offers are those that the host understands', () => {
    const offered = host.destination.definition.actions.syncAudience?.syncMode
    expect(offered?.choices.map(({ value }) => value)).toEqual(['mirror', 'upsert', 'add', 'delete'])
    expect(offered?.default).toBe('mirror')
  })
})

describe('default mappings', () => {
  test.each<[string, Event]>([
    ['traits.algolia_user_id', { traits: { algolia_user_id: 'wanted' } }],
    ['context.traits.algolia_user_id', { context: { traits: { algolia_user_id: 'wanted' } }, traits: {} }],
    ['properties.algolia_user_id', { properties: { audience_key: 'vip', algolia_user_id: 'wanted' } }],
    ['anonymousId', { anonymousId: 'wanted' }],
    ['userId', { anonymousId: null, userId: 'wanted' }],
    ['__segment_id', { anonymousId: null, userId: null, __segment_id: 'wanted' } as Event]
  ])('the user token comes from %s, before those that follow', async (_, event) => {
    const others = {
      type: 'track',
      userId: 'u',
      anonymousId: 'a',
      __segment_id: 's',
      properties: { audience_key: 'vip' }
    }
    await host.deliver('enterAudience', { ...others, ...event } as Event)
    expect([...algolia.profiles].map(({ userID }) => userID)).toEqual(['wanted'])
  })

  test.each([null, '', 0, false])('a user token that is %p is none, and the next is tried', async (none) => {
    const event = { ...silentEvent({ audience_key: 'vip', algolia_user_id: none }), userId: none, anonymousId: none }
    const traits = { algolia_user_id: none }
    await host.deliver('enterAudience', { ...event, traits, context: { traits }, __segment_id: 'row-7' } as Event)
    expect([...algolia.profiles].map(({ userID }) => userID)).toEqual(['row-7'])
    const [entry] = await host.deliverBatch('enterAudience', [{ ...event, __segment_id: none } as Event])
    expect(entry).toMatchObject({ status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED' })
  })

  test('a user token that is a space is one, and refused', async () => {
    const event = { ...silentEvent(), anonymousId: ' ' }
    await expect(host.deliver('enterAudience', event)).rejects.toThrow(PayloadValidationError)
    expect(algolia.calls).toEqual([])
  })

  test('of several ids the traits count first, then the context, then the properties', async () => {
    const event: Event = {
      ...silentEvent({ audience_key: 'vip', algolia_user_id: 'third' }),
      traits: { algolia_user_id: 'first' },
      context: { traits: { algolia_user_id: 'second' } }
    }
    await host.deliver('enterAudience', event)
    await host.deliver('enterAudience', { ...event, traits: {} })
    expect([...algolia.profiles].map(({ userID }) => userID)).toEqual(['first', 'second'])
  })

  test.each([
    ['the external audience ID', { external_audience_id: 'wanted', computation_key: 'key' }],
    ['else the computation key', { computation_key: 'wanted' }],
    ['else the property audience_key', {}]
  ])('the segment ID is %s', async (_, personas) => {
    const audience_key = 'computation_key' in personas ? 'other' : 'wanted'
    await host.deliver('enterAudience', { ...silentEvent({ audience_key }), context: { personas } })
    expect(managedIds(algolia, 'shopper-1')).toEqual(['wanted'])
  })

  test('every field of every action has a label and a description', () => {
    for (const { fields } of Object.values(host.destination.definition.actions)) {
      for (const field of Object.values(fields)) {
        expect(field.label).toMatch(/^[A-Z]/)
        expect(field.description?.length).toBeGreaterThan(15)
      }
    }
  })

  test('a batch holds as many events as the host puts into one, unless told otherwise', () => {
    for (const { fields } of Object.values(host.destination.definition.actions)) {
      expect(fields.batch_size).toMatchObject({ minimum: 1, maximum: 1000, default: 1000 })
      expect(fields.enable_batching).toMatchObject({ type: 'boolean', default: true })
    }
  })
})

describe('user tokens', () => {
  test.each([
    ['with a space', 'has space'],
    ['with spaces around it', ' padded '],
    ['with a letter that is not ASCII', 'émile'],
    ['that is an e-mail address', 'a.b@example.com'],
    ['of 130 characters', 'x'.repeat(130)],
    ['with a line break', 'new\nline'],
    ['that is encoded already', 'percent%41'],
    ['that would lead up in a path', '..']
  ])('one %s is refused without a call, with the rule in the message', async (_, userId) => {
    await expect(host.deliver('enterAudience', { ...silentEvent(), userId })).rejects.toThrow(PayloadValidationError)
    const [entry] = await host.deliverBatch('enterAudience', [{ ...silentEvent(), userId }])
    expect(entry).toMatchObject({ status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED' })
    expect(entry?.errormessage).toContain('1-129 characters of A-Za-z0-9=+/-_')
    expect(algolia.calls).toEqual([])
  })

  test('those of one batch are refused one by one, and the others are delivered', async () => {
    const users = [' ', 'ok-1', 'not ok', 'ok-2', 'é']
    const entries = await host.deliverBatch(
      'enterAudience',
      users.map((userId) => audienceTrack(userId, 'vip', true))
    )
    expect(entries.map(({ status }) => status)).toEqual([400, 200, 400, 200, 400])
    expect(entries[0]?.errormessage).toContain('1-129 characters')
    expect([...algolia.profiles].map(({ userID }) => userID)).toEqual(['ok-1', 'ok-2'])
  })

  test('an event without any user is refused, and nothing is sent', async () => {
    const nobody = { ...silentEvent(), userId: null, anonymousId: null }
    await expect(host.deliver('enterAudience', nobody)).rejects.toMatchObject({ status: 400 })
    const entries = await host.deliverBatch('enterAudience', [nobody])
    expect(entries).toMatchObject([{ status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED' }])
    expect(algolia.calls).toEqual([])
  })

  test('/, + and = are encoded once, in the read and in the write', async () => {
    const userId = 'aZ09/+=-_'
    await host.deliver('enterAudience', audienceTrack(userId, 'vip', true))
    expect(callsTo(algolia).slice(0, 2)).toEqual([
      'GET /2/users/aZ09%2F%2B%3D-_',
      'PUT /2/users/aZ09%2F%2B%3D-_/segments'
    ])
    expect(managedIds(algolia, userId)).toEqual(['vip'])
  })

  test('one of 129 characters is delivered', async () => {
    await host.deliver('enterAudience', audienceTrack('x'.repeat(129), 'vip', true))
    expect(managedIds(algolia, 'x'.repeat(129))).toEqual(['vip'])
  })
})

describe('segment IDs', () => {
  test.each([
    ['that is empty', ''],
    ['of 256 characters', 'x'.repeat(256)],
    ['with a line break', 'new\nline'],
    ['with half a surrogate pair', 'vip\ud83d'],
    ['with a zero character', 'nul\0'],
    ['with a control character beyond ASCII', 'next\u0085line']
  ])('one %s is refused for good without a call', async (_, segmentId) => {
    const [entry] = await host.deliverBatch('enterAudience', [silentEvent()], { mapping: { segmentId } })
    expect(entry).toMatchObject({ status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED' })
    await expect(host.deliver('enterAudience', silentEvent(), { mapping: { segmentId } })).rejects.toMatchObject({
      status: 400
    })
    expect(algolia.calls).toEqual([])
  })

  test.each([
    ['of 255 characters', 'x'.repeat(255)],
    ['with other characters', 'Été 2026 — "VIP" {}日本'],
    ['that names a property of every object', '__proto__']
  ])('one %s is delivered', async (_, id) => {
    await host.deliver('enterAudience', silentEvent(), { mapping: { segmentId: id } })
    expect(managedIds(algolia, 'shopper-1')).toEqual([id])
    await host.deliver('exitAudience', silentEvent(), { mapping: { segmentId: id } })
    expect(managedIds(algolia, 'shopper-1')).toEqual([])
  })
})
