import type { ActionDefinition } from '@segment/actions-core'
import { startWorkbench, type Definition, type Workbench } from '../../src/workbench'
import { audienceTrack } from '../support/audience-events'
import { ask, fullSettings, keptSettings, post, withWorkbench } from '../support/workbench'

let workbench: Workbench

beforeEach(async () => {
  workbench = await startWorkbench({ port: 0, local: { profiles: 20, latency: 0 } })
})

afterEach(() => workbench.close())

const segmentsOf = (userToken: string) => workbench.localAlgolia?.profiles.get(userToken)?.segments

describe('GET /manifest', () => {
  it('gives the whole definition, and the name of its folder', async () => {
    const { status, body } = await ask(workbench, '/manifest')
    expect(status).toBe(200)
    expect(body.name).toBe('Algolia Personalization (Actions)')
    expect(body.directoryName).toBe('algolia-personalization')
    expect(Object.keys(body.actions)).toEqual([
      'enterAudience',
      'exitAudience',
      'syncAudience',
      'syncTraits',
      'linkProfiles',
      'sendEvents'
    ])
    expect(body.authentication.fields.apiKey.type).toBe('password')
  })
})

describe('POST /{action}', () => {
  // The example for `perform` of https://github.com/segmentio/action-destinations/blob/main/docs/testing.md,
  // with an action, a mapping, settings and an event of this destination.
  const example = {
    mapping: {
      userToken: { '@path': '$.properties.key_value' },
      segmentId: { '@path': '$.properties.key_field' }
    },
    settings: fullSettings,
    payload: {
      properties: { key_field: '3', key_value: 'tester-emarsys' },
      traits: { '1': 'Hans', '2': 'Müller' }
    }
  }

  it('delivers a single event as in the example of Segment’s documentation', async () => {
    const { status, body } = await post(workbench, '/enterAudience', example)
    expect(status).toBe(200)
    expect(body).toMatchObject([
      {
        request: { method: 'GET', url: `${workbench.localAlgolia?.url}/2/users/tester-emarsys`, body: '' },
        response: { statusCode: 404, statusMessage: 'Not Found', body: { status: 404, message: 'Not Found' } }
      },
      {
        request: {
          method: 'PUT',
          headers: { 'content-type': 'application/json', 'x-algolia-api-key': '<redacted>' },
          body: '{"segments":[{"id":"3","source":"segment"}]}'
        },
        response: { statusCode: 200, headers: { 'x-ratelimit-limit': '500' } }
      },
      // The look at what was written.
      { request: { method: 'GET' }, response: { statusCode: 200 } }
    ])
    expect(segmentsOf('tester-emarsys')).toEqual([{ id: '3', source: 'segment' }])
  })

  it("sends shoppers' events to the local Algolia as well", async () => {
    const event = {
      type: 'track',
      event: 'Product Viewed',
      anonymousId: 'visitor',
      properties: { search_index: 'shop' }
    }
    const mapping = { eventType: 'view', objectIDs: ['product-3'] }
    const { body } = await post(workbench, '/sendEvents', { mapping, settings: fullSettings, payload: event })
    const url = `${workbench.localAlgolia?.urls.insights}/1/events`
    expect(body).toMatchObject([{ request: { method: 'POST', url }, response: { statusCode: 200 } }])
  })

  it('delivers a list of events as a batch, as in the example of Segment’s documentation', async () => {
    const event = (key: string) => ({ properties: { key_field: '3', key_value: key }, traits: {} })
    const { body } = await post(workbench, '/enterAudience', { ...example, payload: [event('one'), event('two')] })
    expect(body.map(({ request }: { request: { method: string } }) => request.method).sort()).toEqual([
      'GET',
      'GET',
      'GET',
      'PUT',
      'PUT'
    ])
    expect([segmentsOf('one'), segmentsOf('two')]).toEqual([
      [{ id: '3', source: 'segment' }],
      [{ id: '3', source: 'segment' }]
    ])
  })

  it('uses the default mapping of each field that the mapping leaves out', async () => {
    const payload = audienceTrack('user-1', 'vip', true)
    await post(workbench, '/enterAudience', { settings: fullSettings, payload })
    await post(workbench, '/enterAudience', { settings: fullSettings, payload, mapping: { segmentId: 'gold' } })
    expect(segmentsOf('user-1')).toEqual([
      { id: 'vip', source: 'segment' },
      { id: 'gold', source: 'segment' }
    ])
  })

  it('passes the sync mode of a mapping on, as for Reverse ETL', async () => {
    const payload = { type: 'track', event: 'deleted', userId: 'user-1', properties: { audience_key: 'vip' } }
    workbench.localAlgolia?.profiles.put({
      userID: 'user-1',
      type: 'basic',
      affinities: [],
      segments: [{ id: 'vip', source: 'segment' }],
      lastUpdatedAt: '2026-01-01T00:00:00Z'
    })
    const mapping = { __segment_internal_sync_mode: 'mirror' }
    await post(workbench, '/syncAudience', { settings: fullSettings, payload, mapping })
    expect(segmentsOf('user-1')).toEqual([])
  })

  it('answers 200 with the error in place of the calls when an event fails', async () => {
    const settings = { ...fullSettings, apiKey: 'wrong' }
    const { status, body } = await post(workbench, '/enterAudience', {
      settings,
      payload: audienceTrack('user-1', 'vip', true)
    })
    expect(status).toBe(200)
    expect(body).toEqual([
      {
        statusCode: 401,
        message: expect.stringContaining('Check the API key'),
        stack: expect.any(Array),
        requestError: true
      }
    ])
  })

  it('lists no call that got no answer, as Segment’s serve does not', async () => {
    await workbench.localAlgolia?.close()
    const payload = [audienceTrack('user-1', 'vip', true)]
    const { status, body } = await post(workbench, '/enterAudience', { settings: fullSettings, payload })
    expect([status, body]).toEqual([200, []])
  })

  it('names the fields that are missing when the host refuses an event', async () => {
    const { status, body } = await post(workbench, '/enterAudience', { settings: fullSettings })
    expect(status).toBe(200)
    expect(body).toMatchObject([{ requestError: true, message: expect.stringContaining('userToken') }])
    expect(Object.values(body[0].fields).join()).toContain('userToken')
  })

  it('lists the calls of its own request only: not those of earlier ones, nor of others under way', async () => {
    await post(workbench, '/enterAudience', {
      settings: { ...fullSettings, apiKey: 'wrong' },
      payload: audienceTrack('early', 'vip', true)
    })
    const users = ['one', 'two', 'three']
    const answers = await Promise.all(
      users.map((user) =>
        post(workbench, '/enterAudience', { settings: fullSettings, payload: audienceTrack(user, 'vip', true) })
      )
    )
    answers.forEach(({ body }, index) => {
      const paths = body.map(({ request }: { request: { url: string } }) => new URL(request.url).pathname)
      const profile = `/2/users/${users[index]}`
      // The look at what was written may be one for all of them: then one answer has it, or none.
      expect(paths.slice(0, 2)).toEqual([profile, `${profile}/segments`])
      const ofOthers = users.filter((user) => user !== users[index]).map((user) => `/2/users/${user}`)
      expect(paths.filter((path: string) => ofOthers.some((other) => path.startsWith(other)))).toEqual([])
    })
  })

  it('answers 404 for an action that there is not', async () => {
    expect(await post(workbench, '/noAction')).toMatchObject({ status: 404, body: { ok: false } })
  })
})

