import { ruleContextsOf } from '../../../src/contexts'
import { catalogue, recordOf } from '../../../src/local/algolia'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, type Event, Host, presetFor } from '../../support/destination'
import { credentials } from '../../support/local-algolia'
import { API_KEY, catalogOf, configuration, runRead, type Row } from '../../support/source'

const algolia = algoliaForEachTest({ keys: { [API_KEY]: ['search', 'browse', 'recommendation'] } })

async function post(origin: string, path: string, body: unknown): Promise<{ hits: { objectID: string }[] }> {
  const response = await fetch(origin + path, { method: 'POST', headers: credentials, body: JSON.stringify(body) })
  expect(response.status).toBe(200)
  return (await response.json()) as { hits: { objectID: string }[] }
}

const shopper = 'anonymous-shopper'
const bought = catalogue.get('products')!.find(({ category }) => category === 'Trail shoes')!

/** What the shopper's first hit is about, by the contexts that their profile gives. */
async function firstHit(): Promise<string> {
  const ruleContexts = ruleContextsOf(algolia.profiles.get(shopper) ?? {}, { sources: ['segment'] })
  const { hits } = await post(algolia.urls.search, '/1/indexes/products/query', { userToken: shopper, ruleContexts })
  return recordOf('products', hits[0]!.objectID)!.category
}

it('closes the loop: events by Send Events, affinities, source, audience, segments, and an order of hits that changes and changes back', async () => {
  await post(algolia.urls.search, '/1/indexes/products/rules/batch', [
    {
      objectID: 'trail-first',
      conditions: [{ context: 'trail_runners' }],
      consequence: { params: { optionalFilters: ['category:Trail shoes'] } }
    }
  ])
  const usual = await firstHit()
  expect(usual).not.toBe('Trail shoes')

  const order = {
    type: 'track',
    event: 'Order Completed',
    anonymousId: shopper,
    timestamp: new Date().toISOString(),
    properties: {
      ...{ search_index: 'products', revenue: 89, currency: 'EUR' },
      products: [{ product_id: bought.objectID, price: 89, quantity: 1 }]
    }
  } as const
  const host = new Host()
  const sent = await host.deliverBatch('sendEvents', [order as unknown as Event], {
    mapping: presetFor('Order Completed')
  })
  expect(sent).toMatchObject([{ status: 200, body: { result: 'event sent' } }])
  const run = await runRead({ url: algolia.url, config: configuration(), catalog: catalogOf('affinities') })
  const liking = (row: Row): boolean => row.algolia_affinity_value === 'Trail shoes'
  const audience = run.rows('affinities').filter(liking)
  expect(audience.map((row) => row.algolia_user_id)).toEqual([shopper])
  expect(await firstHit()).toBe(usual)

  const event = (entered: boolean) => ({
    ...audienceTrack('somebody', 'trail_runners', entered),
    anonymousId: String(audience[0]!.algolia_user_id)
  })
  await host.deliver('syncAudience', event(true))
  expect(await firstHit()).toBe('Trail shoes')
  await host.deliver('syncAudience', event(false))
  expect(await firstHit()).toBe(usual)
})
