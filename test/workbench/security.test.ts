import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type LocalAlgolia, startLocalAlgolia } from '../../src/local/algolia'
import { startWorkbench, type Workbench } from '../../src/workbench'
import { audienceTrack } from '../support/audience-events'
import { ask, cookieOf, fullSettings, keptSettings, post, until, withWorkbench } from '../support/workbench'

const SOURCE = 'source-algolia-profiles'
const ACTIONS_TESTER = 'https://app.segment.com'

describe('who may ask', () => {
  let workbench: Workbench
  beforeAll(async () => {
    workbench = await startWorkbench({ port: 0, local: { profiles: 5, latency: 0 } })
  })
  afterAll(() => workbench.close())

  const port = (): string => new URL(workbench.url).port

  it('is this machine alone: no other address of it is listened on', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address)
    for (const address of [...others, '127.0.0.2']) {
      const reached = await new Promise<boolean>((resolve) => {
        const socket = connect(Number(port()), address)
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
        setTimeout(() => resolve(false), 2_000).unref()
        socket.once('close', () => socket.destroy())
      })
      expect([address, reached]).toEqual([address, false])
    }
  })

  it.each(['evil.example', 'evil.example:3000', '127.0.0.1.evil.example', 'localhost.evil.example'])(
    'is nobody who calls the workbench %j',
    async (host) => {
      for (const path of ['/', '/manifest', '/workbench/context']) {
        const { status, text } = await ask(workbench, path, { headers: { host } })
        expect(status).toBe(403)
        expect(text).not.toContain('algolia')
      }
    }
  )

  it('is whoever calls it 127.0.0.1 or localhost, by any port', async () => {
    for (const host of [`127.0.0.1:${port()}`, `localhost:${port()}`, 'LOCALHOST:8080', '127.0.0.1']) {
      expect((await ask(workbench, '/manifest', { headers: { host } })).status).toBe(200)
    }
  })

  it('is no page of another origin, for anything', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://app.segment.com']) {
      const headers = { origin }
      const answer = await ask(workbench, '/enterAudience', { json: { settings: keptSettings }, headers })
      expect(answer.status).toBe(403)
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      expect((await ask(workbench, '/workbench/context', { headers })).status).toBe(403)
    }
  })

  it('is Segment’s Actions Tester for the interface of serve, and not for what belongs to the page', async () => {
    const headers = { origin: ACTIONS_TESTER }
    const answer = await ask(workbench, '/authenticate', { json: fullSettings, headers })
    expect(answer.body).toEqual({ ok: true })
    expect(answer.headers['access-control-allow-origin']).toBe(ACTIONS_TESTER)
    expect(answer.headers.vary).toContain('Origin')
    for (const asked of [{}, { json: { settings: keptSettings } }]) {
      const path = 'json' in asked ? '/workbench/connection' : '/workbench/context'
      const refused = await ask(workbench, path, { ...asked, headers })
      expect(refused.status).toBe(403)
      expect(refused.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('is the page itself', async () => {
    for (const host of [`127.0.0.1:${port()}`, `localhost:${port()}`]) {
      const headers = { host, origin: `http://${host}` }
      expect((await ask(workbench, '/workbench/context', { headers })).status).toBe(200)
    }
  })

  it('is who has opened the start-up address: nobody else gets the page, nor what it asks', async () => {
    const stranger = { headers: { cookie: '' } }
    workbench.localAlgolia?.clearCalls()
    expect(await ask(workbench, '/', stranger)).toMatchObject({ status: 401, text: expect.stringContaining('?token=') })
    for (const path of ['/workbench/context', '/workbench/run', '/workbench/run/rows?stream=profiles']) {
      expect((await ask(workbench, path, stranger)).status).toBe(401)
    }
    for (const path of ['connection', 'preview', 'send', 'profile', 'profiles', 'run', 'run/stop', 'source/check']) {
      const { status } = await ask(workbench, `/workbench/${path}`, { json: {}, ...stranger })
      expect([path, status]).toEqual([path, 401])
    }
    expect(workbench.localAlgolia?.calls).toHaveLength(0)
  })

  it('gets a cookie that scripts and other sites have no use of, for the right token alone', async () => {
    const stranger = { headers: { cookie: '' } }
    const { pathname, search } = new URL(workbench.entryUrl)
    const { status, headers } = await ask(workbench, pathname + search, stranger)
    expect([status, headers.location]).toEqual([303, '/'])
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/; HttpOnly; SameSite=Strict; Path=\/$/)])
    expect(String(headers['set-cookie'])).toContain(cookieOf(workbench))
    for (const token of ['', 'wrong', search.slice(7, -1), `${search.slice(7)}x`]) {
      const refused = await ask(workbench, `/?token=${token}`, stranger)
      expect([refused.status, refused.headers['set-cookie']]).toEqual([401, undefined])
    }
  })

  it('is not who has the cookie of another start, nor of another port', async () => {
    await withWorkbench({}, async (other) => {
      const context = (cookie: string) => ask(other, '/workbench/context', { headers: { cookie } })
      expect((await context(cookieOf(workbench))).status).toBe(401)
      const ownToken = cookieOf(other).split('=')[1]
      expect((await context(`workbench-1=${ownToken}`)).status).toBe(401)
      expect((await context(`a=b; ${cookieOf(other)}`)).status).toBe(200)
    })
  })

  it('is not kept waiting for: a body that doesn’t come in time is answered 408, with all headers', async () => {
    await withWorkbench({ requestTimeout: 200 }, async ({ url }) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.write(
        'POST /enterAudience HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'
      )
      let text = ''
      for await (const chunk of socket) text += String(chunk)
      expect(text).toMatch(/^HTTP\/1\.1 408 /)
      expect(text).toContain('content-security-policy')
      expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
    })
  })

  it('gets all headers also for what is no HTTP', async () => {
    const socket = connect(Number(port()), '127.0.0.1')
    socket.write('rubbish\r\n\r\n')
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text).toContain('content-security-policy')
  })

  it('answers a preflight as the cors package does', async () => {
    const preflight = (origin: string) =>
      ask(workbench, '/enterAudience', {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
          'access-control-request-private-network': 'true'
        }
      })
    const allowed = await preflight(ACTIONS_TESTER)
    expect(allowed.status).toBe(204)
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': ACTIONS_TESTER,
      'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
      'access-control-allow-headers': 'content-type',
      'access-control-allow-private-network': 'true'
    })
    const refused = await preflight('https://evil.example')
    expect(refused.headers['access-control-allow-origin']).toBeUndefined()
    expect(refused.headers['access-control-allow-private-network']).toBeUndefined()
  })

  it('is told, with every answer, to run and show nothing but what the workbench serves', async () => {
    const asked: [string, { headers?: Record<string, string>; body?: string; method?: string }][] = [
      ['/', {}],
      ['/', { headers: { cookie: '' } }],
      ['/page/main.mjs', {}],
      ['/manifest', {}],
      ['/nothing', {}],
      ['/workbench/context', {}],
      ['/workbench/context', { headers: { cookie: '' } }],
      ['/manifest', { headers: { host: 'evil.example' } }],
      ['/manifest', { headers: { origin: 'https://evil.example' } }],
      ['/enterAudience', { method: 'OPTIONS' }],
      ['/enterAudience', { body: '{', headers: { 'content-type': 'application/json' } }],
      ['/workbench/run/rows?stream=x', {}]
    ]
    for (const [path, more] of asked) {
      const { headers } = await ask(workbench, path, more)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['cache-control']).toBe('no-store')
    }
  })

  it('serves the files of the page and no others', async () => {
    expect((await ask(workbench, '/')).headers['content-type']).toContain('text/html')
    expect((await ask(workbench, '/page/css/page.css')).headers['content-type']).toContain('text/css')
    for (const path of [
      '/page/../http/guards.js',
      '/page/..%2Fhttp%2Fguards.js',
      '/page/vendor/LICENSES',
      '/page/%2Fetc%2Fpasswd',
      '/page/',
      '/package.json'
    ]) {
      expect((await ask(workbench, path)).status).toBe(404)
    }
  })

  describe('rubbish', () => {
    const json = { 'content-type': 'application/json' }
    const cases: [string, string, { body?: string; headers?: Record<string, string> }, RegExp][] = [
      ['text', '/enterAudience', { body: 'rubbish', headers: { 'content-type': 'text/plain' } }, /must be JSON/],
      [
        'a form',
        '/enterAudience',
        { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        /must be JSON/
      ],
      ['broken JSON', '/enterAudience', { body: '{"payload":', headers: json }, /not valid JSON/],
      ['an empty body', '/enterAudience', { body: '', headers: json }, /empty/],
      ['a list', '/enterAudience', { body: '[]', headers: json }, /must be a JSON object/],
      ['null', '/authenticate', { body: '"text"', headers: json }, /must be a JSON object/],
      ['a payload of text', '/enterAudience', { body: '{"payload":"x"}', headers: json }, /payload: must be an event/],
      [
        'a list with a number',
        '/enterAudience',
        { body: '{"payload":[{},1]}', headers: json },
        /payload: must be an event/
      ],
      ['a mapping of text', '/enterAudience', { body: '{"mapping":"x"}', headers: json }, /mapping: must be an object/],
      [
        'settings of text',
        '/enterAudience',
        { body: '{"settings":"x"}', headers: json },
        /settings: must be an object/
      ],
      ['settings of text', '/createAudience', { body: '{"settings":1}', headers: json }, /settings: must be an object/],
      [
        'a prototype',
        '/enterAudience',
        { body: '{"payload":{"__proto__":{"a":1}}}', headers: json },
        /__proto__|not valid/
      ],
      ['nothing', '/workbench/send', { body: '{}', headers: json }, /action.*mapping.*payload/],
      [
        'no such action',
        '/workbench/preview',
        { body: '{"action":"x","mapping":{},"payload":{}}', headers: json },
        /no action x/
      ],
      ['no user token', '/workbench/profile', { body: '{"userToken":""}', headers: json }, /userToken/]
    ]
    it.each(cases)('is refused with 400 and the reason: %s to %s', async (_name, path, asked, reason) => {
      const { status, body } = await ask(workbench, path, { method: 'POST', ...asked })
      expect([status, body.ok]).toEqual([400, false])
      expect(body.error).toMatch(reason)
    })

    it('of more than a megabyte is refused with 413', async () => {
      const payload = { properties: { text: 'x'.repeat(1_100_000) } }
      expect((await post(workbench, '/enterAudience', { payload })).status).toBe(413)
    })
  })
})

