import { connect } from 'node:net'
import { startLocalAlgolia } from '../../../src/local/algolia'
import { CallLog } from '../../../src/local/algolia/call-log'
import { call, withLocalAlgolia } from '../../support/local-algolia'

describe('the server', () => {
  it('compresses for clients that ask for it, and for no others', async () => {
    await withLocalAlgolia({ profiles: 100 }, async (algolia) => {
      const encoding = async (acceptEncoding: string): Promise<string | null> => {
        const { status, headers, body } = await call(algolia, '/2/users', {
          headers: { 'accept-encoding': acceptEncoding }
        })
        expect([status, body.users.length]).toEqual([200, 10])
        return headers.get('content-encoding')
      }
      expect(await encoding('gzip')).toBe('gzip')
      expect(await encoding('br, gzip;q=0.5')).toBe('gzip')
      expect(await encoding('identity')).toBeNull()
      expect(await encoding('gzip;q=0, identity')).toBeNull()
    })
    await withLocalAlgolia({ profiles: 100, gzip: false }, async (algolia) => {
      const { headers } = await call(algolia, '/2/users', { headers: { 'accept-encoding': 'gzip' } })
      expect(headers.get('content-encoding')).toBeNull()
    })
  })

  it('lists its calls with number, method, path, status and time', async () => {
    await withLocalAlgolia({ clockOffset: 3_600_000 }, async (algolia) => {
      await call(algolia, '/2/users?limit=3')
      await call(algolia, '/2/users/a%2Fb', { method: 'DELETE', headers: { 'x-algolia-api-key': 'wrong' } })
      expect(algolia.calls).toEqual([
        { number: 1, method: 'GET', path: '/2/users?limit=3', status: 200, at: expect.any(Number) },
        { number: 2, method: 'DELETE', path: '/2/users/a%2Fb', status: 401, at: expect.any(Number) }
      ])
      expect(algolia.calls[0]!.at).toBeGreaterThan(Date.now() + 3_500_000)
      algolia.clearCalls()
      expect(algolia.calls).toEqual([])
    })
  })

  it('counts its calls for other processes, without credentials and outside the rate limit', async () => {
    await withLocalAlgolia({ profiles: 3, rateLimit: { calls: 3, seconds: 3600 } }, async (algolia) => {
      await call(algolia, '/2/users')
      await call(algolia, '/2/users/none', { method: 'DELETE' })
      algolia.faults.drop('before', { call: 3 })
      await expect(call(algolia, '/2/users')).rejects.toThrow()
      await call(algolia, '/2/users')
      const stats = async (path: string, method = 'GET'): Promise<unknown> =>
        (await fetch(`${algolia.url}/_local/${path}`, { method })).json()
      expect(await stats('stats')).toEqual({
        calls: 4,
        tooManyRequests: 1,
        byMethod: { GET: 3, DELETE: 1 },
        byStatus: { 0: 1, 200: 1, 404: 1, 429: 1 }
      })
      const none = { calls: 0, tooManyRequests: 0, byMethod: {}, byStatus: {} }
      expect(await stats('stats/reset', 'POST')).toEqual(none)
      expect(await stats('stats')).toEqual(none)
      expect(await stats('nothing')).toMatchObject({ status: 404 })
    })
  })

  it('keeps a bounded list of calls, and counts them all', () => {
    const log = new CallLog()
    for (let count = 0; count < 250_000; count++) log.record('GET', '/2/users', 0).answered(200)
    expect(log.calls.length).toBeGreaterThanOrEqual(50_000)
    expect(log.calls.length).toBeLessThanOrEqual(100_000)
    expect(log.calls.at(-1)!.number).toBe(250_000)
    expect(log.counts).toMatchObject({ calls: 250_000, byStatus: { 200: 250_000 } })
  })

  it('closes with idle, open and hanging connections, and answers nobody afterwards', async () => {
    const algolia = await startLocalAlgolia({ profiles: 1 })
    algolia.faults.hang('before', { call: 2 })
    await call(algolia, '/2/users')
    const hanging = expect(call(algolia, '/2/users')).rejects.toThrow()
    const silent = connect(Number(new URL(algolia.url).port), '127.0.0.1')
    const closed = new Promise((resolve) => silent.on('close', resolve))
    silent.on('error', () => undefined)
    while (algolia.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    await algolia.close()
    await Promise.all([hanging, closed])
    await expect(call(algolia, '/2/users')).rejects.toThrow()
  })

  it('says why it does not start', async () => {
    await withLocalAlgolia({}, async ({ url }) => {
      await expect(startLocalAlgolia({ port: Number(new URL(url).port) })).rejects.toThrow('EADDRINUSE')
    })
  })
})
