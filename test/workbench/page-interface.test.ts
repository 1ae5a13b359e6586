import { startWorkbench, type Workbench } from '../../src/workbench'
import { audienceIdentify, audienceTrack } from '../support/destination'
import { ask, keptSettings as settings, post, until } from '../support/workbench'

let workbench: Workbench

beforeEach(async () => {
  workbench = await startWorkbench({ port: 0, local: { profiles: 200, latency: 0 } })
})

afterEach(() => workbench.close())

const algolia = () => {
  if (!workbench.localAlgolia) throw new Error('There is no local Algolia.')
  return workbench.localAlgolia
}

/** So that no new period begins while a test counts what is left of this one. */
const BUDGET_OF_A_DAY = { calls: 500, seconds: 86_400 }

const wholeNumber = (most: number) => `must be a whole number from 1 to ${most}`

const mapping = {
  userToken: { '@path': '$.userId' },
  segmentId: { '@path': '$.context.personas.computation_key' }
}

describe('the context', () => {
  it('holds what the page is built from: the definition, the mappings, the samples and the source’s options', async () => {
    const { body } = await ask(workbench, '/workbench/context')
    expect(body.target).toEqual({ kind: 'local', appId: 'LOCALALGOLIA', region: 'us', url: algolia().url })
    expect(Object.keys(body.definition.authentication.fields)).toEqual(['appId', 'apiKey', 'region'])
    expect(body.mappings.enterAudience.batch_size).toBeGreaterThan(0)
    expect(body.samples.map(({ name }: { name: string }) => name)).toEqual([
      'Audience entered',
      'Audience exited',
      'Identify with a trait',
      'Journey step',
      'Batch with mixed outcomes'
    ])
    expect(Object.keys(body.sourceOptions)).toEqual(['startDate', 'indices', 'affinities', 'pageSize', 'concurrency'])
    expect(body.streams).toEqual(['profiles', 'affinities', 'segments'])
  })

  it('offers samples that do what they say, and users that there are', async () => {
    const { body } = await ask(workbench, '/workbench/context')
    const statuses: Record<string, number[]> = {}
    for (const { name, action, payload } of body.samples) {
      const asked = { settings, action, payload, mapping: body.mappings[action] }
      const sent = await post(workbench, '/workbench/send', asked)
      statuses[name] = sent.body.events.map(({ status }: { status: number }) => status)
    }
    expect(statuses).toEqual({
      'Audience entered': [200],
      'Audience exited': [200],
      'Identify with a trait': [200],
      'Journey step': [200],
      'Batch with mixed outcomes': [200, 200, 200, 400, 400, 400]
    })
    for (const userToken of body.exampleUserTokens) expect(algolia().profiles.get(userToken)).toBeDefined()
  })
})

describe('the test of the connection', () => {
  it('succeeds with the kept key', async () => {
    expect((await post(workbench, '/workbench/connection', { settings })).body).toEqual({ ok: true })
  })

  it('tells a wrong key, a key without its ACLs, and a plan without the feature apart', async () => {
    const wrong = await post(workbench, '/workbench/connection', { settings: { ...settings, apiKey: 'wrong' } })
    expect(wrong.body).toEqual({ ok: false, error: expect.stringMatching(/401.*Check the API key/) })
    algolia().application.acl = ['search']
    const lacking = await post(workbench, '/workbench/connection', { settings })
    expect(lacking.body.error).toContain('browse, recommendation')
    algolia().application.acl = ['search', 'browse', 'recommendation']
    algolia().application.planIncludesFeature = false
    const plan = await post(workbench, '/workbench/connection', { settings })
    expect(plan.body.error).toMatch(/402.*plan/)
  })

  it('says that Algolia can’t be reached, without calling the credentials invalid', async () => {
    await algolia().close()
    const { body } = await post(workbench, '/workbench/connection', { settings })
    expect(body.error).toContain('ECONNREFUSED')
    expect(body.error).not.toContain('Credentials')
  })
})

