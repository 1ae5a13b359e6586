import { startWorkbench, type Definition, type Workbench } from '../../src/workbench'
import type { Context, Sample } from '../../src/workbench/interface'
import type { RunProgress } from '../../src/workbench/source/interface'
import { audienceIdentify, audienceTrack } from '../support/audience-events'
import { ask, post, until, withWorkbench } from '../support/workbench'

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

const SHOPPER = 'loyalty+card=maya/2291'
const SOURCE = 'source-algolia-profiles'
const ACTIONS = ['enterAudience', 'exitAudience', 'syncAudience', 'syncTraits', 'linkProfiles', 'sendEvents']

const mapping = {
  userToken: { '@path': '$.userId' },
  segmentId: { '@path': '$.context.personas.computation_key' }
}

/** What the page makes of a sample: its ready-made mapping, and the first users. */
function deliveryOf({ actions, exampleUserTokens: [shopper, other] }: Context, sample: Sample): object {
  const { mappings = [], syncMode } = actions.find(({ slug }) => slug === sample.action) ?? {}
  const { mapping } = mappings.find(({ name }) => name === sample.preset) ?? mappings[0] ?? {}
  const payload: unknown = JSON.parse(
    JSON.stringify(sample.payload).replaceAll('{shopper}', String(shopper)).replaceAll('{other}', String(other))
  )
  const mode = syncMode && { [syncMode.name]: syncMode.standard }
  const { action, hookInputs } = sample
  return { action, payload, mapping: { ...mode, ...mapping, ...sample.mapping }, ...(hookInputs && { hookInputs }) }
}

describe('the context', () => {
  it('holds what the page is built from: actions with their mappings, samples, sources', async () => {
    const { body } = await ask(workbench, '/workbench/context')
    expect(body.target).toEqual({ kind: 'local', appId: 'LOCALALGOLIA', region: 'us', url: algolia().url })
    const slugs = body.actions.map(({ slug }: { slug: string }) => slug)
    expect(slugs).toEqual([...ACTIONS, 'onDelete', 'createAudience'])
    expect(body.actions[0].mappings[0].mapping.batch_size).toBeGreaterThan(0)
    const sendEvents = body.actions.find(({ slug }: { slug: string }) => slug === 'sendEvents')
    expect(sendEvents.mappings.map(({ name }: { name: string }) => name)).toContain('Send Order Completed')
    expect(body.sources).toMatchObject([
      { name: 'source-algolia-profiles', streams: ['profiles', 'affinities', 'segments'] },
      { name: 'source-algolia-search-analytics' }
    ])
    const options = body.sources[0].options.map(({ name }: { name: string }) => name)
    expect(options).toEqual(['startDate', 'indices', 'affinities', 'pageSize', 'concurrency'])
    expect(JSON.stringify(body)).not.toContain('local-api-key')
  })

  it('has an action by itself that a destination has', () => {
    const action = { title: 'Brand new', description: 'Is new.', fields: {}, perform: () => undefined }
    const definition = { name: 'New', mode: 'cloud', actions: { brandNew: action } } as unknown as Definition
    return withWorkbench({ definition }, async (workbench) => {
      const { body } = await ask(workbench, '/workbench/context')
      expect(body.actions).toMatchObject([{ slug: 'brandNew', title: 'Brand new' }])
    })
  })

  it('offers samples that do what they say, and users that there are', async () => {
    const { body } = await ask(workbench, '/workbench/context')
    const statuses: Record<string, number[]> = {}
    const send = async (sample: Sample) => {
      const { events } = (await post(workbench, '/workbench/send', deliveryOf(body, sample))).body
      statuses[sample.name] = events.map(({ status }: { status: number }) => status)
    }
    // All at a time, as each waits to look at what it wrote; the deletion comes after them.
    const [events, operations] = [true, false].map((isAction) =>
      (body as Context).samples.filter(
        ({ action }) => isAction === (body as Context).actions.find(({ slug }) => slug === action)?.isAction
      )
    ) as [Sample[], Sample[]]
    await Promise.all(events.map(send))
    await Promise.all(operations.map(send))
    const { 'List with mixed outcomes': mixed, ...others } = statuses
    expect(mixed).toEqual([200, 200, 200, 400, 400, 400])
    expect(Object.keys(others).length).toBeGreaterThanOrEqual(15)
    // A row that the sync mode passes over tells nothing of the audience: Segment's core leaves it undecided.
    expect(others).toMatchObject({
      'Rows of a model: mirror': [200, 200, 200],
      'Rows of a model: upsert': [200, 200, 400],
      'Rows of a model: add': [200, 400, 400],
      'Rows of a model: delete': [400, 400, 200]
    })
    const plain = Object.entries(others).filter(([name]) => !name.startsWith('Rows of a model'))
    for (const [name, sent] of plain) expect([name, sent]).toEqual([name, [200]])
    // The deletion was one of the first user.
    expect(body.exampleUserTokens.slice(1).map((token: string) => algolia().profiles.get(token)?.userID)).toEqual(
      body.exampleUserTokens.slice(1)
    )
  })
})

