import type { Profile } from '../local/algolia'

const SHOPPER = 'loyalty+card=maya/2291'
const MEMBER = 'anonymous-3f7c1d52-90ab-4e6b-8a55-2d1f0c9be713'
const NEWCOMER = 'customer_100482'

/** Users to try events on: profiles for the local Algolia, with profile segments of several sources. */
export function exampleProfiles(now: Date): Profile[] {
  const lastUpdatedAt = now.toISOString()
  const affinity = (name: string, value: string, score: number, daysAgo: number, ...indices: string[]) => {
    return { name, value, score, indices, lastUpdatedAt: new Date(now.getTime() - daysAgo * 86_400_000).toISOString() }
  }
  return [
    {
      userID: SHOPPER,
      type: 'predictive',
      affinities: [
        affinity('category', 'Hiking boots', 19, 0, 'products', 'products_price_asc'),
        affinity('category', 'Tents', 14, 3, 'products'),
        affinity('category', 'Sleeping bags', 8, 12, 'products'),
        affinity('category', 'Camping', 5, 40, 'blog'),
        affinity('brand', 'Fjällräven', 17, 1, 'products', 'products_price_asc'),
        affinity('brand', 'Salomon', 11, 6, 'products'),
        affinity('brand', 'Vaude', 4, 85, 'products'),
        affinity('color', 'forest green', 16, 2, 'products'),
        affinity('color', 'navy', 6, 20, 'products')
      ],
      segments: [
        { id: 'cart_abandoners', source: 'segment' },
        { id: 'high_momentum', source: 'lytics' },
        { id: 'Outdoor lovers', source: 'dashboard' }
      ],
      lastUpdatedAt
    },
    {
      userID: MEMBER,
      type: 'basic',
      affinities: [affinity('category', 'Trail shoes', 12, 2, 'products'), affinity('brand', 'Hoka', 9, 9, 'products')],
      segments: [
        { id: 'newsletter_readers', source: 'segment' },
        { id: 'd2f0c6a1-3f61-4b1e-9a7e-5c1b7a6d9e21', source: 'adobe' }
      ],
      lastUpdatedAt
    },
    { userID: NEWCOMER, type: 'basic', affinities: [], lastUpdatedAt }
  ]
}
