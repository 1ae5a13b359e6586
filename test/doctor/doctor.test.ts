import type { Environment } from '../../src/algolia/api/environment'
import { createTransport } from '../../src/algolia/api/transport'
import { systemClock } from '../../src/clock'
import type { CheckName, CheckStatus } from '../../src/doctor/check'
import { diagnose, type Diagnosis } from '../../src/doctor/doctor'
import { looksLikeEmail } from '../../src/doctor/tokens'
import { PROBE_TOKEN } from '../../src/doctor/write-probe'
import { startLocalAlgolia, type LocalAlgolia, type LocalAlgoliaOptions, type Profile } from '../../src/local/algolia'

const KEY = 'a-key-that-nobody-may-see'

let algolia: LocalAlgolia
afterEach(() => algolia.close())

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString()

function profile(index: number, changes: Partial<Profile> = {}): Profile {
  const affinity = { name: 'brand', value: 'Hoka', score: 9, indices: ['products'], lastUpdatedAt: daysAgo(1) }
  return {
    userID: `anonymous-${index}`,
    type: 'basic',
    affinities: [affinity],
    segments: [{ id: 'vip', source: 'segment' }],
    lastUpdatedAt: daysAgo(index % 100),
    ...changes
  }
}

const healthy = Array.from({ length: 50 }, (_, index) => profile(index))

async function begin(options: LocalAlgoliaOptions = {}): Promise<void> {
  algolia = await startLocalAlgolia({ profiles: healthy, apiKey: KEY, ...options })
}

interface Trial {
  settings?: { appId?: string; apiKey?: string; region?: string }
  writeProbe?: boolean
  signal?: AbortSignal
}

async function examine({ settings = {}, writeProbe = false, signal }: Trial = {}): Promise<Diagnosis> {
  const diagnosis = await diagnose(
    {
      settings: { appId: 'LOCALALGOLIA', apiKey: KEY, region: 'us', ...settings },
      writeProbe,
      signal: signal ?? new AbortController().signal
    },
    { clock: systemClock, random: Math.random, baseUrl: algolia.url }
  )
  expect(JSON.stringify(diagnosis)).not.toContain(KEY)
  return diagnosis
}

/** What isn't green, by check. */
function troubles({ checks }: Diagnosis): Partial<Record<CheckName, CheckStatus>> {
  return Object.fromEntries(
    checks.flatMap(({ check, status }) => (status === 'green' || status === 'skipped' ? [] : [[check, status]]))
  )
}

test('a healthy application raises nothing, in ten lines and at most 20 calls', async () => {
  await begin()
  const diagnosis = await examine({ writeProbe: true })
  expect(diagnosis.status).toBe('green')
  expect(diagnosis.checks.map(({ check, status }) => [check, status])).toEqual([
    ['settings', 'green'],
    ['reach', 'green'],
    // The stand-in's address is set by the variable.
    ['region', 'skipped'],
    ['key', 'green'],
    ['plan', 'green'],
    ['config', 'green'],
    ['calls', 'green'],
    ['tokens', 'green'],
    ['segments', 'green'],
    ['write', 'green']
  ])
  expect(algolia.calls.length).toBeLessThanOrEqual(20)
  expect(algolia.profiles.get(PROBE_TOKEN)).toBeUndefined()
})

