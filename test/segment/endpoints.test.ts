import nock from 'nock'
import { syncProfiles } from '../../src/sync'
import { systemClock } from '../../src/clock'
import { config, withBench, WRITE_KEY } from '../support/segment'

afterEach(() => nock.cleanAll())

it.each([
  ['us', 'https://api.segment.io'],
  ['eu', 'https://events.eu1.segmentapis.com']
] as const)("sends to Segment's endpoint of the region %s", async (segmentRegion, origin) => {
  await withBench({ profiles: 5 }, async ({ algolia, stateFile }) => {
    let calls = 0
    const endpoint = nock(origin)
      .post('/v1/batch', ({ batch }) => (calls = batch.length) > 0)
      .basicAuth({ user: WRITE_KEY, pass: '' })
      .reply(200, { success: true })
    const environment = { clock: systemClock, random: Math.random, baseUrl: algolia.url }
    const result = await syncProfiles({ config: { ...config, segmentRegion }, stateFile }, environment)
    expect(result).toMatchObject({ outcome: 'delivered', summary: { profiles: { sent: 5 } } })
    expect([endpoint.isDone(), calls]).toEqual([true, 5])
  })
})

it('sends to the United States unless told otherwise', async () => {
  await withBench({ profiles: 5 }, async ({ algolia, stateFile }) => {
    const endpoint = nock('https://api.segment.io').post('/v1/batch').reply(200, { success: true })
    const environment = { clock: systemClock, random: Math.random, baseUrl: algolia.url }
    expect((await syncProfiles({ config, stateFile }, environment)).outcome).toBe('delivered')
    expect(endpoint.isDone()).toBe(true)
  })
})

it('says in the header when a batch comes again, and how often', async () => {
  await withBench({ profiles: 5 }, async ({ algolia, stateFile }) => {
    const counts: string[] = []
    const endpoint = nock('https://api.segment.io')
      .post('/v1/batch')
      .times(3)
      .reply(function () {
        counts.push(String(this.req.headers['x-retry-count']))
        return [counts.length < 3 ? 500 : 200, { success: true }]
      })
    const environment = { clock: systemClock, random: () => 0, baseUrl: algolia.url }
    expect((await syncProfiles({ config, stateFile }, environment)).outcome).toBe('delivered')
    expect(endpoint.isDone()).toBe(true)
    expect(counts).toEqual(['undefined', '1', '2'])
  })
})

it.each(['http://127.0.0.1:4020/v1/batch', 'ftp://127.0.0.1', 'localhost'])(
  'refuses to send to %s in the place of Segment',
  async (segmentUrl) => {
    await withBench({ profiles: 5 }, async ({ algolia, stateFile }) => {
      const environment = { clock: systemClock, random: Math.random, baseUrl: algolia.url, segmentUrl }
      await expect(syncProfiles({ config, stateFile }, environment)).rejects.toMatchObject({
        failureType: 'config_error',
        message: expect.stringContaining('SEGMENT_TRACKING_URL')
      })
    })
  }
)
