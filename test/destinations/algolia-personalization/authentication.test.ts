import nock from 'nock'
import { version } from '../../../package.json'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, settings } from '../../support/destination'
import { callsTo } from '../../support/profiles'

const algolia = algoliaForEachTest()
const { destination } = new Host()

afterAll(() => nock.restore())

describe('testAuthentication', () => {
  test('accepts credentials that Algolia accepts, at the price of one call that changes nothing', async () => {
    await destination.testAuthentication(settings)
    expect(callsTo(algolia)).toEqual(['GET /2/users?limit=1'])
  })

  test('says that the API key or the application ID is wrong', async () => {
    await expect(destination.testAuthentication({ ...settings, apiKey: 'wrong' })).rejects.toThrow(
      /HTTP 401.*Invalid Application-Id or API-Key.*Check the API key and the application ID/
    )
  })

  test('points to doctor where that does not help', async () => {
    await expect(destination.testAuthentication({ ...settings, apiKey: 'wrong' })).rejects.toThrow(
      /npx segment-algolia-personalization doctor/
    )
  })

  test('names the three ACLs when the key lacks one', async () => {
    algolia.application.acl = ['search', 'browse']
    await expect(destination.testAuthentication(settings)).rejects.toThrow(
      /HTTP 401.*lacks the ACL recommendation.*the key needs the ACLs search, browse, recommendation/
    )
  })

  test('says that the plan lacks the feature', async () => {
    algolia.application.planIncludesFeature = false
    await expect(destination.testAuthentication(settings)).rejects.toThrow(
      /HTTP 402.*plan of the Algolia application does not include Advanced Personalization/
    )
  })

  test('says that Algolia refuses the application', async () => {
    algolia.faults.status(403)
    await expect(destination.testAuthentication(settings)).rejects.toThrow(/HTTP 403.*Check the application ID/)
  })

  test('says when to test again, as nobody else does, where calls are used up for now', async () => {
    algolia.application.rateLimit = { calls: 0, seconds: 60 }
    await expect(destination.testAuthentication(settings)).rejects.toThrow(/no more calls until .*Test it again/)
  })

  test('says that nothing answers, and to check the region', async () => {
    await algolia.close()
    await expect(destination.testAuthentication(settings)).rejects.toThrow(/no connection to .*check the region/)
  })

  test.each(['', '{"message":"Not Found"}', '<h1>Not Found</h1>'])(
    'says that something else than the API answers (%j), and to check the region',
    async (body) => {
      algolia.faults.status(404, { body })
      await expect(destination.testAuthentication(settings)).rejects.toThrow(/HTTP 404.*Check the region/)
    }
  )

  test.each(['', 'APP ID', 'APP\r\nX: y', 'app.algolia.net/', 'ÄPP'])(
    'says that %j is no application ID, without a call',
    async (appId) => {
      await expect(destination.testAuthentication({ ...settings, appId })).rejects.toThrow(/application ID|appId/i)
      expect(algolia.calls).toEqual([])
    }
  )

  test.each(['us-east', 'US', 'uk', '', '__proto__', 'constructor', 'us.example.com/#'])(
    'does not let the region %j pass, without a call',
    async (region) => {
      await expect(destination.testAuthentication({ ...settings, region })).rejects.toThrow(/region/i)
      expect(algolia.calls).toEqual([])
    }
  )
})

describe('calls', () => {
  test.each(['us', 'eu'])(
    'of the region %s go to its origin, with the credentials and the agent in headers',
    async (region) => {
      delete process.env.ALGOLIA_PERSONALIZATION_URL
      const api = nock(`https://ai-personalization.${region}.algolia.com`, {
        reqheaders: {
          'x-algolia-application-id': settings.appId,
          'x-algolia-api-key': settings.apiKey,
          'x-algolia-agent': `segment-algolia-personalization (${version})`
        }
      })
      api.get('/2/users/u1').reply(404, { status: 404, message: 'Not Found' })
      const segments = [{ id: 'vip', source: 'segment' }]
      api.put('/2/users/u1/segments', { segments }).reply(200, {})
      api.get('/2/users/u1').reply(200, { userID: 'u1', segments })
      await new Host().deliver('enterAudience', audienceTrack('u1', 'vip', true), { settings: { region } })
      expect(api.isDone()).toBe(true)
    }
  )

  test('of ALGOLIA_PERSONALIZATION_URL only the origin counts', async () => {
    process.env.ALGOLIA_PERSONALIZATION_URL = `${algolia.url}/somewhere?else`
    await destination.testAuthentication(settings)
    expect(callsTo(algolia)).toEqual(['GET /2/users?limit=1'])
  })
})

test('the API key is entered as a password', () => {
  expect(destination.authentication?.fields.apiKey).toMatchObject({ type: 'password', required: true })
})

test('the regions offered are those that have an origin', () => {
  const choices = destination.authentication?.fields.region?.choices as { value: string }[]
  expect(choices.map(({ value }) => value)).toEqual(['us', 'eu'])
})