describe('the test of the connection', () => {
  const test = async () => (await post(workbench, '/workbench/connection')).body

  it('succeeds with the kept key', async () => {
    expect(await test()).toEqual({ ok: true })
  })

  it('tells a wrong key, a key without its ACLs, and a plan without the feature apart', async () => {
    const { application } = algolia()
    application.apiKey = 'another'
    expect(await test()).toEqual({ ok: false, error: expect.stringMatching(/401.*Check the API key/) })
    Object.assign(application, { apiKey: 'local-api-key', acl: ['search'] })
    expect((await test()).error).toContain('browse, recommendation')
    Object.assign(application, { acl: ['search', 'browse', 'recommendation'], planIncludesFeature: false })
    expect((await test()).error).toMatch(/402.*plan/)
  })

  it('says that Algolia can’t be reached, without calling the credentials invalid', async () => {
    await algolia().close()
    const { error } = await test()
    expect(error).toContain('ECONNREFUSED')
    expect(error).not.toContain('Credentials')
  })
})

describe('the preview of a mapping', () => {
  const preview = async (payload: unknown, action = 'enterAudience', mapped: object = mapping, more: object = {}) =>
    (await post(workbench, '/workbench/preview', { action, mapping: mapped, payload, ...more })).body

  it('gives the payload and the membership that the action would get, and calls nothing', async () => {
    const payload = { userToken: 'user-1', segmentId: 'vip' }
    const common = { payload, triggers: true, fate: 'calls', warnings: [] }
    const entered = await preview(audienceTrack('user-1', 'vip', true))
    expect(entered.events).toEqual([{ ...common, audienceMembership: true }])
    const exited = await preview(audienceIdentify('user-1', 'vip', false), 'syncAudience')
    expect(exited.events).toEqual([{ ...common, audienceMembership: false }])
    expect(algolia().calls).toHaveLength(0)
  })

  it('takes the sync mode of a mapping into account', async () => {
    const row = { type: 'track', event: 'deleted', userId: 'user-1', context: { personas: { computation_key: 'vip' } } }
    const without = await preview(row, 'syncAudience')
    const mirrored = await preview(row, 'syncAudience', { ...mapping, __segment_internal_sync_mode: 'mirror' })
    expect(without.events[0].audienceMembership).toBeUndefined()
    expect(mirrored.events[0].audienceMembership).toBe(false)
  })

  it('has the audience that the hook of a Reverse ETL mapping gives', async () => {
    const row = { type: 'track', event: 'deleted', __segment_id: 'user-1' }
    const mapped = { userToken: { '@path': '$.__segment_id' }, __segment_internal_sync_mode: 'mirror' }
    const { events, hookOutputs } = await preview(row, 'syncAudience', mapped, {
      hookInputs: { audience: 'Big spenders' }
    })
    expect(hookOutputs.segmentId).toMatch(/^Big_spenders-/)
    expect(events[0].fate).toBe('calls')
    expect((await preview(row, 'syncAudience', mapped)).events[0].fate).toBe('refused')
  })

  it('says of each event of a list what is known without a call', async () => {
    const { events } = await preview([
      audienceTrack('user-1', 'vip', true),
      { type: 'track' },
      audienceTrack('no such@token', 'vip', true),
      audienceTrack('user-1', 'vip', false)
    ])
    expect(events.map(({ fate }: { fate: string }) => fate)).toEqual(['calls', 'refused', 'refused', 'nothing'])
    expect(events[1].reason).toContain('userToken')
    expect(events[1].payload).toBeUndefined()
    expect(events[2].reason).toContain('A-Za-z0-9')
    expect(events[3].reason).toBe('not for this action')
    expect(algolia().calls).toHaveLength(0)
  })

  it('warns of a segment ID that no rule can have as context, and of a literal that looks like a path', async () => {
    const odd = await preview(audienceTrack('user-1', 'winter hikers', true))
    expect(odd.events[0].warnings).toEqual([expect.stringContaining('rule context')])
    const literal = await preview(audienceTrack('user-1', 'vip', true), 'enterAudience', {
      userToken: 'userId',
      segmentId: 'properties.tier'
    })
    expect(literal.mappingWarnings.map(({ field }: { field: string }) => field)).toEqual(['userToken', 'segmentId'])
    expect(literal.mappingWarnings[1].warning).toContain('$.properties.tier')
    expect((await preview(audienceTrack('user-1', 'vip', true))).mappingWarnings).toEqual([])
  })

  it('says that a mapping is wrong', async () => {
    const { events } = await preview(audienceTrack('user-1', 'vip', true), 'enterAudience', { userToken: { '@no': 1 } })
    expect(events[0]).toMatchObject({ fate: 'refused', reason: expect.stringContaining('@no') })
  })

  it('says whether the trigger lets the event through', async () => {
    const event = (entered: boolean) => preview(audienceTrack('user-1', 'vip', entered))
    expect([(await event(true)).events[0].triggers, (await event(false)).events[0].triggers]).toEqual([true, false])
    const trigger = 'type = "identify"'
    const { events } = await preview(audienceTrack('user-1', 'vip', true), 'enterAudience', mapping, { trigger })
    expect(events[0].triggers).toBe(false)
  })

  it('splits a list by Batch Events and Batch Size', async () => {
    const events = Array.from({ length: 5 }, (_, index) => audienceTrack(`user-${index}`, 'vip', true))
    const split = async (more: object) => (await preview(events, 'enterAudience', { ...mapping, ...more })).deliveries
    expect(await split({ enable_batching: true, batch_size: 2 })).toEqual([2, 2, 1])
    expect(await split({ enable_batching: true })).toEqual([5])
    expect(await split({ enable_batching: false, batch_size: 2 })).toEqual([1, 1, 1, 1, 1])
    expect(await split({ enable_batching: true, batch_size: 5_000 })).toEqual([5])
    expect(await split({ enable_batching: true, batch_size: 0 })).toEqual([1, 1, 1, 1, 1])
  })

  it('takes no more events than a batch of Segment’s has', async () => {
    const events = Array.from({ length: 1_001 }, () => ({ type: 'track' }))
    const answer = await post(workbench, '/workbench/preview', { action: 'enterAudience', mapping, payload: events })
    expect([answer.status, answer.body.error]).toEqual([400, expect.stringContaining('at most 1,000')])
  })

  it.each(['__proto__', 'constructor', 'toString'])('knows no action %s', async (action) => {
    const answer = await post(workbench, '/workbench/preview', { action, mapping, payload: {} })
    expect([answer.status, answer.body.error]).toEqual([400, `There is no action ${action}.`])
  })
})

