import type { Profile } from '../../../src/local/algolia'
import { catalogOf, configuration, readInProcess, type ReadInProcess, runRead, withAlgolia } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

function profileOf(userID: string, lastUpdatedAt: string, changes: Partial<Profile> = {}): Profile {
  return { userID, type: 'basic', affinities: [], segments: [], lastUpdatedAt, ...changes }
}

function affinityOf(name: string, value: string, ...indices: string[]): Profile['affinities'][number] {
  return { name, value, indices, score: 5, lastUpdatedAt: '2026-01-01T00:00:00Z' }
}

function read(baseUrl: string, filters: Record<string, unknown>, state?: unknown): Promise<ReadInProcess> {
  const input = { config: configuration(filters), catalog: catalogOf('profiles'), state }
  // The local Algolia goes by this machine's clock: another one would be warned of.
  return readInProcess(input, { clock: new VirtualClock(Date.now()), random: () => 0.5, baseUrl })
}

describe('filters', () => {
  const profiles = [
    profileOf('1', '2026-01-09T23:59:58.999999Z'),
    profileOf('2', '2026-01-10T00:00:00Z', { affinities: [affinityOf('category', 'camping', 'en', 'fr')] }),
    profileOf('3', '2026-01-10T00:00:00.000000001Z', {
      affinities: [affinityOf('category', 'camping', 'en'), affinityOf('brand', 'acme', 'de')]
    }),
    profileOf('4', '2026-01-10T01:00:00+02:00', { affinities: [affinityOf('category', 'tents', 'fr')] }),
    profileOf('5', '2026-02-01T00:00:00Z', { affinities: [affinityOf('brand', 'camping', 'en')] })
  ]

  test.each<[Record<string, unknown>, string[]]>([
    [{ startDate: '2026-01-10' }, ['2', '3', '5']],
    [{ startDate: '2026-01-10T00:00:00Z' }, ['2', '3', '5']],
    [{ startDate: '2026-01-10T02:00:00+02:00' }, ['2', '3', '5']],
    [{ startDate: '2026-01-10T00:00:02Z' }, ['5']],
    [{ indices: ['en'] }, ['2', '3', '5']],
    [{ indices: ['en', 'fr'] }, ['2']],
    [{ affinities: ['category'] }, ['2', '3', '4']],
    [{ affinities: ['category:camping'] }, ['2', '3']],
    [{ affinities: ['category:camping', 'brand'] }, ['3']],
    [{ startDate: '2026-01-20', affinities: ['category'] }, []],
    [{ indices: [], affinities: [] }, ['1', '2', '3', '4', '5']]
  ])('%j: profiles %j', async (filters, expected) => {
    await withAlgolia({ profiles }, async ({ url }) => {
      const output = await read(url, filters)
      expect(output.thrown).toBeUndefined()
      expect(output.userTokens()).toEqual(expected)
      expect(output.statuses().at(-1)).toBe('COMPLETE')
    })
  })

  test('that changed since the state was made lead to a full read, with a warning', async () => {
    await withAlgolia({ profiles }, async ({ url }) => {
      const first = await read(url, {})
      const second = await read(url, { indices: ['en'] }, first.lastStates)
      expect(second.userTokens()).toEqual(['2', '3', '5'])
      expect(second.logs('WARN')).toEqual([expect.stringContaining('indices or affinities have changed') as string])
    })
  })

  test('are sent with every call, page tokens included', async () => {
    await withAlgolia({ profiles: 30 }, async ({ url, calls }) => {
      const config = configuration({
        pageSize: 5,
        affinities: ['category'],
        indices: ['products'],
        startDate: '2020-01-01'
      })
      await runRead({ url, config })
      expect(calls.length).toBeGreaterThan(2)
      for (const { path } of calls) {
        const query = new URL(path, url).searchParams
        expect(query.get('affinity')).toBe('category')
        expect(query.get('indices')).toBe('products')
        expect(query.get('startDate')).toBe('2019-12-31T23:59:59Z')
      }
    })
  })
})