describe('the preview of a mapping', () => {
  const preview = async (payload: unknown, action = 'enterAudience', mapped: object = mapping) =>
    (await post(workbench, '/workbench/preview', { action, mapping: mapped, payload })).body

  it('gives the payload and the membership that the action would get, and calls nothing', async () => {
    expect(await preview(audienceTrack('user-1', 'vip', true))).toEqual([
      { payload: { userToken: 'user-1', segmentId: 'vip' }, audienceMembership: true, triggers: true }
    ])
    expect(await preview(audienceIdentify('user-1', 'vip', false), 'syncAudience')).toEqual([
      { payload: { userToken: 'user-1', segmentId: 'vip' }, audienceMembership: false, triggers: true }
    ])
    expect(algolia().calls).toHaveLength(0)
  })

  it('takes the sync mode of a mapping into account', async () => {
    const row = { type: 'track', event: 'deleted', userId: 'user-1', context: { personas: { computation_key: 'vip' } } }
    const [without] = await preview(row, 'syncAudience')
    const [mirrored] = await preview(row, 'syncAudience', { ...mapping, __segment_internal_sync_mode: 'mirror' })
    expect([without.audienceMembership, mirrored.audienceMembership]).toEqual([undefined, false])
  })

  it('says of each event of a batch why the host refuses it', async () => {
    const [first, second] = await preview([audienceTrack('user-1', 'vip', true), { type: 'track' }])
    expect(first.payload.userToken).toBe('user-1')
    expect(second.problem).toContain('userToken')
    expect(second.payload).toBeUndefined()
  })

  it('says that a mapping is wrong', async () => {
    const [mapped] = await preview(audienceTrack('user-1', 'vip', true), 'enterAudience', { userToken: { '@no': 1 } })
    expect(mapped.problem).toContain('@no')
  })

  it('says whether the action’s default trigger lets the event through', async () => {
    const [entered] = await preview(audienceTrack('user-1', 'vip', true))
    const [exited] = await preview(audienceTrack('user-1', 'vip', false))
    expect([entered.triggers, exited.triggers]).toEqual([true, false])
  })
})

