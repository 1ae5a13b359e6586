import { request, type IncomingHttpHeaders } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { malformedProfiles, startLocalAlgolia, type LocalAlgolia, type Profile } from '../../../src/local/algolia'
import { call, credentials } from '../../support/local-algolia'

const segments = JSON.stringify({ segments: [{ id: 'vip', source: 'segment' }] })

interface RawResult {
  headers: IncomingHttpHeaders
  /** The bytes that arrived. */
  body: Buffer
  /** How the answer ended: as announced, or not. */
  complete: boolean
  /** In how many pieces it arrived. */
  pieces: number
}

/** A call that shows what came over the connection. Rejects when there was no answer. */
function rawCall({ url }: LocalAlgolia, path: string, headers: Record<string, string> = {}): Promise<RawResult> {
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { headers: { ...credentials, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => undefined)
      response.on('close', () => {
        const { headers, complete } = response
        resolve({ headers, body: Buffer.concat(chunks), complete, pieces: chunks.length })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('faults', () => {
  let algolia: LocalAlgolia
  beforeEach(async () => {
    algolia = await startLocalAlgolia({ profiles: 100 })
  })
  afterEach(() => algolia.close())

  const write = (userID: string): ReturnType<typeof call> =>
    call(algolia, `/2/users/${userID}/segments`, { method: 'PUT', body: segments })

  /** Statuses of this many calls, one after the other. */
  async function statuses(count: number): Promise<number[]> {
    const result: number[] = []
    while (result.length < count) result.push((await call(algolia, '/2/config')).status)
    return result
  }

  describe('by rule', () => {
    it('come at the calls with the given numbers', async () => {
      algolia.faults.status(500, { call: 2 })
      algolia.faults.status(429, { call: [3, 5] })
      expect(await statuses(6)).toEqual([200, 500, 429, 200, 429, 200])
    })

    it('come for so many calls, and the first rule is used up before the second', async () => {
      algolia.faults.status(503, { times: 2 })
      algolia.faults.status(502, { times: 1 })
      expect(await statuses(5)).toEqual([503, 503, 502, 200, 200])
    })

    it('come at the calls that a predicate chooses', async () => {
      algolia.faults.status(500, { when: ({ route, userID }) => route === 'writeProfileSegments' && userID === 'a/b' })
      expect((await write('c')).status).toBe(200)
      expect((await write('a%2Fb')).status).toBe(500)
      expect((await call(algolia, '/2/users/a%2Fb')).status).toBe(404)
    })

    it('stop when the rule is removed, or all are', async () => {
      const rule = algolia.faults.status(500)
      algolia.faults.status(502)
      expect(await statuses(1)).toEqual([500])
      algolia.faults.remove(rule)
      expect(await statuses(1)).toEqual([502])
      algolia.faults.clear()
      expect(await statuses(1)).toEqual([200])
    })

    it('can be of several sorts for one call; of one sort, the first rule counts, and the other is kept', async () => {
      algolia.faults.htmlPage({ times: 1 })
      algolia.faults.cutBody('whole', { times: 1 })
      const kept = algolia.faults.insertUsers({ 0: null }, { times: 1 })
      const { headers, body } = await rawCall(algolia, '/2/users')
      expect(headers['content-type']).toBe('text/html')
      expect(body.toString()).toMatch(/^<!doctype html>(?!.*back soon)/)
      expect(kept.times).toBe(1)
      expect((await call(algolia, '/2/users')).body.users[0]).toBeNull()
    })

    it('take from a later rule only what the earlier ones leave open', async () => {
      algolia.faults.status(500)
      algolia.faults.add({ when: () => true, then: { answer: { status: 502, body: '{}' }, cut: 'whole' } })
      const response = await fetch(`${algolia.url}/2/config`, { headers: credentials })
      expect(response.status).toBe(500)
      expect(await response.text()).toMatch(/^\{"status":500[^}]*$/)
    })

    it('are counted from the last clearCalls', async () => {
      await statuses(4)
      algolia.clearCalls()
      algolia.faults.status(500, { call: 2 })
      expect(await statuses(2)).toEqual([200, 500])
    })

    it('that throw answer 500 with the reason', async () => {
      algolia.faults.add({
        when: () => {
          throw new Error('a slip in a test')
        },
        then: {}
      })
      const { status, body } = await call(algolia, '/2/config')
      expect([status, body.message]).toEqual([500, expect.stringContaining('a slip in a test')])
    })
  })

  describe('in answers', () => {
    it('are an error in the usual shape with the true rate limit, and nothing is applied', async () => {
      algolia.faults.status(503)
      const { status, body, headers } = await write('new')
      expect([status, body]).toEqual([503, { status: 503, message: expect.any(String) }])
      expect(headers.get('x-ratelimit-remaining')).toBe('499')
      expect(algolia.profiles.get('new')).toBeUndefined()
    })

    it('can have any headers and body: a reset in the past, an absurd one, none', async () => {
      algolia.faults.status(429, { call: 1, headers: { 'x-ratelimit-reset': '1', 'x-ratelimit-remaining': '0' } })
      algolia.faults.status(429, { call: 2, headers: { 'x-ratelimit-reset': 'soon' }, body: '"later"' })
      algolia.faults.status(429, { call: 3, headers: { 'x-ratelimit-reset': null, 'x-ratelimit-limit': null } })
      const results = [
        await call(algolia, '/2/users'),
        await call(algolia, '/2/users'),
        await call(algolia, '/2/users')
      ]
      expect(results.map(({ headers }) => headers.get('x-ratelimit-reset'))).toEqual(['1', 'soon', null])
      expect(results.map(({ headers }) => headers.get('x-ratelimit-limit'))).toEqual(['500', '500', null])
      expect(results[0]!.headers.get('x-ratelimit-remaining')).toBe('0')
      expect(results[1]!.body).toBe('later')
    })

    it('can change the real answer, whose call is carried out', async () => {
      algolia.faults.add({ when: () => true, then: { change: (answer) => ({ ...answer, status: 500 }) } })
      algolia.faults.add({
        when: ({ userID }) => userID === 'new',
        then: { change: (answer) => ({ ...answer, body: answer.body.replace('"OK"', '"lost"') }) }
      })
      expect(await write('new')).toMatchObject({ status: 500, body: { message: 'lost' } })
      expect(algolia.profiles.get('new')).toMatchObject({ segments: [{ id: 'vip' }] })
    })

    it('are a page of HTML with status 200', async () => {
      algolia.faults.htmlPage()
      const { headers, body } = await rawCall(algolia, '/2/users')
      expect(headers['content-type']).toBe('text/html')
      expect(() => JSON.parse(body.toString())).toThrow()
    })
  })

  describe('on the connection', () => {
    it('break it before the call is carried out', async () => {
      algolia.faults.drop('before')
      await expect(write('new')).rejects.toThrow('fetch failed')
      expect(algolia.profiles.get('new')).toBeUndefined()
    })

    it('break it after the call is carried out', async () => {
      algolia.faults.drop('after')
      await expect(write('new')).rejects.toThrow('fetch failed')
      expect(algolia.profiles.get('new')).toMatchObject({ segments: [{ id: 'vip' }] })
    })

    it('leave the client without an answer, before the call is carried out or after', async () => {
      for (const when of ['before', 'after'] as const) {
        const rule = algolia.faults.hang(when)
        const signal = AbortSignal.timeout(200)
        const sent = call(algolia, `/2/users/${when}/segments`, { method: 'PUT', body: segments, signal })
        await expect(sent).rejects.toThrow(/timeout/)
        algolia.faults.remove(rule)
      }
      expect(algolia.profiles.get('before')).toBeUndefined()
      expect(algolia.profiles.get('after')).toMatchObject({ segments: [{ id: 'vip' }] })
      expect(algolia.calls.map(({ status }) => status)).toEqual([0, 0])
    })

    it('carry a call out late, even for a client that has gone', async () => {
      algolia.faults.delay(700, { times: 1 })
      const signal = AbortSignal.timeout(50)
      const sent = call(algolia, '/2/users/new/segments', { method: 'PUT', body: segments, signal })
      await expect(sent).rejects.toThrow(/timeout/)
      expect(algolia.profiles.get('new')).toBeUndefined()
      while (!algolia.profiles.get('new')) await new Promise((resolve) => setTimeout(resolve, 10))
    })

    it('hold every answer back by the latency, which can change while running', async () => {
      const took = async (): Promise<number> => {
        const start = performance.now()
        await call(algolia, '/2/config')
        return performance.now() - start
      }
      algolia.faults.latency = 150
      expect(await took()).toBeGreaterThan(145)
      algolia.faults.latency = 0
      algolia.faults.delay(100, { times: 1 })
      expect(await took()).toBeGreaterThan(95)
    })
  })

  describe('in bodies', () => {
    it('cut them in a framing that looks whole', async () => {
      algolia.faults.cutBody('whole')
      const { headers, body, complete } = await rawCall(algolia, '/2/users')
      expect(complete).toBe(true)
      expect(body.length).toBe(Number(headers['content-length']))
      expect(() => JSON.parse(body.toString())).toThrow()
    })

    it('cut them short of their content-length, and break the connection', async () => {
      algolia.faults.cutBody('broken')
      const { headers, body, complete } = await rawCall(algolia, '/2/users')
      expect(complete).toBe(false)
      expect(body.length).toBeGreaterThan(0)
      expect(body.length).toBeLessThan(Number(headers['content-length']))
      await expect(call(algolia, '/2/users')).rejects.toThrow('terminated')
    })

    it.each(['whole', 'broken'] as const)('cut them after compression (%s)', async (framing) => {
      algolia.faults.cutBody(framing)
      const { headers, body } = await rawCall(algolia, '/2/users', { 'accept-encoding': 'gzip' })
      expect(headers['content-encoding']).toBe('gzip')
      expect(() => gunzipSync(body)).toThrow('unexpected end of file')
    })

    it('send them slowly, in pieces', async () => {
      algolia.faults.slowBody(1000, 20)
      const { body, complete, pieces } = await rawCall(algolia, '/2/users')
      expect(complete).toBe(true)
      expect(JSON.parse(body.toString()).users).toHaveLength(10)
      expect(pieces).toBeGreaterThan(3)
    })
  })

  describe('in pages', () => {
    interface Page {
      users: Profile[]
      nextPageToken?: string
    }

    async function page(nextPageToken = '', limit = 30): Promise<Page> {
      const query = new URLSearchParams({ limit: String(limit), nextPageToken })
      return (await call(algolia, `/2/users?${query.toString()}`)).body as Page
    }

    /** Follows the next tokens through this many pages at most. */
    async function pages(atMost: number): Promise<Page[]> {
      const result = [await page()]
      while (result.length < atMost && result.at(-1)!.nextPageToken)
        result.push(await page(result.at(-1)!.nextPageToken))
      return result
    }

    it('leave users out', async () => {
      algolia.faults.pagesWithoutUsers({ call: 1 })
      expect(await page()).toEqual({ nextPageToken: expect.any(String) })
      expect((await page()).users).toHaveLength(30)
    })

    it('put malformed profiles in at their positions, and keep the others', async () => {
      const whole = await page()
      const odd = Object.values(malformedProfiles)
      algolia.faults.insertUsers({ 0: odd[0], 3: odd[1], [31]: odd[2] })
      const { users } = await page()
      expect([users[0], users[3], users[31]]).toEqual(odd.slice(0, 3))
      expect(users.filter((_, index) => ![0, 3, 31].includes(index))).toEqual(whole.users)
    })

    it('can make numbers that are not finite', async () => {
      const change = (page: object): object => page
      algolia.faults.changePages(change)
      algolia.faults.add({
        when: () => true,
        then: { change: (answer) => ({ ...answer, body: answer.body.replace(/"score":\d+/, '"score":1e999') }) }
      })
      const scores = (await page()).users.flatMap(({ affinities }) => affinities.map(({ score }) => score))
      expect(scores.filter((score) => score === Infinity)).toHaveLength(1)
    })

    it('repeat the token that was asked with', async () => {
      algolia.faults.repeatPageToken()
      const first = await page()
      const second = await page(first.nextPageToken)
      expect(second.nextPageToken).toBe(first.nextPageToken)
      expect(await page(second.nextPageToken)).toEqual(second)
    })

    it('give tokens that go round in a circle', async () => {
      algolia.faults.cyclePageTokens(2)
      const walked = await pages(9)
      expect(walked).toHaveLength(9)
      const tokens = walked.map(({ nextPageToken }) => nextPageToken)
      expect(new Set(tokens).size).toBe(2)
      expect(tokens.every((token, index) => token === tokens[index % 2])).toBe(true)
    })

    it('are empty with a next token, a new one each time, that leads to what was left out', async () => {
      algolia.faults.emptyPages({ call: [1, 2, 4] })
      const walked = await pages(20)
      expect(walked.map(({ users }) => users.length)).toEqual([0, 0, 30, 0, 30, 30, 10])
      expect(walked.flatMap(({ users }) => users)).toEqual([...algolia.profiles])
      const tokens = walked.map(({ nextPageToken }) => nextPageToken)
      expect(new Set(tokens).size).toBe(tokens.length)
    })

    it('have a next token after the last full one, which leads to nothing', async () => {
      algolia.faults.tokenAfterLastPage()
      const last = await page('', 100)
      expect(last.users).toHaveLength(100)
      const empty = await page(last.nextPageToken, 100)
      expect(empty).toEqual({ users: [], previousPageToken: expect.any(String) })
    })

    it('refuse tokens as expired, once or always', async () => {
      const { nextPageToken } = await page()
      const query = `/2/users?${new URLSearchParams({ nextPageToken: nextPageToken! }).toString()}`
      algolia.faults.expirePageTokens({ times: 1 })
      expect((await call(algolia, '/2/users')).status).toBe(200)
      expect((await call(algolia, query)).status).toBe(422)
      expect((await call(algolia, query)).status).toBe(200)
      algolia.faults.expirePageTokens()
      expect((await call(algolia, query)).status).toBe(422)
      expect((await call(algolia, query)).status).toBe(422)
      expect((await call(algolia, '/2/users')).status).toBe(200)
    })
  })
})
