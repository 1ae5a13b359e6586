import * as core from '@segment/actions-core'
import definition from '../../../src/destinations/algolia-personalization'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, settings } from '../../support/destination'
import { managedIds } from '../../support/profiles'

/** Another copy of the host's core: classes of the same names, and none of them the ones that the destination knows. */
function otherCore(): typeof core {
  let other: typeof core | undefined
  jest.isolateModules(() => {
    other = jest.requireActual<typeof core>('@segment/actions-core')
  })
  return other!
}

const algolia = algoliaForEachTest()

const subscription = {
  partnerAction: 'enterAudience',
  subscribe: 'type = "track"',
  mapping: { userToken: 'u1', segmentId: 'vip' }
}
const hostSettings = { ...settings, subscription } as never
const event = audienceTrack('u1', 'vip', true) as never

test('a batch of a host on another copy of the core is refused with an error that is retried, and nothing is sent', async () => {
  const { Destination } = otherCore()
  expect(Destination).not.toBe(core.Destination)
  algolia.faults.status(401)
  const host = new Destination(definition)
  const refusal = { status: 503, message: expect.stringContaining('two copies of @segment/actions-core') as string }
  await expect(host.onBatch([event], hostSettings)).rejects.toMatchObject(refusal)
  expect(algolia.calls).toEqual([])
})

test('what fails by throwing goes through such a host: single events, audiences, and the test of the connection', async () => {
  const host = new (otherCore().Destination)(definition)
  await host.testAuthentication(settings)
  await expect(host.createAudience({ settings, audienceName: 'vip' })).resolves.toEqual({ externalId: 'vip' })
  await host.onEvent(event, hostSettings)
  expect(managedIds(algolia, 'u1')).toEqual(['vip'])
  algolia.faults.status(401)
  await expect(host.onEvent(event, hostSettings)).rejects.toMatchObject({ status: 401 })
})

test('whoever asks for the headers alone is no host, and gets them', () => {
  expect(definition.extendRequest?.({ settings, payload: {} })).toMatchObject({
    headers: { 'X-Algolia-Application-Id': settings.appId }
  })
})
