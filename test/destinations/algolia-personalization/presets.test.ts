import { defaultValues } from '@segment/actions-core'
import type { Preset } from '@segment/actions-core'
import destination from '../../../src/destinations/algolia-personalization'
import { audienceIdentify, audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, settings } from '../../support/destination'
import { managedIds } from '../../support/profiles'
import type { ActionName, Event } from '../../support/destination'

const algolia = algoliaForEachTest()

const computedTrait = { computation_class: 'computed_trait', computation_key: 'spend', computation_id: 'ct_1' }

/** Traits are chosen and logins depend on the set-up, so those two have none. */
const withPresets = ['enterAudience', 'exitAudience', 'syncAudience', 'sendEvents']

test('there are presets for the actions that need no choice, those for audiences with the default mappings', () => {
  const all = destination.presets ?? []
  expect(new Set(all.map(({ partnerAction }) => partnerAction))).toEqual(new Set(withPresets))
  const presets = all.filter(({ partnerAction }) => partnerAction !== 'sendEvents')
  for (const { partnerAction, mapping } of presets) {
    expect(mapping).toEqual(defaultValues(destination.actions[partnerAction]?.fields ?? {}))
  }
})

test('of the audience actions Sync Audience alone is switched on when the destination is connected, for the events of its default subscription', () => {
  const automatic = destination.presets?.filter(
    ({ type, partnerAction }) => type === 'automatic' && partnerAction !== 'sendEvents'
  )
  const subscribe = destination.actions.syncAudience?.defaultSubscription
  expect(automatic).toMatchObject([{ partnerAction: 'syncAudience', subscribe }])
})

describe('the automatic preset', () => {
  const preset = destination.presets?.find(({ type }) => type === 'automatic') as Extract<Preset, { type: 'automatic' }>
  const deliver = (events: Event[]) =>
    new Host().deliverBatch('syncAudience', events, {
      subscribe: preset.subscribe,
      mapping: preset.mapping
    })

  test('delivers what an Engage space sends, with nothing but credentials', async () => {
    const events = [audienceTrack('u1', 'vip', true), audienceIdentify('u2', 'vip', true)]
    expect(await deliver(events)).toMatchObject([{ status: 200 }, { status: 200 }])
    expect([managedIds(algolia, 'u1'), managedIds(algolia, 'u2')]).toEqual([['vip'], ['vip']])
  })

  test.each<[string, Event]>([
    ['an order', { type: 'track', event: 'Order Completed', userId: 'a@b.co', properties: { email: 'a@b.co' } }],
    ['an identify with an e-mail address', { type: 'identify', userId: 'a@b.co', traits: { email: 'a@b.co' } }],
    ['a computed trait', { ...audienceIdentify('u1', 'spend', true), context: { personas: computedTrait } }],
    ['a page that is called like a row', { type: 'page', event: 'new', userId: 'u1' }]
  ])('lets %s pass by: no error, and no call', async (_, event) => {
    const settingsOfHost = { ...settings, subscription: preset } as never
    const results = await new Host().destination.onEvent(event as never, settingsOfHost)
    expect(results).toEqual([{ output: 'not subscribed' }])
    expect(algolia.calls).toEqual([])
  })

  test.each(['new', 'updated', 'deleted'])('lets a Reverse ETL row that is %s through', async (event) => {
    const mapping = { ...preset.mapping, __segment_internal_sync_mode: 'mirror', segmentId: 'rows' }
    const row = { type: 'track', event, __segment_id: 'u1' } as Event
    const host = new Host()
    const entries = await host.deliverBatch('syncAudience', [row], { subscribe: preset.subscribe, mapping })
    expect(entries).toMatchObject([{ status: 200 }])
  })
})

test('the actions subscribe to the events that they are for', async () => {
  const host = new Host()
  const events = [audienceTrack('u', 'vip', true), audienceTrack('u', 'vip', false), audienceIdentify('u', 'vip', true)]
  for (const [action, expected] of Object.entries({
    enterAudience: [true, false, false],
    exitAudience: [false, true, false],
    syncAudience: [true, true, true]
  })) {
    const { defaultSubscription: subscribe } = destination.actions[action] ?? {}
    for (const [index, event] of events.entries()) {
      await host.deliver(action as ActionName, event, { subscribe })
      expect(algolia.calls.length > 0).toBe(expected[index])
      algolia.clearCalls()
    }
  }
})
