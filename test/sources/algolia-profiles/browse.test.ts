import {
  browseProfiles,
  type BrowseOptions,
  type Environment,
  SourceError
} from '../../../src/sources/algolia-profiles'
import { systemClock } from '../../../src/sources/algolia-profiles/clock'
import { API_KEY, withAlgolia } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

const options: BrowseOptions = { appId: 'LOCALALGOLIA', apiKey: API_KEY, region: 'us' }
const environment = (baseUrl: string): Environment => ({ clock: systemClock, random: Math.random, baseUrl })

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
    expect(failure).toBeInstanceOf(SourceError)
    expect(failure).toMatchObject({ failureType: 'config_error', message: expect.stringContaining('401') as string })
    expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain(API_KEY)
  })
})
