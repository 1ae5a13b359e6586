import { SHOPPER, textsOf, WorkbenchPage } from '../../support/workbench-page'

const it_ = WorkbenchPage.forEachTest()
const profile = () => it_.region('Profile')
const field = (label: string) => it_.page.getByLabel(label, { exact: true })
const found = () => it_.page.getByRole('form', { name: 'Find some' })
const lookUp = async (userToken: string) => {
  await field('User token').fill(userToken)
  await it_.page.keyboard.press('Enter')
}
const lookUpProfile = async (userToken: string) => {
  await lookUp(userToken)
  await profile().getByRole('heading', { level: 2, name: userToken }).waitFor()
}
const lastUpdatedAt = '2026-01-01T00:00:00Z'

beforeEach(() => it_.open('profiles'))

describe('a profile', () => {
  it('shows its affinities by name, with bars, indices and age', async () => {
    await lookUpProfile(SHOPPER)
    const affinities = it_.region('Affinities')
    expect(await textsOf(affinities.getByRole('heading', { level: 4 }))).toEqual(['category', 'brand', 'color'])
    const [boots = '', tents = ''] = await textsOf(affinities.getByRole('listitem'))
    expect(boots).toMatch(/^Hiking boots 19 from products, products_price_asc, less than an hour old$/)
    expect(tents).toMatch(/^Tents 14 from products, 3 days old$/)
    const widths = await affinities
      .locator('.bar-fill')
      .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width))
    expect(widths[0]! / widths[1]!).toBeCloseTo(19 / 14, 1)
  })

  it('shows its segments, which are yours, the rule contexts of a search, and the rows of the source', async () => {
    await lookUpProfile(SHOPPER)
    expect(await textsOf(it_.region('Segments').getByRole('listitem'))).toEqual([
      'cart_abandoners segment · yours',
      'high_momentum lytics',
      'Outdoor lovers dashboard'
    ])
    const contexts = await textsOf(it_.region('Rule contexts').getByRole('listitem'))
    expect(contexts).toEqual([expect.stringMatching(/^Outdoor_lovers-/), 'cart_abandoners', 'high_momentum'])
    for (const context of contexts) expect(context).toMatch(/^[A-Za-z0-9_-]+$/)
    const rows = await textsOf(it_.region('What the source would emit').locator('tbody tr'))
    expect(rows).toContain('algolia_segment_sources ["segment","lytics","dashboard"]')
  })

  it('shows whatever stands in it as text, also where nothing is of the right kind', async () => {
    const id = '<img src="x" onerror="document.title = 1">'
    const affinity = { name: id, value: id, score: 3, indices: [id], lastUpdatedAt: id }
    const segments = [{ id, source: '<b>segment</b>' }]
    it_.algolia.profiles.put({ userID: 'odd', type: id, affinities: [affinity], segments, lastUpdatedAt: id })
    const wrong = { userID: 'wrong', type: 3, affinities: 'none', segments: [null, 4], lastUpdatedAt: null }
    it_.algolia.profiles.put(wrong as never)
    const cookie = { name: 'Cookie', value: 'cookie', score: 7, indices: [], lastUpdatedAt }
    it_.algolia.profiles.put({ userID: '__proto__', type: 'basic', affinities: [cookie], lastUpdatedAt })
    await lookUpProfile('odd')
    expect(await textsOf(it_.region('Segments').getByRole('listitem'))).toEqual([`${id} <b>segment</b>`])
    expect(await it_.page.locator('main img, main b').count()).toBe(0)
    await lookUp('wrong')
    await profile().getByRole('alert').waitFor()
    // A brand that is called as a header with a secret is a brand.
    await lookUpProfile('__proto__')
    expect(await textsOf(it_.region('Affinities').locator('.score'))).toEqual(['7'])
    expect(await it_.region('What the source would emit').innerText()).toContain('{"Cookie":7}')
    expect(await it_.page.title()).toContain('Profiles')
  })

  it('that can’t be is said to, at the field and without a call; that there is none, too', async () => {
    await lookUpProfile(SHOPPER)
    it_.algolia.clearCalls()
    await lookUp('a@b.c')
    await it_.page.getByText('This can’t be a user token').waitFor()
    expect(await field('User token').getAttribute('aria-invalid')).toBe('true')
    expect(await profile().getByRole('heading').count()).toBe(0)
    expect(it_.algolia.calls).toHaveLength(0)
    await lookUp('nobody')
    await profile().getByText('No profile.').waitFor()
    expect(await field('User token').getAttribute('aria-invalid')).toBeNull()
    it_.algolia.application.acl = []
    await lookUp(SHOPPER)
    await profile().getByRole('alert').getByText('ACLs search, browse, recommendation').waitFor()
  })
})

describe('profiles to choose from', () => {
  it('are listed, and each leads to its profile', async () => {
    const links = found().getByRole('link')
    await links.first().waitFor()
    expect(await links.count()).toBe(50)
    const userToken = await links.nth(3).innerText()
    await links.nth(3).click()
    await profile().getByRole('heading', { level: 2, name: userToken }).waitFor()
    await it_.page.goBack()
    await it_.page.goForward()
    await profile().getByRole('heading', { level: 2, name: userToken }).waitFor()
  })

  it('are found by an affinity, a segment and the beginning of the token', async () => {
    await field('Affinity').fill('category:Hiking boots')
    await field('Segment').fill('cart_aban')
    await field('Beginning of the user token').fill('loyalty+card=m')
    await it_.button('Find').click()
    await found().getByText('1 profile found').waitFor()
    expect(await textsOf(found().getByRole('link'))).toEqual([SHOPPER])
    await field('Segment').fill('nothing is called so')
    await it_.button('Find').click()
    await found().getByText('0 profiles found').waitFor()
  })

  it('are not found for a reason that is said', async () => {
    it_.algolia.application.planIncludesFeature = false
    await it_.button('Find').click()
    await found().getByText('Not found.').waitFor()
  })
})