describe('sending', () => {
  const send = async (payload: unknown, action = 'enterAudience', given: object = settings) =>
    (await post(workbench, '/workbench/send', { settings: given, action, mapping, payload })).body

  const refused = { status: 400, outcome: 'refused', code: 'PAYLOAD_VALIDATION_FAILED' }

  it('gives the outcome, the calls, and the profile before and after', async () => {
    const foreign = { id: 'x', source: 'lytics', rank: 3 }
    const lastUpdatedAt = '2026-01-01T00:00:00Z'
    algolia().profiles.put({ userID: 'user-1', type: 'basic', affinities: [], segments: [foreign], lastUpdatedAt })
    const { events, exchanges, profiles } = await send(audienceTrack('user-1', 'vip', true))
    expect(events).toEqual([{ status: 200, outcome: 'delivered', result: 'profile updated' }])
    expect(exchanges.map(({ request }: { request: { method: string } }) => request.method)).toEqual([
      'GET',
      'PUT',
      'GET'
    ])
    expect(profiles).toMatchObject([
      {
        userToken: 'user-1',
        before: { profile: { segments: [foreign] } },
        after: { profile: { segments: [foreign, { id: 'vip', source: 'segment' }] } }
      }
    ])
  })

  it('gives an outcome for each event of a batch, and each profile once', async () => {
    const { events, profiles } = await send([
      audienceTrack('user-1', 'vip', true),
      { type: 'track', userId: 'user-2' },
      audienceTrack('user-1', 'gold', true),
      audienceTrack('no such@token', 'gold', true)
    ])
    expect(events).toEqual([
      { status: 200, outcome: 'delivered', result: 'profile updated' },
      { ...refused, problem: expect.stringContaining('no segment ID') },
      { status: 200, outcome: 'delivered', result: 'profile updated' },
      { ...refused, problem: expect.stringContaining('user token') }
    ])
    expect(profiles).toMatchObject([
      {
        userToken: 'user-1',
        before: { profile: null },
        after: { profile: { segments: [{ id: 'vip' }, { id: 'gold' }] } }
      },
      { userToken: 'user-2', before: { profile: null }, after: { profile: null } }
    ])
  })

  it('gives the class and the cause when an event fails', async () => {
    const event = audienceTrack('user-1', 'vip', true)
    const failed = await send(event, 'enterAudience', { ...settings, apiKey: 'wrong' })
    expect(failed.events).toEqual([
      {
        status: 401,
        outcome: 'refused',
        code: 'INVALID_AUTHENTICATION',
        problem: expect.stringContaining('Check the API key')
      }
    ])
    expect(failed.profiles[0].before.problem).toContain('Check the API key')
    const unmapped = await send({ type: 'track' })
    expect(unmapped.events).toEqual([{ ...refused, problem: expect.stringContaining('userToken') }])
    expect([unmapped.exchanges, unmapped.unanswered]).toEqual([[], []])
  })

  it.each([
    [408, 'retried'],
    [423, 'retried'],
    [429, 'retried'],
    [500, 'retried'],
    [503, 'retried'],
    [501, 'refused'],
    [403, 'refused']
  ])('tells of an event that failed with %i that it is %s, alone and in a batch', async (status, outcome) => {
    algolia().faults.status(status, { when: ({ method }) => method === 'PUT' })
    const event = audienceTrack('user-1', 'vip', true)
    expect((await send(event)).events).toMatchObject([{ status, outcome }])
    expect((await send([event])).events).toMatchObject([{ status, outcome }])
  })

  it('tells of calls without an answer, and why there is none', async () => {
    const { url } = algolia()
    await algolia().close()
    const event = audienceTrack('user/1', 'vip', true)
    const call = { request: { method: 'GET', url: `${url}/2/users/user%2F1`, body: '' }, failure: 'ECONNREFUSED' }
    for (const payload of [event, [event]]) {
      const { events, exchanges, unanswered } = await send(payload)
      expect(events).toMatchObject([{ status: 503, outcome: 'retried' }])
      expect(exchanges).toEqual([])
      expect(unanswered).toMatchObject([call])
      expect(unanswered[0].request.headers['x-algolia-api-key']).toBe('<redacted>')
    }
  })

  it('tells of a call whose answer breaks off beside those that were answered', async () => {
    algolia().faults.cutBody('broken', { when: ({ method }) => method === 'PUT' })
    const { events, exchanges, unanswered } = await send([audienceTrack('user-1', 'vip', true)])
    expect(events).toMatchObject([{ outcome: 'retried' }])
    expect(exchanges).toMatchObject([{ request: { method: 'GET' }, response: { statusCode: 404 } }])
    expect(unanswered).toMatchObject([
      { request: { method: 'PUT', body: '{"segments":[{"id":"vip","source":"segment"}]}' } }
    ])
  })

  it('reads no more than twenty profiles of a large batch', async () => {
    const batch = Array.from({ length: 30 }, (_, index) => audienceTrack(`user-${index}`, 'vip', true))
    const { events, profiles } = await send(batch)
    expect([events.length, profiles.length]).toEqual([30, 20])
    expect(algolia().calls).toHaveLength(20 + 60 + 1 + 20)
  })
})

describe('the user inspector', () => {
  it('gives the profile as Algolia has it, and the rows that the source would emit', async () => {
    const profile = algolia().profiles.get('loyalty+card=maya/2291')
    const { body } = await post(workbench, '/workbench/profile', { settings, userToken: 'loyalty+card=maya/2291' })
    expect(body.profile).toEqual(profile)
    expect(body.rows.profiles).toMatchObject([
      {
        algolia_user_id: 'loyalty+card=maya/2291',
        algolia_affinities_name_score: { category: 19, brand: 17, color: 16 },
        algolia_segment_sources: ['segment', 'lytics', 'dashboard']
      }
    ])
    expect([body.rows.affinities.length, body.rows.segments.length]).toEqual([9, 3])
  })

  it('says that there is no profile, or why it can’t be read', async () => {
    const nobody = await post(workbench, '/workbench/profile', { settings, userToken: 'nobody' })
    expect(nobody.body).toEqual({ userToken: 'nobody', profile: null, rows: {} })
    const wrong = await post(workbench, '/workbench/profile', {
      settings: { ...settings, apiKey: 'wrong' },
      userToken: 'nobody'
    })
    expect(wrong.body.problem).toContain('Check the API key')
  })

  it.each(['a@b.c', 'two words', 'x'.repeat(130)])(
    'says what a user token must be, without a call: %s',
    async (userToken) => {
      const { body } = await post(workbench, '/workbench/profile', { settings, userToken })
      expect(body).toEqual({ userToken, invalid: 'must be 1-129 characters of A-Za-z0-9=+/-_' })
      expect(algolia().calls).toHaveLength(0)
    }
  )
})

