import type * as OfficialClient from '../../../node_modules/@algolia/advanced-personalization/dist/node'
import { type LocalAlgolia, type Profile } from '../../../src/local/algolia'
import { withLocalAlgolia } from '../../support/local-algolia'

// The package says where its types are only through `exports`, which this module resolution doesn't read.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { advancedPersonalizationClient } = require('@algolia/advanced-personalization') as typeof OfficialClient

type Client = ReturnType<typeof advancedPersonalizationClient>

function officialClient(algolia: LocalAlgolia, appId = 'LOCALALGOLIA', apiKey = 'local-api-key'): Client {
  const { hostname, port } = new URL(algolia.url)
  const hosts = [{ url: hostname, port: Number(port), protocol: 'http' as const, accept: 'readWrite' as const }]
  return advancedPersonalizationClient(appId, apiKey, 'eu', {
    hosts,
    timeouts: { connect: 30_000, read: 30_000, write: 30_000 }
  })
}

/** The error that the client makes of a refusal. */
function refused(status: number, message: unknown = expect.any(String)): unknown {
  return expect.objectContaining({ name: 'ApiError', status, message })
}

type Page = Awaited<ReturnType<Client['getUsers']>>

async function allPages(client: Client, params: object): Promise<Page[]> {
  const pages: Page[] = []
  let nextPageToken: string | undefined
  do {
    const page = await client.getUsers({ ...params, ...(nextPageToken !== undefined && { nextPageToken }) })
    pages.push(page)
    nextPageToken = page.nextPageToken
  } while (nextPageToken)
  return pages
}

function ids(pages: { users: { userID: string }[] }[]): string[] {
  return pages.flatMap(({ users }) => users.map(({ userID }) => userID))
}

