import { get } from 'node:http'
import { startLocalAlgolia, type LocalAlgoliaOptions } from '../../../src/local/algolia'
import { takeCall, type RateLimitUse } from '../../../src/local/algolia/rate-limit'
import { call, credentials, withLocalAlgolia } from '../../support/local-algolia'

describe('access', () => {
  it('needs both headers, and takes neither from the query', async () => {
    await withLocalAlgolia({}, async ({ url }) => {
      const status = async (headers: Record<string, string>, query = ''): Promise<number> =>
        (await fetch(`${url}/2/users${query}`, { headers })).status
      expect(await status(credentials)).toBe(200)
      expect(await status({})).toBe(401)
      for (const [name, value] of Object.entries(credentials)) {
        expect(await status({ [name]: value })).toBe(401)
        expect(await status({ ...credentials, [name]: `${value}x` })).toBe(401)
      }
      expect(await status({}, `?${new URLSearchParams(credentials).toString()}`)).toBe(401)
    })
  })

  it('is for the application and key that the server was started with', async () => {
    await withLocalAlgolia({ appId: 'MINE', apiKey: 'mine' }, async (algolia) => {
      expect((await call(algolia, '/2/config')).status).toBe(401)
      const headers = { 'x-algolia-application-id': 'MINE', 'x-algolia-api-key': 'mine' }
      expect((await call(algolia, '/2/config', { headers })).status).toBe(200)
    })
  })

  it('names each missing ACL', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      algolia.application.acl = ['browse']
      const { status, body } = await call(algolia, '/2/users')
      expect(status).toBe(401)
      expect(body.message).toMatch(/search, recommendation$/)
    })
  })

  it('is for each key what that key may do', async () => {
    const keys = { reader: ['search', 'browse', 'recommendation'], searcher: ['search'], none: [] }
    await withLocalAlgolia({ keys }, async (algolia) => {
      const answerTo = async (apiKey: string): Promise<[number, string | undefined]> => {
        const { status, body } = await call(algolia, '/2/users', { headers: { 'x-algolia-api-key': apiKey } })
        return [status, body.message]
      }
      expect(await answerTo('reader')).toEqual([200, undefined])
      expect(await answerTo('searcher')).toEqual([401, expect.stringMatching(/browse, recommendation$/)])
      expect(await answerTo('none')).toEqual([401, expect.stringMatching(/search, browse, recommendation$/)])
      expect(await answerTo('toString')).toEqual([401, 'Invalid Application-Id or API-Key'])
      algolia.application.keys.late = keys.reader
      expect(await answerTo('late')).toEqual([200, undefined])
    })
  })

  it.each<[LocalAlgoliaOptions, string, number]>([
    [{}, 'ai-personalization.us.algolia.com', 200],
    [{}, 'ai-personalization.eu.algolia.com', 401],
    [{ region: 'eu' }, 'ai-personalization.eu.algolia.com', 200],
    [{ region: 'eu' }, 'ai-personalization.us.algolia.com', 401],
    [{ region: 'eu' }, 'insights.de.algolia.io', 200],
    [{ region: 'eu' }, 'us.localhost:4010', 401],
    [{ region: 'eu' }, 'localhost', 200],
    [{ region: 'eu', servedRegion: 'us' }, 'localhost', 401]
  ])('with %j, through the host %s, is answered %i', async (options, host, expected) => {
    await withLocalAlgolia(options, async ({ url }) => {
      // `fetch` sends no `Host` of one's own.
      const status = await new Promise((resolve, reject) => {
        get(`${url}/2/users`, { headers: { ...credentials, host } }, (response) => {
          response.resume()
          resolve(response.statusCode)
        }).on('error', reject)
      })
      expect(status).toBe(expected)
    })
  })
})

describe('the rate limit', () => {
  it('is spent by authenticated calls alone, failed ones included, and says so on each of them', async () => {
    await withLocalAlgolia({ rateLimit: { calls: 3, seconds: 3600 } }, async (algolia) => {
      const remaining: unknown[] = []
      for (const [path, headers] of [
        ['/2/users', {}],
        ['/2/users', { 'x-algolia-api-key': 'wrong' }],
        ['/2/users/none', {}],
        ['/2/nothing', {}],
        ['/2/users', {}],
        ['/2/users', {}]
      ] as const) {
        const result = await call(algolia, path, { headers })
        remaining.push([result.status, result.headers.get('x-ratelimit-remaining')])
      }
      expect(remaining).toEqual([
        [200, '2'],
        [401, null],
        [404, '1'],
        [404, '0'],
        [429, '0'],
        [429, '0']
      ])
    })
  })

  it('resets when it says so, by the clock of the server', async () => {
    for (const clockOffset of [0, -3_600_000, 5_400_500]) {
      await withLocalAlgolia({ rateLimit: { calls: 1, seconds: 1 }, clockOffset }, async (algolia) => {
        const serverTime = (): number => Date.now() + clockOffset
        const before = serverTime()
        const first = await call(algolia, '/2/config')
        const reset = Number(first.headers.get('x-ratelimit-reset'))
        expect(reset * 1000).toBeGreaterThan(before)
        expect(reset * 1000).toBeLessThanOrEqual(serverTime() + 1000)
        expect(Date.parse(first.headers.get('date')!)).toBeGreaterThan(before - 1000)
        expect(Date.parse(first.headers.get('date')!)).toBeLessThanOrEqual(serverTime())
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, reset * 1000 - serverTime()) + 5))
        const second = await call(algolia, '/2/config')
        expect(second.status).toBe(200)
        expect(Number(second.headers.get('x-ratelimit-reset'))).toBeGreaterThan(reset)
      })
    }
  })

  it('gives a whole budget to each window, which begins at a multiple of its length', () => {
    const limit = { calls: 2, seconds: 60 }
    const moments = [59_000, 59_500, 59_999, 60_000, 61_000, 62_000, 240_000]
    let use: RateLimitUse | undefined
    const decisions = moments.map((moment) => {
      const decision = takeCall(limit, use, moment)
      use = decision.use
      return [decision.allowed, decision.headers['x-ratelimit-remaining'], decision.headers['x-ratelimit-reset']]
    })
    expect(decisions).toEqual([
      [true, '1', '60'],
      [true, '0', '60'],
      [false, '0', '60'],
      [true, '1', '120'],
      [true, '0', '120'],
      [false, '0', '120'],
      [true, '1', '300']
    ])
  })

  it('is 500 calls a minute when nothing else is said, and can be changed or taken away while running', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const { headers } = await call(algolia, '/2/config')
      expect([headers.get('x-ratelimit-limit'), Number(headers.get('x-ratelimit-reset')) % 60]).toEqual(['500', 0])
      algolia.application.rateLimit = { calls: 0, seconds: 60 }
      expect((await call(algolia, '/2/config')).status).toBe(429)
      algolia.application.rateLimit = false
      const free = await call(algolia, '/2/config')
      expect([free.status, free.headers.get('x-ratelimit-limit')]).toEqual([200, null])
    })
  })

  it('must be for whole seconds', async () => {
    for (const seconds of [0.5, 0, -1, NaN]) {
      await expect(startLocalAlgolia({ rateLimit: { calls: 1, seconds } })).rejects.toThrow(RangeError)
    }
  })
})