describe('the source', () => {
  const asked = (options: object = {}) => ({ settings, options })

  it('checks the connection, and gives the cause when it fails', async () => {
    expect((await post(workbench, '/workbench/source/check', asked())).body).toEqual({
      type: 'CONNECTION_STATUS',
      connectionStatus: { status: 'SUCCEEDED' }
    })
    algolia().application.planIncludesFeature = false
    const { body } = await post(workbench, '/workbench/source/check', asked())
    expect(body.connectionStatus).toEqual({ status: 'FAILED', message: expect.stringContaining('402') })
  })

  it.each([
    [{ pageSize: 5000 }, { pageSize: 'must be a whole number from 1 to 1000' }],
    [
      { pageSize: 0, concurrency: 1.5 },
      { pageSize: wholeNumber(1000), concurrency: wholeNumber(16) }
    ],
    [{ pageSize: 'many' }, { pageSize: wholeNumber(1000) }],
    [{ startDate: 'yesterday' }, { startDate: expect.stringMatching(/^must be a date such as 2026-01-31/) }],
    [{ indices: ['products', ''] }, { indices: 'must not have an empty entry between commas' }]
  ])('says what is wrong with which option, in plain words and without a call: %j', async (options, invalid) => {
    const run = { ...asked(options), streams: ['profiles'], syncMode: 'incremental' }
    expect((await post(workbench, '/workbench/source/check', asked(options))).body).toEqual({ invalid })
    expect((await post(workbench, '/workbench/source/rows', asked(options))).body).toEqual({ invalid })
    expect((await post(workbench, '/workbench/run', run)).body).toEqual({ invalid })
    expect((await ask(workbench, '/workbench/run')).body).toEqual({ status: 'none' })
    expect(algolia().calls).toHaveLength(0)
  })

  it('says the same of settings, which it takes as well', async () => {
    const given = { settings: { appId: 'NOT AN ID', region: 'mars' }, options: {} }
    expect((await post(workbench, '/workbench/source/check', given)).body).toEqual({
      invalid: { appId: 'must be letters and digits', apiKey: 'is missing', region: 'must be us or eu' }
    })
  })

  it('discovers the streams', async () => {
    const { body } = await post(workbench, '/workbench/source/discover')
    expect(body.catalog.streams.map(({ name }: { name: string }) => name)).toEqual([
      'profiles',
      'affinities',
      'segments'
    ])
  })

  it('gives the first hundred rows of each stream, by one page, however small those of a run are', async () => {
    const { body } = await post(workbench, '/workbench/source/rows', asked({ pageSize: 5 }))
    expect(body.rows.profiles).toHaveLength(100)
    expect(body.rows.affinities).toHaveLength(100)
    expect(body.rows.segments).toHaveLength(100)
    expect(algolia().calls).toHaveLength(1)
  })

  it('gives only rows that pass the filters', async () => {
    const { body } = await post(workbench, '/workbench/source/rows', asked({ affinities: ['category:Tents'] }))
    expect(body.rows.profiles.length).toBeGreaterThan(0)
    for (const row of body.rows.profiles) expect(row.algolia_affinities_value).toContain('Tents')
    const none = await post(workbench, '/workbench/source/rows', asked({ affinities: ['category:nothing'] }))
    expect(none.body.rows).toEqual({ profiles: [], affinities: [], segments: [] })
  })

  it('says why there are no rows', async () => {
    algolia().application.planIncludesFeature = false
    const { body } = await post(workbench, '/workbench/source/rows', asked({}))
    expect(body).toEqual({ problem: expect.stringContaining('does not include Advanced Personalization') })
  })
})

