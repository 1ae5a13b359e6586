import type * as Full from '../../../../node_modules/algoliasearch/dist/node'
import type * as Lite from '../../../../node_modules/algoliasearch/dist/lite/node'
import { catalogue, type LocalAlgolia, type ShopRecord } from '../../../../src/local/algolia'
import { credentials, withLocalAlgolia } from '../../../support/local-algolia'

// The package says where its types are only through `exports`, which this module resolution doesn't read.
/* eslint-disable @typescript-eslint/no-require-imports */
const { algoliasearch } = require('algoliasearch') as typeof Full
const { liteClient } = require('algoliasearch/lite') as typeof Lite
/* eslint-enable @typescript-eslint/no-require-imports */

function hostsOf({ urls }: LocalAlgolia) {
  const { hostname, port } = new URL(urls.search)
  return { hosts: [{ url: hostname, port: Number(port), protocol: 'http' as const, accept: 'readWrite' as const }] }
}

function full(algolia: LocalAlgolia, apiKey = 'local-api-key') {
  return algoliasearch('LOCALALGOLIA', apiKey, hostsOf(algolia))
}

/** The ids of the hits of one search by Algolia's client for pages. */
async function hitsOf(algolia: LocalAlgolia, params: object): Promise<string[]> {
  const client = liteClient('LOCALALGOLIA', 'local-api-key', hostsOf(algolia))
  const { results } = await client.search<ShopRecord>({
    requests: [{ indexName: 'products', hitsPerPage: 1000, ...params }]
  })
  return (results[0] as { hits: { objectID: string }[] }).hits.map(({ objectID }) => objectID)
}

const products = catalogue.get('products')!
const idsOf = (wanted: (record: ShopRecord) => boolean): string[] =>
  products.filter(wanted).map(({ objectID }) => objectID)

const boost = {
  objectID: 'runners-first',
  conditions: [{ context: 'trail_runners' }],
  consequence: { params: { optionalFilters: ['category:Trail shoes'] } }
}

