/** The records in the shop's indices: the same for every seed, so that documents and tests can name them. */
import { hashText, pick, randomFrom } from '../random'
import { colors, departments, shopIndices } from './assortment'

/** A record of the shop's indices. */
export interface ShopRecord {
  readonly objectID: string
  readonly name: string
  readonly category: string
  readonly brand: string
  readonly color: string
  /** Articles of the blog have none. */
  readonly price?: number
  /** How well it sells, from 0 to 1,000: the order of hits where nothing else decides. */
  readonly popularity: number
}

/** For each category, brand and two colors a product, `product-1` and so on. */
const products = departments
  .flatMap(({ category, brand }) =>
    category.flatMap((ofCategory) => brand.flatMap((ofBrand) => [0, 1].map(() => ({ ofCategory, ofBrand }))))
  )
  .map(({ ofCategory, ofBrand }, index): ShopRecord => {
    const random = randomFrom(hashText(0, `product ${index}`))
    const color = pick(random, colors)
    return {
      objectID: `product-${index + 1}`,
      name: `${ofBrand} ${ofCategory} ${pick(random, ['One', 'Light', 'Classic', 'Pro', 'Studio', 'Travel'])} (${color})`,
      category: ofCategory,
      brand: ofBrand,
      color,
      price: Math.round(900 + random() * 24_000) / 100,
      popularity: Math.floor(random() * 1000)
    }
  })

/** For each category an article, `article-1` and so on. */
const articles = departments
  .flatMap(({ category, brand }) => category.map((ofCategory) => ({ ofCategory, brand })))
  .map(({ ofCategory, brand }, index): ShopRecord => {
    const random = randomFrom(hashText(0, `article ${index}`))
    return {
      objectID: `article-${index + 1}`,
      name: `How to choose: ${ofCategory}`,
      category: ofCategory,
      brand: pick(random, brand),
      color: pick(random, colors),
      popularity: Math.floor(random() * 1000)
    }
  })

const mostPopularFirst = (records: readonly ShopRecord[]): readonly ShopRecord[] =>
  [...records].sort((left, right) => right.popularity - left.popularity)

/** The records of each index, in the order in which a search without a query gives them. */
export const catalogue: ReadonlyMap<string, readonly ShopRecord[]> = new Map(
  shopIndices.map((index) => [
    index,
    index === 'blog'
      ? mostPopularFirst(articles)
      : index === 'products_price_asc'
        ? [...products].sort((left, right) => left.price! - right.price!)
        : mostPopularFirst(products)
  ])
)

const byID = new Map([...products, ...articles].map((record) => [record.objectID, record]))

/** The record that an index has under an id. */
export function recordOf(index: string, objectID: string): ShopRecord | undefined {
  const record = byID.get(objectID)
  return record && catalogue.get(index)?.includes(record) ? record : undefined
}