describe('a run of the source', () => {
  const streams = ['profiles', 'segments']
  const start = (more: object = {}) =>
    post(workbench, '/workbench/run', {
      settings,
      options: { pageSize: 5, concurrency: 1 },
      streams,
      syncMode: 'incremental',
      ...more
    })
  const progress = async (fromLine = 0) => (await ask(workbench, `/workbench/run?fromLine=${fromLine}`)).body
  const ended = () => until(async () => (await progress()).status !== 'running')

  it('tells that there was none yet', async () => {
    expect(await progress()).toEqual({ status: 'none' })
  })

  it('counts rows, pages and calls, and ends with the log and the state', async () => {
    algolia().application.rateLimit = BUDGET_OF_A_DAY
    await start()
    await ended()
    const { status, rows, pages, calls, callsLeft, seconds, state, log } = await progress()
    expect(status).toBe('finished')
    expect(rows.profiles).toBe(203)
    expect(rows.segments).toBeGreaterThan(100)
    expect([pages, calls]).toEqual([41, 41])
    expect(callsLeft).toBe(500 - 41)
    expect(seconds).toBeGreaterThan(0)
    expect(state.map((entry: { stream: unknown }) => entry.stream)).toMatchObject(
      streams.map((name) => ({ stream_descriptor: { name }, stream_state: { cursor: expect.any(String) } }))
    )
    expect(log.map(({ message }: { message: string }) => message)).toEqual(
      expect.arrayContaining(['profiles: STARTED', 'segments: COMPLETE', expect.stringMatching(/Read 203 profiles/)])
    )
  })

  it('hands out each line of the log once, to who asks from where it left off', async () => {
    await start()
    await ended()
    const { log, nextLine } = await progress()
    expect(nextLine).toBe(log.length)
    expect((await progress(2)).log).toEqual(log.slice(2))
    expect((await progress(nextLine)).log).toEqual([])
  })

  it('can be stopped, and goes on from its state', async () => {
    algolia().faults.latency = 5
    await start()
    await until(async () => (await progress()).pages >= 3)
    const { body: stopped } = await post(workbench, '/workbench/run/stop')
    expect(stopped.status).toBe('stopped')
    expect(stopped.rows.profiles).toBeLessThan(203)
    algolia().faults.latency = 0
    await start({ state: stopped.state })
    await ended()
    const { status, rows, log } = await progress()
    expect(status).toBe('finished')
    expect(log[0].message).toContain('going on with a pass')
    expect(stopped.rows.profiles + rows.profiles).toBe(203)
  })

  it('says why it failed, and keeps its state', async () => {
    algolia().faults.status(403, { call: 4 })
    await start()
    await ended()
    const { status, problem, state, log } = await progress()
    expect([status, state.length]).toEqual(['failed', 2])
    expect(problem).toContain('403')
    expect(log.some(({ level }: { level: string }) => level === 'ERROR')).toBe(true)
  })

  it('is one at a time', async () => {
    algolia().faults.latency = 50
    await start()
    expect(await start()).toMatchObject({ status: 409, body: { ok: false } })
    await post(workbench, '/workbench/run/stop')
    expect((await start()).status).toBe(200)
  })

  it('is ended with the workbench', async () => {
    const { appId, apiKey } = algolia().application
    const other = await startWorkbench({ port: 0, application: { appId, apiKey, region: 'us' } })
    algolia().faults.latency = 5
    const asked = { settings, options: { pageSize: 1 }, streams, syncMode: 'incremental' }
    await post(other, '/workbench/run', asked)
    await until(() => Promise.resolve(algolia().calls.length > 2))
    await other.close()
    const { length } = algolia().calls
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(algolia().calls).toHaveLength(length)
  })
})