describe('each trouble is named', () => {
  const many = (count: number, changes: (index: number) => Partial<Profile>): Profile[] =>
    Array.from({ length: count }, (_, index) => profile(index, changes(index)))

  test.each<[string, CheckName, CheckStatus, (trial: { algolia: LocalAlgolia }) => Trial | void, LocalAlgoliaOptions?]>(
    [
      ['no key', 'settings', 'red', () => ({ settings: { apiKey: '' } })],
      ['a key with a line break', 'settings', 'red', () => ({ settings: { apiKey: 'key\n' } })],
      ['an unknown region', 'settings', 'red', () => ({ settings: { region: 'de' } })],
      ['another key', 'key', 'red', () => ({ settings: { apiKey: 'other' } })],
      ['another application', 'key', 'red', () => ({ settings: { appId: 'OTHER' } })],
      [
        'no ACL search',
        'key',
        'red',
        () => ({ settings: { apiKey: 'limited' } }),
        { keys: { limited: ['browse', 'recommendation'] } }
      ],
      [
        'no ACL browse',
        'key',
        'red',
        () => ({ settings: { apiKey: 'limited' } }),
        { keys: { limited: ['search', 'recommendation'] } }
      ],
      [
        'no ACL recommendation',
        'key',
        'red',
        () => ({ settings: { apiKey: 'limited' } }),
        { keys: { limited: ['search', 'browse'] } }
      ],
      ['the plan', 'plan', 'red', ({ algolia }) => void (algolia.application.planIncludesFeature = false)],
      [
        'a config that is paused',
        'config',
        'red',
        ({ algolia }) => void (algolia.application.personalization.status = 'paused')
      ],
      [
        'no events',
        'config',
        'red',
        ({ algolia }) => void (algolia.application.personalization.eventsConfigured = false)
      ],
      [
        'no indices',
        'config',
        'red',
        ({ algolia }) => void (algolia.application.personalization.indicesConfigured = false)
      ],
      [
        'what Algolia reports',
        'config',
        'yellow',
        ({ algolia }) => void (algolia.application.personalization.errors = ['no_events_last_30_days'])
      ],
      [
        'tokens of two kinds',
        'tokens',
        'yellow',
        () => undefined,
        { profiles: [...healthy, ...many(10, (index) => ({ userID: String(1000 + index) }))] }
      ],
      [
        'tokens like e-mail addresses',
        'tokens',
        'red',
        () => undefined,
        { profiles: [...healthy, profile(99, { userID: Buffer.from('me@example.com').toString('base64') })] }
      ],
      [
        'segments on profiles without affinities',
        'segments',
        'yellow',
        () => undefined,
        { profiles: many(50, (index) => (index < 30 ? { affinities: [] } : {})) }
      ],
      [
        'ids that can not be rule contexts',
        'segments',
        'yellow',
        () => undefined,
        { profiles: many(50, () => ({ segments: [{ id: 'VIP customers', source: 'segment' }] })) }
      ],
      [
        'no endpoint for segments',
        'write',
        'red',
        ({ algolia }) => {
          algolia.application.segmentsEndpoint = 404
          return { writeProbe: true }
        }
      ],
      [
        'one that refuses the method',
        'write',
        'red',
        ({ algolia }) => {
          algolia.application.segmentsEndpoint = 405
          return { writeProbe: true }
        }
      ],
      [
        'one that answers with a page',
        'write',
        'red',
        ({ algolia }) => {
          algolia.application.segmentsEndpoint = 'page'
          return { writeProbe: true }
        }
      ],
      [
        'one that does nothing',
        'write',
        'red',
        ({ algolia }) => {
          algolia.application.segmentsEndpoint = 'ignored'
          return { writeProbe: true }
        }
      ]
    ]
  )('%s: %s is %s', async (_, check, status, change, options = {}) => {
    await begin(options)
    const trial = change({ algolia }) ?? {}
    const diagnosis = await examine(trial)
    expect(troubles(diagnosis)).toEqual({ [check]: status })
    const found = diagnosis.checks.find((one) => one.check === check)
    expect(found?.todo).not.toBe('')
    expect(diagnosis.checks).toHaveLength(10)
    expect(algolia.calls.length).toBeLessThanOrEqual(20)
    expect(algolia.profiles.get(PROBE_TOKEN)).toBeUndefined()
  })

  test('few calls that are left', async () => {
    await begin({ rateLimit: { calls: 200, seconds: 86_400 } })
    const headers = { 'x-algolia-application-id': 'LOCALALGOLIA', 'x-algolia-api-key': KEY }
    for (let call = 0; call < 170; call += 1) await fetch(`${algolia.url}/2/users?limit=1`, { headers })
    const before = algolia.calls.length
    expect(troubles(await examine())).toEqual({ calls: 'yellow' })
    expect(algolia.calls.length - before).toBeLessThanOrEqual(20)
  })

  test('calls that are used up, without waiting', async () => {
    await begin()
    algolia.faults.status(429)
    expect(troubles(await examine())).toEqual({ calls: 'red' })
  })

  test('the wrong region, by asking the other one', async () => {
    await begin({ region: 'eu', servedRegion: 'us' })
    const inTheOther = await startLocalAlgolia({ profiles: healthy, apiKey: KEY, region: 'eu' })
    // Each region has an origin of its own, as where no variable names one for both.
    const environment: Environment = {
      clock: systemClock,
      random: Math.random,
      createTransport: ({ baseUrl, ...options }) =>
        createTransport({ ...options, baseUrl: baseUrl.includes('.eu.') ? inTheOther.url : algolia.url })
    }
    const signal = new AbortController().signal
    const examined = (region: string): Promise<Diagnosis> =>
      diagnose({ settings: { appId: 'LOCALALGOLIA', apiKey: KEY, region }, writeProbe: false, signal }, environment)
    const diagnosis = await examined('us')
    expect(troubles(diagnosis)).toEqual({ region: 'red' })
    expect(diagnosis.checks.find(({ check }) => check === 'region')).toMatchObject({
      message: 'The application lives in the region eu, not us.',
      todo: expect.stringContaining('Set the region to eu') as string
    })
    expect(troubles(await examined('eu'))).toEqual({})
    await inTheOther.close()
  })

  test('a server that is not there', async () => {
    await begin()
    await algolia.close()
    expect(troubles(await examine())).toEqual({ reach: 'red' })
  })
})