describe('the API key', () => {
  const canary = 'Canary/Key+0123456789"abc%def'
  const writings = [canary, encodeURIComponent(canary), JSON.stringify(canary).slice(1, -1)]

  /** An Algolia that repeats the key wherever it can, in answers and in their headers. */
  const gossip = (workbench: Pick<Workbench, 'localAlgolia'>, status: number) =>
    workbench.localAlgolia?.faults.add({
      when: () => true,
      then: {
        answer: {
          status,
          headers: { 'X-Algolia-Api-Key': canary, 'x-seen': `${canary} ${encodeURIComponent(canary)}` },
          body: JSON.stringify({
            status,
            message: `No ${canary}`,
            nested: [{ [canary]: canary }],
            url: `/2/users?x-algolia-api-key=third-key&b=${encodeURIComponent(canary)}`
          })
        }
      }
    })

  it.each([200, 400, 401, 402, 403, 404, 422, 429, 500])(
    'is in no answer, even where Algolia repeats it with %i',
    async (status) => {
      await withWorkbench({}, async (workbench) => {
        const settings = { ...fullSettings, apiKey: canary }
        const payload = audienceTrack('user-1', 'vip', true)
        gossip(workbench, status)
        const answers = [
          await post(workbench, '/enterAudience', { settings, payload }),
          await post(workbench, '/enterAudience', { settings, payload: [payload] }),
          await post(workbench, '/authenticate', settings),
          await post(workbench, '/authentication', { settings }),
          await post(workbench, '/delete', { settings, payload: { userId: 'user-1' } }),
          await post(workbench, '/createAudience', { settings, audienceName: 'a' }),
          await post(workbench, '/getAudience', { settings, externalId: 'a' })
        ]
        for (const { text } of answers) {
          for (const written of [...writings, 'third-key']) {
            expect(text).not.toContain(written)
            expect(text).not.toContain(JSON.stringify(written).slice(1, -1))
          }
        }
        expect(answers.map(({ text }) => text).join()).toContain('<redacted>')
      })
    }
  )

  // What a source would try again for a minute and a half is left out.
  it.each([400, 401, 403, 404])(
    'that is kept is in nothing that the page gets, with %i',
    async (status) => {
      await withRealApplication(async (workbench, algolia) => {
        gossip({ localAlgolia: algolia }, status)
        const payload = audienceTrack('user-1', 'vip', true)
        const asked = {
          payload,
          action: 'enterAudience',
          mapping: { userToken: { '@path': '$.userId' }, segmentId: 'vip' }
        }
        const answers = [
          await post(workbench, '/workbench/connection'),
          await post(workbench, '/workbench/send', asked),
          await post(workbench, '/workbench/send', { ...asked, payload: [payload] }),
          await post(workbench, '/workbench/send', { ...asked, action: 'onDelete', payload: { userId: 'user-1' } }),
          await post(workbench, '/workbench/profile', { userToken: 'user-1' }),
          await post(workbench, '/workbench/profiles', {}),
          await post(workbench, '/workbench/source/check', { source: SOURCE, options: {} }),
          await post(workbench, '/workbench/source/rows', { source: SOURCE, options: {} })
        ]
        for (const { text } of answers) {
          for (const written of [...writings, 'third-key'])
            expect(text).not.toContain(JSON.stringify(written).slice(1, -1))
        }
        expect(answers.map(({ text }) => text).join()).toContain('<redacted>')
      })
    },
    60_000
  )

  it('is in no answer, even where a profile or an event holds it', async () => {
    await withRealApplication(async (workbench, { profiles }) => {
      const affinity = {
        name: canary,
        value: canary,
        score: 3,
        indices: [canary],
        lastUpdatedAt: '2026-01-01T00:00:00Z'
      }
      profiles.put({
        userID: '000-first',
        type: 'basic',
        affinities: [affinity],
        segments: [{ id: canary, source: canary, [canary]: canary }],
        lastUpdatedAt: '2026-01-01T00:00:00Z'
      })
      const settings = { appId: 'REALAPP', region: 'eu', apiKey: canary }
      const payload = audienceTrack('000-first', `${canary}!`, true)
      const mapping = { userToken: '000-first', segmentId: `${canary}!` }
      const answers = [
        await post(workbench, '/enterAudience', { settings, payload }),
        await post(workbench, '/workbench/send', { payload, action: 'enterAudience', mapping }),
        await post(workbench, '/workbench/profile', { userToken: '000-first' }),
        await post(workbench, '/workbench/profiles', {}),
        await post(workbench, '/workbench/preview', { payload, action: 'enterAudience', mapping }),
        await post(workbench, '/workbench/source/rows', { source: SOURCE, options: {} })
      ]
      for (const { text } of answers) {
        expect(text).toContain('<redacted>')
        expect(text).not.toContain('Canary')
      }
    })
  })

  it('is in nothing that is told of a call without an answer', async () => {
    await withRealApplication(async (workbench, algolia) => {
      await algolia.close()
      const payload = audienceTrack('user-1', 'vip', true)
      const mapping = { userToken: { '@path': '$.userId' }, segmentId: 'vip' }
      const sent = await post(workbench, '/workbench/send', { payload, action: 'enterAudience', mapping })
      expect(sent.body.unanswered).toHaveLength(1)
      expect(sent.text).toContain('<redacted>')
      expect(sent.text).not.toContain('Canary')
    })
  })

  it('is in nothing that a run of the source tells', async () => {
    await withRealApplication(async (workbench, algolia) => {
      gossip({ localAlgolia: algolia }, 403)
      const asked = { source: SOURCE, options: {}, streams: ['profiles'], syncMode: 'full_refresh' }
      const told = [(await post(workbench, '/workbench/run', asked)).text]
      await until(async () => {
        const { text, body } = await ask(workbench, '/workbench/run')
        told.push(text)
        return body.status === 'failed'
      })
      expect(told.join()).toContain('403')
      for (const written of writings) expect(told.join()).not.toContain(JSON.stringify(written).slice(1, -1))
    })
  })

  it('that is kept is in nothing that the page is made of', async () => {
    await withWorkbench({}, async (workbench) => {
      const texts = [(await ask(workbench, '/')).text, (await ask(workbench, '/workbench/context')).text]
      const userToken = 'customer_100482'
      texts.push((await post(workbench, '/workbench/profile', { userToken })).text)
      for (const name of ['main', 'shell', 'start', 'try/area', 'profiles/area', 'source/area', 'vendor/preact']) {
        const { status, text } = await ask(workbench, `/page/${name}.mjs`)
        expect(status).toBe(200)
        texts.push(text)
      }
      expect(texts.join()).not.toContain('local-api-key')
    })
  })

  it('of a real application serves the page alone: nobody else', async () => {
    await withRealApplication(async (workbench, algolia) => {
      const settings = { appId: 'REALAPP', region: 'eu' }
      expect((await post(workbench, '/workbench/connection')).body).toEqual({ ok: true })
      const calls = algolia.calls.length
      expect((await post(workbench, '/authenticate', settings)).body.ok).toBe(false)
      const payload = audienceTrack('user-1', 'vip', true)
      expect((await post(workbench, '/enterAudience', { settings, payload })).text).toContain('requestError')
      expect(algolia.calls).toHaveLength(calls)
    })
  })

  /** Runs `use` against a workbench for an application whose kept key is the canary. */
  async function withRealApplication(
    use: (workbench: Workbench, algolia: LocalAlgolia) => Promise<void>
  ): Promise<void> {
    const algolia = await startLocalAlgolia({ appId: 'REALAPP', apiKey: canary, profiles: 3 })
    process.env.ALGOLIA_PERSONALIZATION_URL = algolia.urls.personalization
    process.env.ALGOLIA_INSIGHTS_URL = algolia.urls.insights
    try {
      await withWorkbench({ application: { appId: 'REALAPP', region: 'eu', apiKey: canary } }, (workbench) =>
        use(workbench, algolia)
      )
    } finally {
      delete process.env.ALGOLIA_PERSONALIZATION_URL
      delete process.env.ALGOLIA_INSIGHTS_URL
      await algolia.close()
    }
  }
})