describe.each(['/authenticate', '/authentication'])('POST %s', (path) => {
  it('takes the settings bare, as Segment’s code does, or in an object, as its documentation says', async () => {
    expect((await post(workbench, path, fullSettings)).body).toEqual({ ok: true })
    expect((await post(workbench, path, { settings: fullSettings })).body).toEqual({ ok: true })
  })

  it('answers 200 with the cause when the connection fails', async () => {
    const { status, body } = await post(workbench, path, { ...fullSettings, apiKey: 'wrong' })
    expect(status).toBe(200)
    expect(body).toEqual({ ok: false, error: expect.stringMatching(/401.*Check the API key/), fields: {} })
  })

  it('names the settings that are missing', async () => {
    const { body } = await post(workbench, path, { appId: 'ANOTHER', region: 'us' })
    const missing = "The root value is missing the required field 'apiKey'."
    expect(body).toEqual({ ok: false, error: expect.stringContaining(missing), fields: { $: missing } })
  })
})

describe('POST /delete', () => {
  it('deletes the profiles and lists the calls', async () => {
    await post(workbench, '/enterAudience', { settings: fullSettings, payload: audienceTrack('user-1', 'vip', true) })
    const payload = { userId: 'user-1', anonymousId: 'nobody' }
    const { status, body } = await post(workbench, '/delete', { settings: fullSettings, payload })
    expect(status).toBe(200)
    expect(
      body.map(
        ({ request, response }: { request: { method: string; url: string }; response: { statusCode: number } }) => [
          request.method,
          new URL(request.url).pathname,
          response.statusCode
        ]
      )
    ).toEqual([
      ['DELETE', '/2/users/user-1', 200],
      ['DELETE', '/1/usertokens/user-1', 204],
      ['DELETE', '/2/users/nobody', 404],
      ['DELETE', '/1/usertokens/nobody', 204]
    ])
    expect(segmentsOf('user-1')).toBeUndefined()
  })

  it('answers 200 with the error when it fails', async () => {
    const settings = { ...fullSettings, apiKey: 'wrong' }
    const { status, body } = await post(workbench, '/delete', { settings, payload: { userId: 'user-1' } })
    expect(status).toBe(200)
    expect(body).toMatchObject([{ statusCode: 401, requestError: true }])
  })
})

