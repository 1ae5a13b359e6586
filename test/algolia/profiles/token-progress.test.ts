import { TokenProgress } from '../../../src/algolia/profiles/token-progress'
import { Chance } from '../../support/chance'

const PAGE_SIZE = 100
const hex = (chance: Chance, length: number): string =>
  Array.from({ length }, () => chance.below(16).toString(16)).join('')

/** What is estimated to be left after each page of a window that holds some pages of such tokens. */
function estimates(pages: number, tokenOf: (chance: Chance, index: number) => string): (number | undefined)[] {
  const chance = new Chance(pages)
  const tokens = Array.from({ length: pages * PAGE_SIZE }, (_, index) => tokenOf(chance, index)).sort()
  const progress = new TokenProgress()
  return Array.from({ length: pages }, (_, page) => {
    progress.add(tokens.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE).filter((_, index) => index % 4 === 3))
    return progress.pagesLeft
  })
}

describe('what is left of a window', () => {
  test.each<[string, (chance: Chance) => string]>([
    ['random', (chance) => hex(chance, 32)],
    ['random after a name of their kind', (chance) => `anonymous-${hex(chance, 8)}-${hex(chance, 4)}`]
  ])('is known to a fifth where user tokens are %s', (_, tokenOf) => {
    for (const pages of [30, 100, 500]) {
      const left = estimates(pages, tokenOf)
      for (const read of [20, pages - 5]) {
        expect(left[read - 1]).toBeGreaterThan(0.8 * (pages - read) - 3)
        expect(left[read - 1]).toBeLessThan(1.2 * (pages - read) + 3)
      }
    }
  })

  test.each<[string, (chance: Chance, index: number) => string]>([
    ['count up', (_, index) => `user-${String(index).padStart(12, '0')}`],
    ['start with one letter', (chance) => `u${hex(chance, 12)}`]
  ])('is never taken for little, as long as it is much, where user tokens %s', (_, tokenOf) => {
    const left = estimates(200, tokenOf)
    expect(left.slice(19, 50).filter((pages) => pages !== undefined && pages < 60)).toEqual([])
  })

  test('is found to be much when a second kind of user tokens begins', () => {
    // 24 pages of the first kind seem to be nearly all there is.
    const left = estimates(500, (chance, index) =>
      index < 24 * PAGE_SIZE ? hex(chance, 32) : `user-${hex(chance, 12)}`
    )
    expect(left[21]).toBeLessThan(20)
    expect(left[63]).toBeGreaterThan(300)
  })

  test('is not told by tokens that are all the same, or of pages without any', () => {
    const progress = new TokenProgress()
    progress.add([])
    progress.add(['one', 'one'])
    expect(progress.pagesLeft).toBeUndefined()
  })
})
