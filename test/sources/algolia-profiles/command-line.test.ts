import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  API_KEY,
  catalogOf,
  configuration,
  runCommandLine,
  runRead,
  runSource,
  stateOfWindows,
  withAlgolia
} from '../../support/source'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-line-'))
  await writeFile(join(folder, 'config.json'), JSON.stringify(configuration()))
  await writeFile(join(folder, 'catalog.json'), JSON.stringify(catalogOf('profiles')))
  await writeFile(join(folder, 'not-json.json'), `{"apiKey": "${API_KEY}"`)
})
afterAll(() => rm(folder, { recursive: true }))

const file = (name: string): string => join(folder, name)

describe('usage', () => {
  test.each([['--help'], ['read --help'], ['help check']])(
    '"%s" explains itself on standard error alone, and succeeds',
    async (commandLine) => {
      const { stdout, stderr, exitCode } = await runCommandLine(commandLine.split(' '))
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^Usage: source-algolia-profiles/)
      expect(exitCode).toBe(0)
    }
  )

  test.each([
    ['', 'Usage'],
    ['nonsense', "unknown command 'nonsense'"],
    ['check', "'--config <file>' not specified"],
    ['read --config config.json', "'--catalog <file>' not specified"]
  ])('"%s" is an error in usage: told on standard error, exit code 1', async (commandLine, complaint) => {
    const { stdout, stderr, exitCode } = await runCommandLine(commandLine === '' ? [] : commandLine.split(' '))
    expect(stdout).toBe('')
    expect(stderr).toContain(complaint)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(exitCode).toBe(1)
  })
})