describe('sending', () => {
  const send = async (payload: unknown, action = 'enterAudience', more: object = {}) =>
    (await post(workbench, '/workbench/send', { action, mapping: { ...mapping, ...more }, payload })).body

  const refused = { status: 400, outcome: 'refused', code: 'PAYLOAD_VALIDATION_FAILED' }

  it('gives the outcome, the calls, and the profile before and after with its rule contexts', async () => {
    const foreign = { id: 'x', source: 'lytics', rank: 3 }
    const lastUpdatedAt = '2026-01-01T00:00:00Z'
    algolia().profiles.put({ userID: 'user-1', type: 'basic', affinities: [], segments: [foreign], lastUpdatedAt })
    const { events, exchanges, profiles } = await send(audienceTrack('user-1', 'vip', true))
    expect(events).toEqual([{ status: 200, outcome: 'delivered', result: 'profile updated' }])
    const methods = exchanges.map(({ request }: { request: { method: string } }) => request.method)
    expect(methods).toEqual(['GET', 'PUT', 'GET'])
    expect(profiles).toMatchObject([
      {
        userToken: 'user-1',
        before: { profile: { segments: [foreign] }, ruleContexts: ['x'] },
        after: { profile: { segments: [foreign, { id: 'vip', source: 'segment' }] }, ruleContexts: ['vip', 'x'] }
      }
    ])
  })

  it('goes by the application that the workbench was started for, whatever settings are sent along', async () => {
    const asked = { action: 'enterAudience', mapping, payload: audienceTrack('user-1', 'vip', true) }
    const settings = { appId: 'ANOTHER', apiKey: 'stolen', region: 'eu' }
    const { body } = await post(workbench, '/workbench/send', { ...asked, settings })
    expect(body.events).toMatchObject([{ status: 200 }])
    expect(algolia().profiles.get('user-1')?.segments).toHaveLength(1)
  })

  it('gives an outcome for each event of a batch, and each profile once', async () => {
    const { events, profiles, deliveries } = await send(
      [
        audienceTrack('user-1', 'vip', true),
        { type: 'track', userId: 'user-2' },
        audienceTrack('user-1', 'gold', true),
        audienceTrack('no such@token', 'gold', true)
      ],
      'enterAudience',
      { enable_batching: true }
    )
    expect(events).toEqual([
      { status: 200, outcome: 'delivered', result: 'profile updated' },
      { ...refused, problem: expect.stringContaining('no segment ID') },
      { status: 200, outcome: 'delivered', result: 'profile updated' },
      { ...refused, problem: expect.stringContaining('user token') }
    ])
    expect(deliveries).toEqual([4])
    expect(profiles).toMatchObject([
      {
        userToken: 'user-1',
        before: { profile: null },
        after: { profile: { segments: [{ id: 'vip' }, { id: 'gold' }] } }
      },
      { userToken: 'user-2', before: { profile: null }, after: { profile: null } }
    ])
  })

  it('delivers as the batches say: a user of two events of one batch is read once, of two single ones twice', async () => {
    const events = [audienceTrack('user-1', 'vip', true), audienceTrack('user-1', 'gold', true)]
    const reads = async (more: object) => {
      algolia().profiles.delete('user-1')
      const { exchanges } = await send(events, 'enterAudience', more)
      return exchanges.filter(({ request }: { request: { method: string } }) => request.method === 'PUT').length
    }
    expect(await reads({ enable_batching: true })).toBe(1)
    expect(await reads({ enable_batching: false })).toBe(2)
    expect(await reads({ enable_batching: true, batch_size: 1 })).toBe(2)
  })

  it('gives the class and the cause when an event fails', async () => {
    algolia().application.apiKey = 'another'
    const failed = await send(audienceTrack('user-1', 'vip', true))
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

  it('deletes a user, and creates an audience', async () => {
    algolia().profiles.put({
      userID: 'user-1',
      type: 'basic',
      affinities: [],
      segments: [],
      lastUpdatedAt: '2026-01-01T00:00:00Z'
    })
    const deleted = await send({ userId: 'user-1' }, 'onDelete')
    expect(deleted.events).toMatchObject([{ status: 200, outcome: 'delivered' }])
    expect(deleted.profiles).toMatchObject([{ before: { profile: { userID: 'user-1' } }, after: { profile: null } }])
    const created = await send({ audienceName: 'Winter hikers' }, 'createAudience')
    expect(created.events).toMatchObject([{ status: 200, result: expect.stringMatching(/Winter_hikers-\w+/) }])
    algolia().application.apiKey = 'another'
    expect((await send({ userId: 'user-1' }, 'onDelete')).events).toMatchObject([{ status: 401, outcome: 'refused' }])
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
    expect((await send([event], 'enterAudience', { enable_batching: true })).events).toMatchObject([
      { status, outcome }
    ])
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

  it('tells of a call whose connection breaks beside those that were answered', async () => {
    algolia().faults.drop('after', { when: ({ method }) => method === 'PUT' })
    const { events, exchanges, unanswered } = await send([audienceTrack('user-1', 'vip', true)])
    expect(events).toMatchObject([{ outcome: 'retried' }])
    expect(exchanges).toMatchObject([{ request: { method: 'GET' }, response: { statusCode: 404 } }])
    expect(unanswered).toMatchObject([
      { request: { method: 'PUT', body: '{"segments":[{"id":"vip","source":"segment"}]}' } }
    ])
  })

  it('reads twenty profiles and shows a hundred calls of a large batch, and says how many there are', async () => {
    const batch = Array.from({ length: 60 }, (_, index) => audienceTrack(`user-${index}`, 'vip', true))
    const { events, profiles, named, exchanges, calls } = await send(batch, 'enterAudience', { enable_batching: true })
    expect([events.length, profiles.length, named]).toEqual([60, 20, 60])
    expect([exchanges.length, calls]).toEqual([100, 60 + 60 + 1])
    expect(algolia().calls).toHaveLength(20 + 121 + 20)
  })
})

describe('profiles', () => {
  const profile = async (userToken: string) => (await post(workbench, '/workbench/profile', { userToken })).body

  it('come as Algolia has them, with the rows that the source would emit and the rule contexts of a search', async () => {
    const body = await profile(SHOPPER)
    expect(body.profile).toEqual(algolia().profiles.get(SHOPPER))
    expect(body.rows.profiles).toMatchObject([
      {
        algolia_user_id: SHOPPER,
        algolia_affinities_name_score: { category: 19, brand: 17, color: 16 },
        algolia_segment_sources: ['segment', 'lytics', 'dashboard']
      }
    ])
    expect([body.rows.affinities.length, body.rows.segments.length]).toEqual([9, 3])
    expect(body.ruleContexts).toEqual([expect.stringMatching(/^Outdoor_lovers-/), 'cart_abandoners', 'high_momentum'])
  })

  it('that like a cookie show its score', async () => {
    const affinity = { name: 'cookie', value: 'Cookie', score: 7, indices: [], lastUpdatedAt: '2026-01-01T00:00:00Z' }
    const authorization = {
      name: 'brand',
      value: 'authorization',
      score: 3,
      indices: [],
      lastUpdatedAt: '2026-01-01T00:00:00Z'
    }
    const affinities = [affinity, authorization]
    algolia().profiles.put({ userID: 'baker', type: 'basic', affinities, lastUpdatedAt: '2026-01-01T00:00:00Z' })
    const { rows } = await profile('baker')
    expect(rows.profiles[0].algolia_affinities_name_score).toEqual({ cookie: 7, brand: 3 })
    expect(rows.profiles[0].algolia_affinities_value_score).toEqual({ Cookie: 7, authorization: 3 })
  })

  it('are said not to be there, or why they can’t be read', async () => {
    expect(await profile('nobody')).toEqual({ userToken: 'nobody', profile: null, ruleContexts: [], rows: {} })
    algolia().application.apiKey = 'another'
    expect((await profile('nobody')).problem).toContain('Check the API key')
  })

  it.each(['a@b.c', 'two words', 'x'.repeat(130)])(
    'have tokens of which it is said what they must be, without a call: %s',
    async (userToken) => {
      expect(await profile(userToken)).toEqual({ invalid: 'must be 1-129 characters of A-Za-z0-9=+/-_' })
      expect(algolia().calls).toHaveLength(0)
    }
  )

  describe('that are looked for', () => {
    const search = async (given: object) => (await post(workbench, '/workbench/profiles', given)).body
    const tokensOf = ({ profiles }: { profiles: { userToken: string }[] }) => profiles.map(({ userToken }) => userToken)

    it('are listed for one call, in the order of their tokens', async () => {
      const found = await search({})
      expect([found.profiles.length, found.calls, found.isAll]).toEqual([50, 1, false])
      expect(algolia().calls).toHaveLength(1)
      expect(tokensOf(found)).toEqual([...tokensOf(found)].sort())
    })

    it('are found by an affinity', async () => {
      const found = await search({ affinity: 'category:Tents' })
      expect(tokensOf(found)).toContain(SHOPPER)
      for (const token of tokensOf(found)) {
        expect(
          algolia()
            .profiles.get(token)
            ?.affinities.some(({ value }) => value === 'Tents')
        ).toBe(true)
      }
    })

    it('are found by a segment and by the beginning of the token', async () => {
      expect(tokensOf(await search({ segment: 'newsletter_rea', beginning: 'anonymous-3f7c1d52' }))).toEqual([
        'anonymous-3f7c1d52-90ab-4e6b-8a55-2d1f0c9be713'
      ])
      expect(await search({ beginning: 'loyalty+card=maya' })).toMatchObject({
        profiles: [{ userToken: SHOPPER }],
        isAll: true
      })
      expect(await search({ segment: 'no such segment' })).toMatchObject({ profiles: [], looked: 203, isAll: true })
    })

    it('cost five calls at most', async () => {
      for (let index = 0; index < 6_000; index++) {
        const userID = `many-${String(index).padStart(5, '0')}`
        algolia().profiles.put({ userID, type: 'basic', affinities: [], lastUpdatedAt: '2026-01-01T00:00:00Z' })
      }
      const found = await search({ segment: 'no such segment' })
      expect([found.profiles, found.isAll, found.looked]).toEqual([[], false, 5_000])
      expect(algolia().calls).toHaveLength(5)
    })

    it('say why they aren’t found', async () => {
      algolia().application.planIncludesFeature = false
      expect((await search({})).problem).toContain('Advanced Personalization')
    })
  })
})

describe('the source', () => {
  const asked = (options: object = {}) => ({ source: SOURCE, options })

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

  it('discovers the streams', async () => {
    const { body } = await post(workbench, '/workbench/source/discover', asked())
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
      source: SOURCE,
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

  it('can be stopped, and counts on when it is resumed', async () => {
    algolia().faults.latency = 5
    await start()
    await until(async () => (await progress()).pages >= 3)
    const { body: stopped } = await post(workbench, '/workbench/run/stop')
    expect(stopped.status).toBe('stopped')
    expect(stopped.rows.profiles).toBeLessThan(203)
    algolia().faults.latency = 0
    const { state, rows: before, pages, calls, seconds, legs } = stopped as RunProgress
    await start({ from: { state, rows: before, pages, calls, seconds, legs } })
    await ended()
    const resumed: RunProgress = await progress()
    expect(resumed).toMatchObject({ status: 'finished', rows: { profiles: 203 }, legs: 2 })
    expect(resumed.log[0]?.message).toContain('going on with a pass')
    // A call that was broken off by the stop may have been answered, and was made again.
    expect(resumed.pages).toBe(41)
    expect([41, 42]).toContain(resumed.calls)
    expect(resumed.seconds).toBeGreaterThan(seconds)
  })

  it('keeps its rows to be downloaded, without secrets', async () => {
    algolia().profiles.put({
      userID: '0',
      type: 'local-api-key',
      affinities: [],
      lastUpdatedAt: '2026-01-01T00:00:00Z'
    })
    await start()
    await ended()
    const { status, headers, text } = await ask(workbench, '/workbench/run/rows?stream=profiles')
    expect([status, headers['content-disposition']]).toEqual([200, 'attachment; filename="profiles.jsonl"'])
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(rows).toHaveLength(204)
    expect(rows.find(({ algolia_user_id: id }) => id === '0')?.algolia_user_type).toBe('<redacted>')
    expect((await ask(workbench, '/workbench/run/rows?stream=affinities')).status).toBe(404)
  })

  it('gives what a platform takes to do the same', async () => {
    const asked = { source: SOURCE, options: { pageSize: 5 }, streams, syncMode: 'incremental' }
    const { configuration, catalog } = (await post(workbench, '/workbench/source/files', asked)).body
    expect(configuration).toEqual({ appId: 'LOCALALGOLIA', region: 'us', apiKey: 'YOUR_API_KEY', pageSize: 5 })
    expect(catalog.streams).toMatchObject([
      {
        stream: { name: 'profiles', json_schema: {} },
        sync_mode: 'incremental',
        destination_sync_mode: 'append_dedup'
      },
      {
        stream: { name: 'segments' },
        primary_key: [['algolia_user_id'], ['algolia_segment_id'], ['algolia_segment_source']]
      }
    ])
  })

  it('is one of search analytics as well', async () => {
    const name = 'source-algolia-search-analytics'
    const options = { indices: ['products'] }
    expect((await post(workbench, '/workbench/source/check', { source: name, options })).body).toMatchObject({
      connectionStatus: { status: 'SUCCEEDED' }
    })
    await start({ source: name, options, streams: ['searches'] })
    await ended()
    expect(await progress()).toMatchObject({ status: 'finished', rows: { searches: 30 }, calls: 1 })
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
    const asked = { source: SOURCE, options: { pageSize: 1 }, streams, syncMode: 'incremental' }
    await post(other, '/workbench/run', asked)
    await until(() => Promise.resolve(algolia().calls.length > 2))
    await other.close()
    const { length } = algolia().calls
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(algolia().calls).toHaveLength(length)
  })
})
