import type { LocalAlgolia } from '../../../src/local/algolia'
import { call, credentials, withLocalAlgolia } from '../../support/local-algolia'

const profile = {
  userID: 'a',
  type: 'basic',
  affinities: [],
  segments: [{ id: 'old', source: 'segment' }],
  lastUpdatedAt: '2025-01-01T00:00:00.000000Z'
}
const segments = [{ id: 'vip', source: 'segment' }]

async function write(algolia: LocalAlgolia, userID = 'a') {
  const init = { method: 'PUT', headers: credentials, body: JSON.stringify({ segments }) }
  const response = await fetch(`${algolia.url}/2/users/${userID}/segments`, init)
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

// What can be switched on for `doctor` to find.
describe('a trouble that can be switched on', () => {
  it('is a config that is paused or pending, that says errors, or that has no events or indices', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const config = async () => (await call(algolia, '/2/config')).body
      const { personalization } = algolia.application
      const healthy = await config()
      expect(healthy.status).toMatchObject({ type: 'active', errors: [] })
      expect(healthy.indices[0].source.events.addToCart).toEqual([
        { type: 'conversion', name: 'Product Added', subtype: 'addToCart' }
      ])
      personalization.eventsConfigured = false
      expect((await config()).indices[0].source.events).toEqual({
        viewDetails: [],
        viewListing: [],
        addToCart: [],
        purchase: []
      })
      personalization.indicesConfigured = false
      expect((await config()).indices).toEqual([])
      Object.assign(personalization, { status: 'paused', errors: ['no_events_last_30_days'] })
      expect((await config()).status).toMatchObject({ type: 'paused', errors: ['no_events_last_30_days'] })
    })
  })

  it.each<['empty' | 'page' | 'ignored' | 404 | 405, number, RegExp, string]>([
    ['empty', 204, /^$/, 'vip'],
    ['page', 200, /^<!doctype html>/, 'old'],
    ['ignored', 200, /"message":"OK"/, 'old'],
    [404, 404, /Not Found/, 'old'],
    [405, 405, /Method Not Allowed/, 'old']
  ])('is a write of segments that is answered in another way: %s', async (kind, status, text, id) => {
    await withLocalAlgolia({ profiles: [profile] }, async (algolia) => {
      algolia.application.segmentsEndpoint = kind
      expect(await write(algolia)).toMatchObject({ status, text: expect.stringMatching(text) })
      expect(algolia.profiles.get('a')!.segments).toEqual([{ id, source: 'segment' }])
    })
  })

  it('is a list of profiles that does not hold their segments', async () => {
    await withLocalAlgolia({ profiles: [profile] }, async (algolia) => {
      const listed = async (): Promise<unknown> => (await call(algolia, '/2/users')).body.users[0]
      expect(await listed()).toEqual(profile)
      algolia.application.listsHoldSegments = false
      const { segments: _, ...rest } = profile
      expect(await listed()).toEqual(rest)
      expect((await call(algolia, '/2/users/a')).body).toEqual(profile)
    })
  })

  it('is a write of segments that leaves lastUpdatedAt, but of a profile that is new', async () => {
    await withLocalAlgolia({ profiles: [profile] }, async (algolia) => {
      algolia.application.writesCountAsUpdates = false
      await write(algolia)
      expect(algolia.profiles.get('a')).toEqual({ ...profile, segments })
      await write(algolia, 'new')
      expect(Date.parse(algolia.profiles.get('new')!.lastUpdatedAt)).toBeGreaterThan(Date.now() - 60_000)
      algolia.application.writesCountAsUpdates = true
      await write(algolia)
      expect(algolia.profiles.get('a')!.lastUpdatedAt).not.toBe(profile.lastUpdatedAt)
    })
  })
})