describe('rules', () => {
  it("change the order of hits for searches that name their context, and for no others, by Algolia's own client", async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const usual = await hitsOf(algolia, {})
      expect(usual).toEqual(products.map(({ objectID }) => objectID))
      const client = full(algolia)
      const { taskID } = await client.saveRules({ indexName: 'products', rules: [boost] })
      await client.waitForTask({ indexName: 'products', taskID })
      const trail = idsOf(({ category }) => category === 'Trail shoes')
      const changed = await hitsOf(algolia, { ruleContexts: ['vip_customers', 'trail_runners'] })
      expect(changed.slice(0, trail.length)).toEqual(trail)
      expect([...changed].sort()).toEqual([...usual].sort())
      expect(changed).not.toEqual(usual)
      expect(await hitsOf(algolia, { ruleContexts: ['vip_customers'] })).toEqual(usual)
      expect(await hitsOf(algolia, { ruleContexts: ['trail_runners'], enableRules: false })).toEqual(usual)
      await client.deleteRule({ indexName: 'products', objectID: 'runners-first' })
      expect(await hitsOf(algolia, { ruleContexts: ['trail_runners'] })).toEqual(usual)
    })
  })

  it('promote, hide, filter, rewrite and say data, where the query, the time and their state allow', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const client = full(algolia)
      const [first, second, third] = products as [ShopRecord, ShopRecord, ShopRecord]
      const rule = (objectID: string, consequence: object, more: object = {}) => ({
        objectID,
        conditions: [{ context: objectID }],
        consequence,
        ...more
      })
      await client.saveRules({
        indexName: 'products',
        rules: [
          rule('promote', {
            promote: [
              { objectID: third.objectID, position: 0 },
              { objectIDs: ['product-1'], position: 2 }
            ]
          }),
          rule('hide', { hide: [{ objectID: second.objectID }], userData: { banner: 'hello' } }),
          rule('filter', { params: { filters: 'brand:Nike', hitsPerPage: 2 } }),
          rule('rewrite', { params: { query: { edits: [{ type: 'remove', delete: 'cheap' }] } } }),
          rule('off', { params: { filters: 'brand:none' } }, { enabled: false }),
          rule('over', { params: { filters: 'brand:none' } }, { validity: [{ from: 1, until: 2 }] }),
          {
            objectID: 'pattern',
            conditions: [{ pattern: 'tents', anchoring: 'is', context: 'camper' }],
            consequence: { params: { query: 'kettles' } }
          }
        ] as never[]
      })
      const with_ = (context: string, params: object = {}): Promise<string[]> =>
        hitsOf(algolia, { ruleContexts: [context], ...params })
      expect((await with_('promote')).slice(0, 2)).toEqual([third.objectID, first.objectID])
      expect((await with_('promote'))[2]).toBe('product-1')
      expect(await with_('hide')).not.toContain(second.objectID)
      expect(await with_('filter')).toEqual(idsOf(({ brand }) => brand === 'Nike').slice(0, 2))
      expect(await with_('rewrite', { query: 'cheap tents' })).toEqual(idsOf(({ category }) => category === 'Tents'))
      expect(await with_('off')).toHaveLength(products.length)
      expect(await with_('over')).toHaveLength(products.length)
      expect(await with_('camper', { query: 'tents' })).toEqual(idsOf(({ category }) => category === 'Kettles'))
      expect(await with_('camper', { query: 'tents vaude' })).toEqual(
        idsOf(({ category, brand }) => category === 'Tents' && brand === 'Vaude')
      )
      const said = await client.searchSingleIndex({
        indexName: 'products',
        searchParams: { ruleContexts: ['hide'], getRankingInfo: true }
      })
      expect(said).toMatchObject({ userData: [{ banner: 'hello' }], appliedRules: [{ objectID: 'hide' }] })
    })
  })

  it('are saved, read and cleared one by one and together, and refused when they are none', async () => {
    await withLocalAlgolia({ keys: { searcher: ['search'] } }, async (algolia) => {
      const client = full(algolia)
      await client.saveRule({ indexName: 'products', objectID: 'runners-first', rule: boost })
      expect(await client.getRule({ indexName: 'products', objectID: 'runners-first' })).toEqual(boost)
      await client.saveRules({ indexName: 'products', rules: [{ ...boost, objectID: 'b' }], clearExistingRules: true })
      expect((await client.searchRules({ indexName: 'products' })).hits.map(({ objectID }) => objectID)).toEqual(['b'])
      await client.clearRules({ indexName: 'products' })
      expect(algolia.search.rules.of('products')).toEqual([])
      for (const flaw of [
        { conditions: [{ context: 'not valid' }] },
        { conditions: [{ pattern: 'a' }] },
        { consequence: undefined }
      ]) {
        const rule = { ...boost, ...flaw } as never
        await expect(client.saveRules({ indexName: 'products', rules: [rule] })).rejects.toMatchObject({ status: 400 })
      }
      await expect(
        full(algolia, 'searcher').saveRules({ indexName: 'products', rules: [boost] })
      ).rejects.toMatchObject({
        status: 403,
        message: 'Method not allowed with this API key'
      })
      await expect(full(algolia, 'other').searchSingleIndex({ indexName: 'products' })).rejects.toMatchObject({
        status: 403,
        message: 'Invalid Application-ID or API key'
      })
    })
  })
})

