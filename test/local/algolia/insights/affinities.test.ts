import type * as OfficialClient from '../../../../node_modules/@algolia/client-insights/dist/node'
import { recordOf, type LocalAlgolia } from '../../../../src/local/algolia'
import { call, withLocalAlgolia } from '../../../support/local-algolia'

// The package says where its types are only through `exports`, which this module resolution doesn't read.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { insightsClient } = require('@algolia/client-insights') as typeof OfficialClient

type Client = ReturnType<typeof insightsClient>

function officialClient(algolia: LocalAlgolia, apiKey = 'local-api-key'): Client {
  const { hostname, port } = new URL(algolia.urls.insights)
  const hosts = [{ url: hostname, port: Number(port), protocol: 'http' as const, accept: 'readWrite' as const }]
  return insightsClient('LOCALALGOLIA', apiKey, 'de', { hosts })
}

const common = { index: 'products', userToken: 'anonymous-1', objectIDs: ['product-1'] }
const viewed = { ...common, eventType: 'view' as const, eventName: 'Product Viewed' }
const clicked = { ...common, eventType: 'click' as const, eventName: 'Anything' }
const bought = {
  ...common,
  eventType: 'conversion' as const,
  eventSubtype: 'purchase' as const,
  eventName: 'Order Completed'
}
const { category, brand, color } = recordOf('products', 'product-1')!

function scores(algolia: LocalAlgolia): Record<string, number> | undefined {
  const affinities = algolia.profiles.get('anonymous-1')?.affinities
  return affinities && Object.fromEntries(affinities.map(({ name, value, score }) => [`${name}:${value}`, score]))
}

function all(score: number): Record<string, number> {
  return { [`category:${category}`]: score, [`brand:${brand}`]: score, [`color:${color}`]: score }
}

describe("what Algolia's own client sends", () => {
  it('becomes affinities of the user, stronger with each event, which the profile API gives', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const client = officialClient(algolia)
      expect(await client.pushEvents({ events: [viewed] })).toEqual({ message: 'OK', status: 200 })
      expect(scores(algolia)).toEqual(all(1))
      await client.pushEvents({ events: [clicked, bought] })
      expect(scores(algolia)).toEqual(all(9))
      await client.pushEvents({ events: [bought, bought] })
      expect(scores(algolia)).toEqual(all(20))
      const { body } = await call(algolia, '/2/users/anonymous-1')
      expect(body).toMatchObject({
        type: 'basic',
        affinities: expect.arrayContaining([
          { name: 'brand', indices: ['products'], value: brand, score: 20, lastUpdatedAt: expect.any(String) }
        ])
      })
    })
  })

  it('keeps what the profile holds besides, to the letter', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const segments = '[ {"id":"vip","source":"segment","rank":12345678901234567890} ]'
      algolia.profiles.putJson(`{"userID":"anonymous-1","type":"predictive","affinities":[],"segments":${segments}}`)
      await officialClient(algolia).pushEvents({ events: [clicked] })
      const json = algolia.profiles.json('anonymous-1')!
      expect(json).toContain(`"segments":${segments}`)
      expect(json).toContain('"type":"predictive"')
    })
  })

  it('is about filters too, and about nothing when nobody knows what it is about', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const client = officialClient(algolia)
      const { objectIDs: _, ...rest } = clicked
      await client.pushEvents({
        events: [
          { ...clicked, objectIDs: ['none'] },
          { ...clicked, index: 'none' },
          { ...rest, filters: ['brand:none', 'size:40'] },
          { ...viewed, eventName: 'Something Seen' },
          { ...common, eventType: 'conversion', eventName: 'Liked' }
        ]
      })
      expect(scores(algolia)).toBeUndefined()
      expect(algolia.insights.events.accepted).toHaveLength(5)
      await client.pushEvents({ events: [{ ...rest, filters: ["brand:De'Longhi", 'color:forest%20green'] }] })
      expect(scores(algolia)).toEqual({ "brand:De'Longhi": 2, 'color:forest green': 2 })
    })
  })

  it('changes nothing while the personalization config is paused, or without the plan', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      algolia.application.personalization.status = 'paused'
      await officialClient(algolia).pushEvents({ events: [clicked] })
      algolia.application.personalization.status = 'active'
      algolia.application.planIncludesFeature = false
      await officialClient(algolia).pushEvents({ events: [clicked] })
      expect(scores(algolia)).toBeUndefined()
    })
  })
})

describe('the deletion of a user token', () => {
  it('forgets the events of that token alone, within a limit of its own', async () => {
    await withLocalAlgolia({ insightsRateLimit: { calls: 1, seconds: 3600 } }, async (algolia) => {
      const client = officialClient(algolia)
      const other = { ...viewed, userToken: 'a/b+c=' }
      await client.pushEvents({ events: [viewed, other, { ...viewed, authenticatedUserToken: 'a/b+c=' }] })
      await client.deleteUserToken({ userToken: 'a/b+c=' })
      expect(algolia.insights.events.accepted).toMatchObject([viewed])
      expect(algolia.insights.events.deletedTokens).toEqual(['a/b+c='])
      expect(algolia.profiles.get('a/b+c=')).toBeDefined()
      await expect(client.deleteUserToken({ userToken: 'x' })).rejects.toMatchObject({ status: 429 })
      expect(await client.pushEvents({ events: [viewed] })).toMatchObject({ status: 200 })
    })
  })

  it('needs the ACL deleteObject, and a token that can be one', async () => {
    await withLocalAlgolia({ keys: { searcher: ['search'] } }, async (algolia) => {
      await expect(officialClient(algolia, 'searcher').deleteUserToken({ userToken: 'x' })).rejects.toMatchObject({
        status: 403,
        message: 'Method not allowed with this API key'
      })
      await expect(officialClient(algolia).deleteUserToken({ userToken: 'a@b' })).rejects.toMatchObject({ status: 422 })
    })
  })
})
