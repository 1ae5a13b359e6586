import { defaultValues } from '@segment/actions-core'
import destination from '../../../src/destinations/algolia-personalization'
import { audienceIdentify, audienceTrack, Host, startAlgolia, stopAlgolia } from '../../support/destination'
import type { ActionName } from '../../support/destination'

test('there are presets for all three actions, with the default mappings', () => {
  const presets = destination.presets ?? []
  expect(new Set(presets.map(({ partnerAction }) => partnerAction))).toEqual(new Set(Object.keys(destination.actions)))
  for (const { partnerAction, mapping } of presets) {
    expect(mapping).toEqual(defaultValues(destination.actions[partnerAction]?.fields ?? {}))
  }
})

test('no preset is applied without being chosen, as an event must reach only one of the actions', () => {
  expect(destination.presets?.map(({ type }) => type)).not.toContain('automatic')
})

test('the actions subscribe to the events that they are for', async () => {
  const algolia = await startAlgolia()
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
  await stopAlgolia(algolia)
})