describe('files that can not be used', () => {
  test.each([
    ['discover', ['--config', 'missing.json'], /configuration .*missing\.json can't be read: there is no such file/],
    ['discover', ['--config', '.'], /configuration .* can't be read: EISDIR/],
    ['discover', ['--config', 'not-json.json'], /configuration .*not-json\.json is not valid JSON/],
    ['read', ['--config', 'config.json', '--catalog', 'missing.json'], /configured catalog .* there is no such file/],
    [
      'read',
      ['--config', 'config.json', '--catalog', 'catalog.json', '--state', 'missing.json'],
      /state .*missing\.json can't be read: there is no such file/
    ],
    [
      'read',
      ['--config', 'config.json', '--catalog', 'catalog.json', '--state', 'not-json.json'],
      /state .* is not valid JSON/
    ]
  ])('%s %j ends with a config error and exit code 1', async (command, options, message) => {
    const paths = options.map((option) => (option.startsWith('--') ? option : file(option)))
    const run = await runCommandLine([command, ...paths])
    expect(run.exitCode).toBe(1)
    expect(run.error).toEqual({ message: expect.stringMatching(message) as string, failure_type: 'config_error' })
    expect(run.messages).toHaveLength(1)
    expect(run.stderr).toBe('')
  })

  test.each([
    ['an empty file', ''],
    ['blanks', ' \n'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['an empty list', '[]']
  ])('a state file with %s, as platforms pass it the first time, is no state', async (_, content) => {
    await writeFile(file('state.json'), content)
    await withAlgolia({ profiles: 5 }, async ({ url }) => {
      const paths = ['--config', file('config.json'), '--catalog', file('catalog.json'), '--state', file('state.json')]
      const run = await runCommandLine(['read', ...paths], url)
      expect(run.exitCode).toBe(0)
      expect(run.rows('profiles')).toHaveLength(5)
    })
  })

  test('a state file with garbage ends the read with exit code 1, and nothing is called', async () => {
    await withAlgolia({ profiles: 5 }, async (algolia) => {
      const run = await runRead({ url: algolia.url, state: [{ type: 'STREAM' }] as never })
      expect(run.exitCode).toBe(1)
      expect(run.error).toMatchObject({ failure_type: 'config_error' })
      expect(algolia.calls).toEqual([])
    })
  })

  test.each(['missing.json', 'not-json.json'])('check --config %s answers FAILED with the cause', async (config) => {
    const run = await runCommandLine(['check', '--config', file(config)])
    expect(run.exitCode).toBe(0)
    expect(run.messages).toEqual([
      {
        type: 'CONNECTION_STATUS',
        connectionStatus: { status: 'FAILED', message: expect.stringContaining(config) as string }
      }
    ])
  })
})

describe('an invalid configuration', () => {
  const wrong = { appId: 'not an id', region: 'mars', startDate: 'soon', pageSize: 0, indices: ['a,b'] }
  const complaints = ['appId', 'apiKey', 'region', 'startDate', 'pageSize', 'indices.0']

  test.each(['read', 'discover'])('makes %s end with a config error that names each bad key', async (command) => {
    const catalog = command === 'read' ? catalogOf('profiles') : undefined
    const run = await runSource(command, { config: wrong, catalog })
    expect(run.exitCode).toBe(1)
    expect(run.messages).toHaveLength(1)
    expect(run.error.failure_type).toBe('config_error')
    for (const complaint of complaints) expect(run.error.message).toContain(complaint)
    expect(run.error).not.toHaveProperty('stack_trace')
    expect(run.stdout + run.stderr).not.toMatch(/\bat .*\.js/)
  })

  test('makes check answer FAILED, naming each bad key', async () => {
    const run = await runSource('check', { config: wrong })
    expect(run.exitCode).toBe(0)
    const [message] = run.messages
    if (message?.type !== 'CONNECTION_STATUS') throw new Error('There is no status')
    expect(message.connectionStatus.status).toBe('FAILED')
    for (const complaint of complaints) expect(message.connectionStatus.message).toContain(complaint)
  })
})

describe('check', () => {
  test('succeeds against an application that answers, with a single call for a single profile', async () => {
    await withAlgolia({ profiles: 50 }, async (algolia) => {
      const run = await runSource('check', { config: configuration(), url: algolia.url })
      expect(run.messages).toEqual([{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }])
      expect(run.exitCode).toBe(0)
      expect(run.stderr).toBe('')
      expect(algolia.calls.map(({ path }) => path)).toEqual(['/2/users?limit=1'])
    })
  })

  test('asks with the filters of the configuration, so that it tells whether Algolia takes them', async () => {
    await withAlgolia({ profiles: 50 }, async (algolia) => {
      const config = configuration({ indices: ['products', 'books'], affinities: ['category:camping', 'brand'] })
      const run = await runSource('check', { config, url: algolia.url })
      expect(run.messages).toMatchObject([{ connectionStatus: { status: 'SUCCEEDED' } }])
      const [query, ...others] = algolia.calls.map(({ path }) => new URL(path, algolia.url).searchParams)
      expect(others).toEqual([])
      expect(query?.get('indices')).toBe('products,books')
      expect(query?.get('affinity')).toBe('category:camping,brand')
    })
  })

  test('warns of a key that means nothing, such as a misspelt filter, and succeeds', async () => {
    await withAlgolia({ profiles: 5 }, async ({ url }) => {
      const { messages } = await runSource('check', { config: configuration({ affinites: ['brand'] }), url })
      expect(messages).toEqual([
        { type: 'LOG', log: { level: 'WARN', message: expect.stringContaining('the key affinites, which') as string } },
        { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }
      ])
      const read = await runRead({ config: configuration({ affinites: ['brand'] }), url })
      expect(read.logs('WARN').join()).toContain('the key affinites, which')
      expect(read.rows('profiles')).toHaveLength(5)
    })
  })

  test('and read say what the filters are, and wonder at finding nothing: a filter may be misspelt', async () => {
    await withAlgolia({ profiles: 20 }, async ({ url }) => {
      const filtered = { url, config: configuration({ indices: ['prodcuts'], affinities: ['brand'] }) }
      const none = 'No profile with affinities in prodcuts, and the affinities brand was found. Check how'
      const { messages } = await runSource('check', filtered)
      expect(messages).toMatchObject([
        { connectionStatus: { status: 'SUCCEEDED', message: expect.stringContaining(none) } }
      ])
      const run = await runRead(filtered)
      expect(run.logs('WARN')).toEqual([expect.stringContaining(none)])
      expect(run.logs('INFO')[0]).toMatch(/: all profiles with affinities in prodcuts, and the affinities brand\.$/)
      const known = await runRead({ url, config: configuration({ affinities: ['brand'] }) })
      expect(known.logs('WARN')).toEqual([])
    })
  })

  test('tells a wrong key, and what to check', async () => {
    await withAlgolia({ apiKey: 'another-key' }, async ({ url }) => {
      const status = await failedCheck(url)
      expect(status).toMatch(/credentials \(401\).*API key.*application ID.*search, browse and recommendation.*region/)
    })
  })

  test("tells which ACL is missing, in Algolia's own words", async () => {
    await withAlgolia({}, async ({ url, application }) => {
      application.acl = ['search', 'recommendation']
      expect(await failedCheck(url)).toMatch(/credentials \(401\): ".*lacks the ACL browse"\. Check/)
    })
  })

  test('tells an application that lives in the other region', async () => {
    await withAlgolia({ region: 'eu', servedRegion: 'us' }, async ({ url }) => {
      expect(await failedCheck(url)).toMatch(/credentials \(401\).*that the region matches the application/)
    })
  })

  test('tells a plan without the feature', async () => {
    await withAlgolia({}, async ({ url, application }) => {
      application.planIncludesFeature = false
      expect(await failedCheck(url)).toMatch(/plan .* does not include Advanced Personalization \(402\)/)
    })
  })

  test('tells that the calls are used up, where Algolia does not say that there will soon be more', async () => {
    await withAlgolia({}, async ({ url, faults }) => {
      faults.status(429)
      expect(await failedCheck(url)).toMatch(/no more calls for now \(429\)/)
    })
  })

  test('tells a filter that Algolia refuses', async () => {
    await withAlgolia({}, async ({ url, faults }) => {
      faults.status(422, { body: JSON.stringify({ status: 422, message: 'index products_xx does not exist' }) })
      expect(await failedCheck(url)).toMatch(/422: index products_xx does not exist.*indices.*affinities/)
    })
  })

  test('tells a server that is something else', async () => {
    await withAlgolia({}, async ({ url, faults }) => {
      faults.status(404)
      expect(await failedCheck(url)).toMatch(/refused the request \(404/)
      faults.clear()
      faults.status(301, { headers: { location: 'https://example.com' }, body: '' })
      expect(await failedCheck(url)).toMatch(/not understood \(301.*region/)
    })
  })

  async function failedCheck(url: string): Promise<string | undefined> {
    const run = await runSource('check', { config: configuration(), url })
    expect(run.exitCode).toBe(0)
    expect(run.messages).toHaveLength(1)
    const [message] = run.messages
    if (message?.type !== 'CONNECTION_STATUS') throw new Error('There is no status')
    expect(message.connectionStatus.status).toBe('FAILED')
    return message.connectionStatus.message
  }
})

describe('the address that stands in for Algolia', () => {
  test.each(['http://127.0.0.1:4010/path', 'http://user:secret@127.0.0.1:4010'])(
    'can not be %s, only an origin',
    async (url) => {
      const run = await runRead({ url })
      expect(run.error.failure_type).toBe('config_error')
      expect(run.error.message).toContain('ALGOLIA_PERSONALIZATION_URL must be an origin')
      expect(run.stdout + run.stderr).not.toContain('secret')
    }
  )

  test('may end in a slash', async () => {
    await withAlgolia({ profiles: 3 }, async ({ url }) => {
      expect((await runRead({ url: `${url}/` })).rows('profiles')).toHaveLength(3)
    })
  })
})

test('a read of many windows at the same time leaves standard error empty', async () => {
  await withAlgolia({ profiles: 100, latency: 20 }, async ({ url, calls }) => {
    const [day, now] = [86_400_000, Math.floor(Date.now() / 1000) * 1000]
    const cuts = Array.from({ length: 16 }, (_, index) => now - 5 * day * (15 - index))
    const state = stateOfWindows(['profiles'], now, cuts)
    const run = await runRead({ url, config: configuration({ concurrency: 16 }), state })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toBe('')
    expect(calls).toHaveLength(17)
    expect(new Set(run.userTokens()).size).toBe(100)
  })
})

test('a catalog that can not be read from is a config error, and nothing is called', async () => {
  const run = await runRead({ catalog: { streams: [] }, url: 'http://127.0.0.1:1' })
  expect(run.exitCode).toBe(1)
  expect(run.messages).toHaveLength(1)
  expect(run.error).toMatchObject({
    failure_type: 'config_error',
    message: expect.stringContaining('catalog') as string
  })
})
