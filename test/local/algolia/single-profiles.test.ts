import { startLocalAlgolia, type LocalAlgolia, type Profile } from '../../../src/local/algolia'
import { compareTimestamps, parseTimestamp } from '../../../src/local/algolia/timestamps'
import { call, credentials, withLocalAlgolia, type CallResult } from '../../support/local-algolia'

const known: Profile = {
  userID: 'known',
  type: 'predictive',
  affinities: [
    { name: 'brand', indices: ['products'], value: 'Nike', score: 12, lastUpdatedAt: '2025-01-01T00:00:00Z' }
  ],
  segments: [{ id: 'old', source: 'lytics' }],
  lastUpdatedAt: '2025-01-01T00:00:00Z'
}

describe('a single profile', () => {
  let algolia: LocalAlgolia
  beforeEach(async () => {
    algolia = await startLocalAlgolia({ profiles: [known], rateLimit: false })
  })
  afterEach(() => algolia.close())

  const write = (userID: string, body: string): Promise<CallResult> =>
    call(algolia, `/2/users/${encodeURIComponent(userID)}/segments`, { method: 'PUT', body })

  it('gets the written profile segments in place of its own, and nothing else changes but the time', async () => {
    const segments = [
      { id: 'vip', source: 'segment' },
      { id: 'x', source: 'adobe' }
    ]
    const { status } = await write('known', JSON.stringify({ segments }))
    expect(status).toBe(200)
    const { body } = await call(algolia, '/2/users/known')
    expect(body).toEqual({ ...known, segments, lastUpdatedAt: expect.any(String) })
    expect(
      compareTimestamps(parseTimestamp(body.lastUpdatedAt)!, parseTimestamp(known.lastUpdatedAt)!)
    ).toBeGreaterThan(0)
  })

  it('is created by a write of profile segments when there is none', async () => {
    await write('new/+=', '{"segments":[{"id":"vip","source":"segment"}]}')
    expect(algolia.profiles.get('new/+=')).toEqual({
      userID: 'new/+=',
      type: 'basic',
      affinities: [],
      segments: [{ id: 'vip', source: 'segment' }],
      lastUpdatedAt: expect.any(String)
    })
  })

  it('keeps the entries as they were sent, to the last character, and the rest of the profile as it was put', async () => {
    const segments =
      '[ {"z": [1.0, {"b":null, "a":"é\\u00e9\\"]}"}],"id":"vip","source":"adobe", "n":12345678901234567890} ]'
    algolia.profiles.putJson(
      '{"userID":"exact","big":12345678901234567891,"affinities":[],"note":"a,\\\\","lastUpdatedAt":"2025-01-01T00:00:00Z"}'
    )
    await write('exact', `{"segments":[],"other":{"segments":1}, "segments":${segments}}`)
    const text = async (path: string): Promise<string> =>
      (await fetch(algolia.url + path, { headers: credentials })).text()
    expect(await text('/2/users/exact')).toMatch(
      /^\{"userID":"exact","big":12345678901234567891,"affinities":\[\],"note":"a,\\\\",/
    )
    expect(await text('/2/users/exact')).toContain(`"segments":${segments}`)
    expect(await text('/2/users')).toContain(`"segments":${segments}`)
    expect(algolia.profiles.json('exact')).toBe(await text('/2/users/exact'))
    expect(algolia.profiles.json('exact')!.match(/"segments"/g)).toHaveLength(1)
  })

  it('has a time with microseconds, later with each write, by the clock of the server', async () => {
    const times: string[] = []
    for (let count = 0; count < 20; count++) {
      await write('known', '{"segments":[]}')
      times.push(algolia.profiles.get('known')!.lastUpdatedAt)
    }
    expect(times.filter((time) => !/\.\d{6}Z$/.test(time))).toEqual([])
    expect(new Set(times).size).toBe(20)
    expect([...times].sort()).toEqual(times)
    expect(Math.abs(Date.parse(times[0]!) - Date.now())).toBeLessThan(60_000)

    await withLocalAlgolia({ clockOffset: 3_600_000 }, async (ahead) => {
      await call(ahead, '/2/users/a/segments', { method: 'PUT', body: '{"segments":[]}' })
      expect(Date.parse(ahead.profiles.get('a')!.lastUpdatedAt) - Date.now()).toBeGreaterThan(3_500_000)
    })
  })

  it.each([
    '',
    'no JSON',
    '[]',
    'null',
    '{}',
    '{"segments":null}',
    '{"segments":{}}',
    '{"segments":["vip"]}',
    '{"segments":[null]}',
    '{"segments":[{"id":"vip"}]}',
    '{"segments":[{"id":"","source":"segment"}]}',
    '{"segments":[{"id":"vip","source":7}]}',
    '{"segments":[{"id":"vip","source":"segment"},[]]}'
  ])('is left alone by the body %s, which answers 400', async (body) => {
    expect(await write('known', body)).toMatchObject({
      status: 400,
      body: { status: 400, message: 'Invalid request body' }
    })
    expect(algolia.profiles.get('known')).toEqual(known)
  })

  it.each([404, 405] as const)(
    'is left alone when writes answer %i, as in an application without the beta',
    async (status) => {
      algolia.application.segmentsEndpoint = status
      expect((await write('known', '{"segments":[]}')).status).toBe(status)
      expect(algolia.profiles.get('known')).toEqual(known)
      expect((await call(algolia, '/2/users/known')).status).toBe(200)
    }
  )

  it('loses nothing when it has no property segments, and a writer adds the first', async () => {
    const { segments: _, ...without } = known
    algolia.profiles.put(without)
    expect((await call(algolia, '/2/users/known')).body).toEqual(without)
    await write('known', '{"segments":[{"id":"vip","source":"segment"}]}')
    expect(algolia.profiles.get('known')).toMatchObject({ affinities: known.affinities, segments: [{ id: 'vip' }] })
  })

  it('may be malformed, if a test puts it so', async () => {
    const malformed = { userID: 'odd', segments: 'vip', affinities: null, lastUpdatedAt: 7 } as unknown as Profile
    algolia.profiles.put(malformed)
    expect((await call(algolia, '/2/users/odd')).body).toEqual(malformed)
    expect((await call(algolia, '/2/users?affinity=brand')).body.users).toEqual([known])
    expect((await call(algolia, '/2/users?startDate=2000-01-01T00:00:00Z')).body.users).toEqual([known])
    expect((await call(algolia, '/2/users')).body.users).toEqual([known, malformed])
  })

  it('is a copy: changing what the store gave or was given changes nothing', () => {
    const given = structuredClone(known)
    algolia.profiles.put(given)
    given.segments!.push({ id: 'later', source: 'segment' })
    algolia.profiles.get('known')!.affinities.pop()
    expect(algolia.profiles.get('known')).toEqual(known)
  })

  it.each([
    ['GET', '/2/users/%20', 422],
    ['GET', '/2/users/', 422],
    ['GET', `/2/users/${'a'.repeat(129)}`, 404],
    ['GET', `/2/users/${'a'.repeat(130)}`, 422],
    ['DELETE', '/2/users/a%25b', 422],
    ['PUT', '/2/users/%C3%A9/segments', 422],
    ['GET', '/2/users/%ZZ', 400],
    ['GET', '/2/users/not/escaped', 404],
    ['GET', '/2/users/none', 404],
    ['DELETE', '/2/users/none', 404],
    ['GET', '/', 404],
    ['GET', '/1/indexes', 404],
    ['POST', '/2/users', 405],
    ['PUT', '/2/users/known', 405],
    ['GET', '/2/users/known/segments', 405],
    ['DELETE', '/2/config', 405]
  ])('is what %s %s is not about: %i', async (method, path, status) => {
    const result = await call(algolia, path, { method, ...(method === 'PUT' && { body: '{"segments":[]}' }) })
    expect(result).toMatchObject({ status, body: { status, message: expect.any(String) } })
    if (status === 405) expect(result.headers.get('allow')).toMatch(/[A-Z]+/)
    expect([...algolia.profiles]).toEqual([known])
  })
})
