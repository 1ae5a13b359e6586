import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import {
  type AlgoliaProfile,
  browseProfiles,
  type BrowseOptions,
  type Environment,
  PackageError
} from '../../../src/sources/algolia-profiles'
import { systemClock } from '../../../src/clock'
import { API_KEY, withAlgolia } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

const options: BrowseOptions = { appId: 'LOCALALGOLIA', apiKey: API_KEY, region: 'us' }
const environment = (baseUrl: string): Environment => ({ clock: systemClock, random: Math.random, baseUrl })

function profileWith(userID: string, affinity: { name: string; value: string; indices: string[] }): AlgoliaProfile {
  const lastUpdatedAt = '2026-01-01T00:00:00Z'
  return { userID, type: 'basic', affinities: [{ ...affinity, score: 5, lastUpdatedAt }], lastUpdatedAt }
}

test('hands out all profiles, page by page, just as Algolia gives them', async () => {
  await withAlgolia({ profiles: 250 }, async ({ url, profiles, calls }) => {
    const pages = []
    for await (const page of browseProfiles({ ...options, pageSize: 100 }, environment(url))) pages.push(page)
    expect(pages.map((page) => page.length)).toEqual([100, 100, 50])
    expect(pages.flat()).toEqual([...profiles])
    expect(calls).toHaveLength(3)
  })
})

test('goes by the address in the environment where it is given no other', async () => {
  await withAlgolia({ profiles: 3 }, async ({ url }) => {
    const before = process.env.ALGOLIA_PERSONALIZATION_URL
    process.env.ALGOLIA_PERSONALIZATION_URL = url
    try {
      const { value } = await browseProfiles(options).next()
      expect(value).toHaveLength(3)
    } finally {
      if (before === undefined) delete process.env.ALGOLIA_PERSONALIZATION_URL
      else process.env.ALGOLIA_PERSONALIZATION_URL = before
    }
  })
})

test('takes the filters of the source', async () => {
  await withAlgolia({ profiles: 200 }, async ({ url, profiles }) => {
    const found = []
    for await (const page of browseProfiles(
      { ...options, affinities: ['category'], startDate: '2020-01-01' },
      environment(url)
    )) {
      found.push(...page)
    }
    const expected = [...profiles].filter(({ affinities }) => affinities.some(({ name }) => name === 'category'))
    expect(found).toEqual(expected)
    expect(found.length).toBeLessThan(200)
  })
})

test.each<[string, Partial<BrowseOptions>, (profile: AlgoliaProfile) => boolean]>([
  ['a start date', { startDate: '2026-02-01' }, ({ lastUpdatedAt }) => lastUpdatedAt >= '2026-02'],
  ['indices', { indices: ['books'] }, ({ affinities }) => affinities.some(({ indices }) => indices.includes('books'))]
])('leaves out what %s excludes', async (_, filter, isWanted) => {
  await withAlgolia({ profiles: 200, now: Date.parse('2026-03-01T00:00:00Z') }, async ({ url, profiles }) => {
    profiles.put(profileWith('reader', { name: 'kind', value: 'new', indices: ['books'] }))
    profiles.put(profileWith('walker', { name: 'kind', value: 'new', indices: ['shoes'] }))
    const expected = [...profiles].filter((profile) => isWanted(profile))
    expect(expected.length).toBeGreaterThan(0)
    expect(expected.length).toBeLessThan(profiles.size)
    const found = []
    for await (const page of browseProfiles({ ...options, ...filter }, environment(url))) found.push(...page)
    expect(found).toEqual(expected)
  })
})

test('retries, as the source does', async () => {
  await withAlgolia({ profiles: 20 }, async ({ url, faults }) => {
    faults.status(503, { call: [1, 2] })
    const pages = browseProfiles(options, { clock: new VirtualClock(), random: Math.random, baseUrl: url })
    expect((await pages.next()).value).toHaveLength(20)
    expect((await pages.next()).done).toBe(true)
  })
})

test('left in the middle, makes no further calls', async () => {
  await withAlgolia({ profiles: 500, latency: 5 }, async ({ url, calls }) => {
    for await (const page of browseProfiles({ ...options, pageSize: 10 }, environment(url))) {
      expect(page).toHaveLength(10)
      break
    }
    const made = calls.length
    expect(made).toBeLessThanOrEqual(2)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(calls).toHaveLength(made)
  })
})

test('stops when its signal says so, with the reason of the signal', async () => {
  await withAlgolia({ profiles: 500, latency: 5 }, async ({ url }) => {
    const controller = new AbortController()
    const pages = browseProfiles({ ...options, pageSize: 10, signal: controller.signal }, environment(url))
    await pages.next()
    controller.abort(new Error('enough'))
    await expect(
      (async () => {
        for await (const page of pages) expect(page).toHaveLength(10)
      })()
    ).rejects.toThrow('enough')
  })
})

test.each<[string, object, RegExp]>([
  ['an option that is wrong', { region: 'mars' }, /region/],
  ['an option that does not exist', { indexes: ['products'] }, /unknown key indexes/]
])('refuses %s', async (_, wrong, message) => {
  await expect(browseProfiles({ ...options, ...wrong }).next()).rejects.toThrow(
    expect.objectContaining({ failureType: 'config_error', message: expect.stringMatching(message) as string }) as Error
  )
})

test('tells a failure for good as the source does, never with the key', async () => {
  await withAlgolia({ apiKey: 'another' }, async ({ url }) => {
    const failure: unknown = await browseProfiles(options, environment(url))
      .next()
      .catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(PackageError)
    expect(failure).toMatchObject({ failureType: 'config_error', message: expect.stringContaining('401') as string })
    expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain(API_KEY)
  })
})

test('the example in the documents prints the users with the affinity that it asks for', async () => {
  const root = resolve(__dirname, '../../..')
  const page = await readFile(join(root, 'docs/library.md'), 'utf8')
  const example = [...page.matchAll(/^```js\n(.*?)^```$/gms)].find(([, code = '']) => code.includes('browseProfiles'))
  const folder = await mkdtemp(join(tmpdir(), 'readme-'))
  try {
    await mkdir(join(folder, 'node_modules'))
    await symlink(root, join(folder, 'node_modules/segment-algolia-personalization'))
    await writeFile(join(folder, 'camping.mjs'), String(example?.[1]))
    const profiles = [
      profileWith('camper', { name: 'category', value: 'camping', indices: ['products'] }),
      profileWith('hiker', { name: 'category', value: 'hiking', indices: ['products'] }),
      profileWith('tent', { name: 'category', value: 'camping', indices: [] })
    ]
    await withAlgolia({ profiles, appId: 'YourApplicationID' }, async ({ url }) => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['camping.mjs'], {
        cwd: folder,
        env: { ...process.env, ALGOLIA_API_KEY: API_KEY, ALGOLIA_PERSONALIZATION_URL: url }
      })
      expect([stdout, stderr]).toEqual(['camper\ntent\n', ''])
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})