test('a write that is answered without a body counts once the profile shows it', async () => {
  await begin()
  algolia.application.segmentsEndpoint = 'empty'
  expect(troubles(await examine({ writeProbe: true }))).toEqual({})
})

describe('the write probe', () => {
  test('removes what an earlier one left behind', async () => {
    await begin()
    algolia.profiles.put(
      profile(1, { userID: PROBE_TOKEN, affinities: [], segments: [{ id: PROBE_TOKEN, source: 'segment' }] })
    )
    expect(troubles(await examine({ writeProbe: true }))).toEqual({})
    expect(algolia.profiles.get(PROBE_TOKEN)).toBeUndefined()
  })

  test('does not touch a profile with other content', async () => {
    await begin()
    algolia.profiles.put(profile(1, { userID: PROBE_TOKEN }))
    expect(troubles(await examine({ writeProbe: true }))).toEqual({ write: 'yellow' })
    expect(algolia.profiles.get(PROBE_TOKEN)?.segments).toEqual([{ id: 'vip', source: 'segment' }])
  })

  test('leaves nothing behind when it is interrupted', async () => {
    await begin({ latency: 30 })
    const stop = new AbortController()
    const watch = setInterval(() => {
      if (algolia.calls.some(({ method }) => method === 'PUT')) stop.abort(new Error('stopped'))
    }, 2)
    await expect(examine({ writeProbe: true, signal: stop.signal })).rejects.toThrow('stopped')
    clearInterval(watch)
    expect(algolia.profiles.get(PROBE_TOKEN)).toBeUndefined()
  })
})

test.each([
  ['me@example.com', true],
  ['bWVAZXhhbXBsZS5jb20=', true],
  ['me_at_example_com', true],
  ['anonymous-9c1f2a34-0000-4000-8000-000000000000', false],
  ['user-12345678', false],
  ['format-atelier', false]
])('%s looks like an e-mail address: %s', (userToken, expected) => {
  expect(looksLikeEmail(userToken)).toBe(expected)
})