describe("Algolia's own client", () => {
  it('reads all profiles page by page, exactly as they are', async () => {
    await withLocalAlgolia({ profiles: 2500 }, async (algolia) => {
      const pages = await allPages(officialClient(algolia), { limit: 1000 })
      expect(pages.map(({ users }) => users.length)).toEqual([1000, 1000, 500])
      expect(pages.flatMap(({ users }) => users)).toEqual([...algolia.profiles])
    })
  })

  it('walks back to the first page with previousPageToken', async () => {
    await withLocalAlgolia({ profiles: 95 }, async (algolia) => {
      const client = officialClient(algolia)
      const pages = await allPages(client, {})
      expect(pages).toHaveLength(10)
      let page = pages.at(-1)!
      const back = [page]
      while (page.previousPageToken) {
        page = await client.getUsers({ previousPageToken: page.previousPageToken })
        back.unshift(page)
      }
      expect(back).toEqual(pages)
    })
  })

  it('filters by time, indices and affinities', async () => {
    await withLocalAlgolia({ profiles: 3000 }, async (algolia) => {
      const client = officialClient(algolia)
      const month = 30 * 86_400_000
      const [startDate, endDate] = [Date.now() - 2 * month, Date.now() - month].map((time) =>
        new Date(time).toISOString()
      )
      const expected = (wanted: (profile: Profile) => boolean): string[] => {
        const userIDs = [...algolia.profiles].filter(wanted).map(({ userID }) => userID)
        expect(userIDs.length).toBeGreaterThan(0)
        expect(userIDs.length).toBeLessThan(3000)
        return userIDs
      }
      const likes = ({ affinities }: Profile, name: string, value: string): boolean =>
        affinities.some((affinity) => affinity.name === name && affinity.value === value)
      const about = ({ affinities }: Profile, index: string): boolean =>
        affinities.some(({ indices }) => indices.includes(index))

      expect(ids(await allPages(client, { startDate, endDate, limit: 200 }))).toEqual(
        expected(
          ({ lastUpdatedAt }) =>
            Date.parse(lastUpdatedAt) > Date.parse(startDate!) && Date.parse(lastUpdatedAt) < Date.parse(endDate!)
        )
      )
      expect(
        ids(await allPages(client, { affinity: ['brand:Bang & Olufsen', 'color:forest green'], limit: 200 }))
      ).toEqual(
        expected((profile) => likes(profile, 'brand', 'Bang & Olufsen') && likes(profile, 'color', 'forest green'))
      )
      expect(ids(await allPages(client, { affinity: ['brand:Fjällräven'], limit: 200 }))).toEqual(
        expected((profile) => likes(profile, 'brand', 'Fjällräven'))
      )
      expect(ids(await allPages(client, { indices: ['products_fr', 'blog'], limit: 200 }))).toEqual(
        expected((profile) => about(profile, 'products_fr') && about(profile, 'blog'))
      )
    })
  })

  it('reads and deletes single profiles, whatever characters their user tokens have', async () => {
    await withLocalAlgolia({ profiles: 300 }, async (algolia) => {
      const client = officialClient(algolia)
      const userIDs = [...algolia.profiles].map(({ userID }) => userID)
      const chosen = [...'/+=-_'].map((character) => userIDs.find((userID) => userID.includes(character))!)
      for (const userID of new Set(chosen)) {
        expect(await client.getUser({ userID })).toEqual(algolia.profiles.get(userID))
        expect(await client.deleteUser({ userID })).toEqual({
          status: 200,
          message: expect.any(String),
          userID,
          deletedAt: expect.any(String),
          deletedUntil: expect.any(String)
        })
        await expect(client.getUser({ userID })).rejects.toEqual(refused(404, 'Not Found'))
        await expect(client.deleteUser({ userID })).rejects.toEqual(refused(404, 'Not Found'))
      }
      expect(algolia.profiles.size).toBe(300 - new Set(chosen).size)
    })
  })

  it('reads the configuration, with everything that the API description requires', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const configuration = await officialClient(algolia).getConfig()
      expect(Object.keys(configuration)).toEqual(
        expect.arrayContaining(['indices', 'personalizationReRanking', 'profileType', 'status', 'features'])
      )
      expect(configuration.indices.length).toBeGreaterThan(1)
      for (const index of configuration.indices) {
        const { viewDetails, viewListing, addToCart, purchase } = index.source.events!
        expect(index).toMatchObject({
          index: expect.any(String),
          affinities: expect.any(Array),
          errors: [],
          warnings: []
        })
        expect([viewDetails, viewListing, addToCart, purchase].every((events) => events.length > 0)).toBe(true)
      }
    })
  })

  it('is refused with a wrong key or application id, a missing ACL, or a plan without the feature', async () => {
    await withLocalAlgolia({ profiles: 1 }, async (algolia) => {
      const invalid = refused(401, 'Invalid Application-Id or API-Key')
      await expect(officialClient(algolia, 'LOCALALGOLIA', 'wrong').getUsers()).rejects.toEqual(invalid)
      await expect(officialClient(algolia, 'WRONG').getConfig()).rejects.toEqual(invalid)
      algolia.application.acl = ['search', 'browse']
      await expect(officialClient(algolia).getUsers()).rejects.toEqual(
        refused(401, expect.stringContaining('recommendation'))
      )
      algolia.application.acl = ['search', 'browse', 'recommendation']
      algolia.application.planIncludesFeature = false
      await expect(officialClient(algolia).getUsers()).rejects.toEqual(
        refused(
          402,
          'Predictive profiles are not allowed for this app. Please contact support to upgrade your plan: https://support.algolia.com/'
        )
      )
      algolia.application.planIncludesFeature = true
      expect((await officialClient(algolia).getUsers()).users).toHaveLength(1)
    })
  })

  it('is refused with 422 for user tokens, page tokens and limits that are none', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const client = officialClient(algolia)
      for (const userID of ['with blank', 'ünïcode', 'a'.repeat(130)]) {
        await expect(client.getUser({ userID })).rejects.toEqual(
          refused(422, expect.stringMatching(/^UserID must contain only/))
        )
      }
      await expect(client.getUsers({ nextPageToken: 'none' })).rejects.toEqual(refused(422))
      await expect(client.getUsers({ limit: 1001 })).rejects.toEqual(refused(422))
    })
  })

  it('is refused with 429 once the budget is spent, and sees the budget in the headers', async () => {
    await withLocalAlgolia({ rateLimit: { calls: 2, seconds: 3600 } }, async (algolia) => {
      const client = officialClient(algolia)
      await client.getConfig()
      const { headers } = await client.getConfigWithHTTPInfo()
      expect(headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '0' })
      await expect(client.getConfig()).rejects.toEqual(refused(429, 'Too Many Requests'))
    })
  })

  it('writes profile segments through its custom call', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const segments = [{ id: 'vip', source: 'segment' }]
      const path = `2/users/${encodeURIComponent('shop/fr/1+1=')}/segments`
      await officialClient(algolia).customPut({ path, body: { segments } })
      expect(algolia.profiles.get('shop/fr/1+1=')).toMatchObject({ segments, affinities: [] })
    })
  })
})
