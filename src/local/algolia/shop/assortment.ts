/** The made-up shop: what profiles like, events are about, searches find and analytics count. */

/** What the shop sells, by department: what of a department goes together. */
export const departments = [
  { category: ['Running shoes', 'Trail shoes', 'Sportswear'], brand: ['Nike', 'Asics', 'Hoka', 'Brooks'] },
  { category: ['Tents', 'Sleeping bags', 'Hiking boots', 'Camping'], brand: ['Vaude', 'Fjällräven', 'Salomon'] },
  { category: ['Coffee machines', 'Kettles', 'Kitchen'], brand: ["De'Longhi", 'Bialetti', 'Moccamaster'] },
  { category: ['Headphones', 'Speakers', 'Turntables'], brand: ['Sony', 'Bose', 'Bang & Olufsen', 'Sennheiser'] },
  { category: ['Denim', 'Knitwear', 'Coats', 'Accessories'], brand: ["Levi's", 'A.P.C.', 'Barbour'] },
  { category: ['Skincare', 'Fragrance', 'Make-up'], brand: ['Aesop', 'La Roche-Posay', 'Estée Lauder'] },
  { category: ['Building blocks', 'Board games', 'Plush toys'], brand: ['Lego', 'Ravensburger', 'Steiff'] }
]
/** The colors of everything. */
export const colors = ['black', 'white', 'navy', 'forest green', 'red', 'beige', 'grey', 'yellow']
/** The indices that go together. */
export const indexGroups = [
  ['products'],
  ['products', 'products_price_asc'],
  ['products_fr'],
  ['products', 'blog'],
  ['blog']
]

/** The shop's indices. */
export const shopIndices = [...new Set(indexGroups.flat())]
/** The attributes of products that affinities are about. */
export const affinityNames = ['category', 'brand', 'color'] as const