describe('POST /createAudience and /getAudience', () => {
  it('give the external id', async () => {
    const created = await post(workbench, '/createAudience', {
      settings: fullSettings,
      audienceSettings: { segmentId: 'brothers' },
      audienceName: 'The Super Mario Brothers Super Audience'
    })
    expect(created).toMatchObject({ status: 200, body: { externalId: 'brothers' } })
    const found = await post(workbench, '/getAudience', { settings: fullSettings, externalId: 'brothers' })
    expect(found).toMatchObject({ status: 200, body: { externalId: 'brothers' } })
  })

  it.each(['/createAudience', '/getAudience'])('%s answers 400 with the cause when it fails', async (path) => {
    const settings = { ...fullSettings, apiKey: 'wrong' }
    const { status, body } = await post(workbench, path, { settings, audienceName: 'a', externalId: 'a' })
    expect(status).toBe(400)
    expect(body).toEqual({ ok: false, error: expect.stringContaining('Check the API key') })
  })
})

describe('POST /refreshAccessToken', () => {
  it('answers, as Segment’s serve does, that it does not apply', async () => {
    expect(await ask(workbench, '/refreshAccessToken', { method: 'POST' })).toMatchObject({
      status: 400,
      body: { ok: false, error: expect.stringContaining('only valid with oauth2') }
    })
  })
})

describe('settings without a key', () => {
  it('get the kept key of the local Algolia', async () => {
    expect((await post(workbench, '/authenticate', keptSettings)).body).toEqual({ ok: true })
    const payload = audienceTrack('user-1', 'vip', true)
    await post(workbench, '/enterAudience', { settings: keptSettings, payload })
    expect(segmentsOf('user-1')).toHaveLength(1)
  })

  it('do not get it for another application', async () => {
    const { body } = await post(workbench, '/authenticate', { ...keptSettings, appId: 'ANOTHER' })
    expect(body).toMatchObject({ ok: false, fields: { $: expect.stringContaining('apiKey') } })
  })
})

describe('a destination with dynamic fields and no mapping', () => {
  const action: ActionDefinition<{ appId: string }, { list?: string }> = {
    title: 'Dynamic',
    description: 'Has a dynamic field.',
    fields: { list: { label: 'List', description: 'A list.', type: 'string', dynamic: true } },
    dynamicFields: {
      list: (_, { settings: { appId }, page }) =>
        appId === 'CLOSED'
          ? { choices: [], error: { message: 'No lists today', code: '503' } }
          : { choices: [{ value: `${appId} page ${page}`, label: 'One' }] }
    },
    perform: () => undefined
  }
  const definition = { name: 'Dynamic', mode: 'cloud', actions: { action } } as unknown as Definition

  it('answers POST /{action}/{field} with the choices, and with 500 when they fail', () =>
    withWorkbench({ definition }, async (workbench) => {
      const settings = { appId: 'A1' }
      expect(await post(workbench, '/action/list', { settings })).toMatchObject({
        status: 200,
        body: { choices: [{ value: 'A1 page 1' }] }
      })
      expect(await post(workbench, '/action/list', { settings: { appId: 'CLOSED' } })).toMatchObject({
        status: 500,
        body: [{ message: 'No lists today', code: '503' }]
      })
    }))

  it('has no routes for what it does not offer', () =>
    withWorkbench({ definition }, async (workbench) => {
      for (const path of ['/delete', '/createAudience', '/getAudience']) {
        expect((await post(workbench, path)).status).toBe(404)
      }
    }))
})
