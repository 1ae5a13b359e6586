/** What the shop's visitors search for in each index. */
import { hashText, randomFrom } from '../random'
import { colors, departments } from '../shop/assortment'
import { catalogue } from '../shop/catalogue'

/** A text that is searched for. */
export interface Query {
  readonly search: string
  /** How many records it finds. */
  readonly nbHits: number
  /** Its part of all searches, in proportion to that of others. */
  readonly weight: number
}

const modifiers = ['sale', 'new', 'cheap', 'best', 'men', 'women', 'kids', 'gift', 'xl', 'outlet']
const frenchColors = ['noir', 'blanc', 'bleu marine', 'vert', 'rouge', 'beige', 'gris', 'jaune']
const notSold = [
  'gift card',
  'bicycle',
  'returns',
  'opening hours',
  'ps5',
  'umbrella',
  'student discount',
  'size guide'
]
const lower = (text: string): string => text.toLowerCase()

/** The queries of an index, most frequent first. The empty one is a query too. */
export function queriesOf(index: string, seed: number): readonly Query[] {
  const known = kept.get(`${seed} ${index}`)
  if (known) return known
  const random = randomFrom(hashText(seed, `queries of ${index}`))
  const texts = [...found(index), ...missed(index)]
    .map((text) => ({ ...text, order: text.rank * (0.5 + random()) }))
    .sort((left, right) => left.order - right.order)
  const queries = [{ search: '', nbHits: catalogue.get(index)!.length }, ...texts].map(({ search, nbHits }, place) => ({
    search,
    nbHits,
    weight: (place + 3) ** -0.85
  }))
  kept.set(`${seed} ${index}`, queries)
  return queries
}

const kept = new Map<string, readonly Query[]>()

/** The lower its rank, the more often something is searched for. */
interface RankedText {
  readonly search: string
  readonly nbHits: number
  readonly rank: number
}

function found(index: string): RankedText[] {
  const records = catalogue.get(index)!
  const counting = (matches: (record: (typeof records)[number]) => boolean): number => records.filter(matches).length
  const texts = departments.flatMap(({ category, brand }) => [
    ...category.flatMap((ofCategory) => {
      const nbHits = counting((record) => record.category === ofCategory)
      return [
        { search: lower(ofCategory), nbHits, rank: 1 },
        ...modifiers.map((modifier) => ({ search: `${lower(ofCategory)} ${modifier}`, nbHits, rank: 6 }))
      ]
    }),
    ...brand.flatMap((ofBrand) => {
      const nbHits = counting((record) => record.brand === ofBrand)
      return [
        { search: lower(ofBrand), nbHits, rank: 1.5 },
        ...modifiers.map((modifier) => ({ search: `${lower(ofBrand)} ${modifier}`, nbHits, rank: 8 }))
      ]
    }),
    ...category.flatMap((ofCategory) =>
      brand.flatMap((ofBrand) => {
        const nbHits = counting((record) => record.brand === ofBrand && record.category === ofCategory)
        const search = `${lower(ofBrand)} ${lower(ofCategory)}`
        const ofColors = index === 'products_fr' ? frenchColors : colors
        return [
          { search, nbHits, rank: 3 },
          ...ofColors.map((color) => ({ search: `${search} ${color}`, nbHits: Math.ceil(nbHits / 2), rank: 12 }))
        ]
      })
    )
  ])
  // Nobody looks for a color in a blog.
  return index === 'blog' ? texts.filter(({ rank }) => rank < 8) : texts
}

/** What is sold nowhere, and what is mistyped. */
function missed(index: string): RankedText[] {
  const typed = departments
    .flatMap(({ category, brand }) => [...category, ...brand])
    .map((text) => lower(text))
    .flatMap((text) => [text.slice(0, 2) + text.slice(3), `${text.slice(0, -1)}${text.slice(-1).repeat(2)}`])
  return [
    ...notSold.map((search) => ({ search, nbHits: 0, rank: index === 'blog' ? 4 : 2 })),
    ...typed.map((search) => ({ search, nbHits: 0, rank: 7 }))
  ]
}