describe('a search', () => {
  it('finds records by the beginnings of words, and filters in each notation', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const shoes = idsOf(({ brand, category }) => brand === 'Nike' && category === 'Running shoes')
      for (const params of [
        { query: 'nike runn' },
        { filters: 'brand:Nike AND (category:"Running shoes" OR category:none)' },
        { facetFilters: ['brand:Nike', ['category:Running shoes', 'category:none']] },
        { facetFilters: [['brand:Nike'], '-category:Trail shoes', '-category:Sportswear'] },
        { query: 'nike', filters: "NOT category:'Trail shoes' AND NOT category:Sportswear" }
      ]) {
        expect([params, await hitsOf(algolia, params)]).toEqual([params, shoes])
      }
      const cheap = idsOf(({ price }) => price! < 30 && price! >= 20)
      expect(await hitsOf(algolia, { filters: 'price < 30 AND price>=20' })).toEqual(cheap)
      expect(await hitsOf(algolia, { numericFilters: ['price<30', 'price>=20'] })).toEqual(cheap)
      expect(await hitsOf(algolia, { query: 'bicycle' })).toEqual([])
    })
  })

  it('gives pages, facets, highlights, and a queryID for clicks, and notes who searched for what', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const client = full(algolia)
      const asked = {
        query: 'nike',
        hitsPerPage: 4,
        page: 1,
        facets: ['brand', 'price'],
        userToken: 'anonymous-1',
        analyticsTags: ['trail_runners'],
        ruleContexts: ['trail_runners'],
        clickAnalytics: true
      }
      const result = await client.searchSingleIndex<ShopRecord>({ indexName: 'products', searchParams: asked })
      const nike = idsOf(({ brand }) => brand === 'Nike')
      expect(result.hits.map(({ objectID }) => objectID)).toEqual(nike.slice(4, 8))
      expect(result).toMatchObject({
        nbHits: nike.length,
        nbPages: Math.ceil(nike.length / 4),
        page: 1,
        facets: { brand: { Nike: nike.length } },
        facets_stats: { price: { min: expect.any(Number), max: expect.any(Number) } },
        queryID: expect.stringMatching(/^[0-9a-f]{32}$/)
      })
      expect(result.hits[0]!._highlightResult).toMatchObject({ brand: { value: '<em>Nike</em>', matchLevel: 'full' } })
      expect(algolia.search.searches.all).toEqual([
        {
          index: 'products',
          query: 'nike',
          userToken: 'anonymous-1',
          ruleContexts: ['trail_runners'],
          analyticsTags: ['trail_runners'],
          queryID: result.queryID,
          objectIDs: nike.slice(4, 8),
          rules: [],
          at: expect.any(Number)
        }
      ])
      const again = await client.searchSingleIndex({ indexName: 'products', searchParams: {} })
      expect(again.queryID).toBeUndefined()
      const log = await fetch(`${algolia.urls.search}/_local/searches`)
      expect(await log.json()).toHaveLength(2)
    })
  })

  it('is made from a page, with credentials in the query and parameters as a text', async () => {
    await withLocalAlgolia({}, async (algolia) => {
      const query = 'x-algolia-application-id=LOCALALGOLIA&x-algolia-api-key=local-api-key'
      const body = {
        requests: [{ indexName: 'products', params: 'query=nike&hitsPerPage=2&facets=%5B%22brand%22%5D' }]
      }
      const response = await fetch(`${algolia.urls.search}/1/indexes/*/queries?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify(body)
      })
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
      const { results } = (await response.json()) as { results: { hits: unknown[]; facets: object }[] }
      expect([results[0]!.hits.length, Object.keys(results[0]!.facets)]).toEqual([2, ['brand']])
    })
  })

  it.each<[string, object, number]>([
    ['an index that is none', { indexName: 'none' }, 404],
    ['eleven contexts', { ruleContexts: Array.from({ length: 11 }, (_, index) => `c${index}`) }, 400],
    ['a context that is none', { ruleContexts: ['Outdoor lovers'] }, 400],
    ['a user token that is none', { userToken: 'me@example.com' }, 400],
    ['too many hits', { hitsPerPage: 1001 }, 400]
  ])('is refused for %s', async (_, params, status) => {
    await withLocalAlgolia({}, async (algolia) => {
      await expect(hitsOf(algolia, params)).rejects.toMatchObject({ status })
    })
  })

  it('is refused when its body is no JSON', async () => {
    await withLocalAlgolia({}, async ({ urls }) => {
      const body = '{"query":'
      const init = { method: 'POST', headers: credentials, body }
      expect((await fetch(`${urls.search}/1/indexes/products/query`, init)).status).toBe(400)
    })
  })
})
