import { identifyAsGold } from '../../src/demo/trait'
import { searchAs } from '../../src/demo/search'
import { algoliaForEachTest, settings } from '../support/destination'
import { callsTo, giveProfile } from '../support/profiles'

const algolia = algoliaForEachTest()

test('a trait becomes a rule context: the search of the shopper has it, and another order of hits', async () => {
  giveProfile(algolia, 'ada', [{ id: 'vip', source: 'segment' }])
  giveProfile(algolia, 'ben', [])
  const { before, after, isRight } = await identifyAsGold(algolia, 'ada', { ...settings })
  expect(isRight).toBe(true)
  expect(before.ruleContexts).toEqual(['vip'])
  expect(after.ruleContexts).toEqual(['loyalty_tier__gold', 'vip'])
  expect(algolia.search.searches.all.at(-1)).toMatchObject({
    userToken: 'ada',
    ruleContexts: ['loyalty_tier__gold', 'vip'],
    rules: ['loyalty_tier__gold']
  })
  expect(after.firstHits).not.toEqual(before.firstHits)
  // Whoever isn't gold finds what was found before.
  expect((await searchAs(algolia, 'ben')).firstHits).toEqual(before.firstHits)
  expect(callsTo(algolia)).toEqual(['GET /2/users/ada', 'PUT /2/users/ada/segments', 'GET /2/users/ada'])
})

test('a trait that Algolia does not get is told', async () => {
  giveProfile(algolia, 'ada', [])
  algolia.faults.status(402)
  expect((await identifyAsGold(algolia, 'ada', { ...settings })).isRight).toBe(false)
})
