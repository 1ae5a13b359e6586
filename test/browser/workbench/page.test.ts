import { until } from '../../support/workbench'
import { SHOPPER, WorkbenchPage } from '../../support/workbench-page'

const it_ = WorkbenchPage.forEachTest()
const AREAS = ['start', 'try', 'profiles', 'sources']

afterEach(() => it_.page.setViewportSize({ width: 1280, height: 800 }))

/** Brings the page into each of its states, one after the other. */
async function throughAllStates(look: (what: string) => Promise<void>): Promise<void> {
  const { page } = it_
  await it_.open('start')
  await it_.button('Test connection').click()
  await page.getByText('Connected.').waitFor()
  await look('start')
  await it_.open('try')
  // Every mood at once: good, bad, and something to be careful of.
  await page.getByLabel('Sample', { exact: true }).selectOption('List with mixed outcomes')
  await page.getByText(/\d more fields/).click()
  const outcome = await it_.send()
  await outcome.locator('summary').first().click()
  await look('try')
  await it_.open(`profiles/${encodeURIComponent(SHOPPER)}`)
  await it_.region('Affinities').waitFor()
  await page.getByText('The profile as Algolia gives it').click()
  await page.getByText(/affinities: \d+ rows/).click()
  await look('profiles')
  await it_.open('sources')
  await it_.button('Preview rows').click()
  await it_.region('Look before reading').locator('table').waitFor()
  await it_.button('Start').click()
  await it_.region('Run').getByText('Finished.').waitFor()
  await page.getByText('State', { exact: true }).click()
  await look('sources')
  await it_.button('Discover').click()
  await page.getByRole('heading', { name: /segments/ }).waitFor()
  await look('streams')
}

describe('the page', () => {
  it.each(['light', 'dark'] as const)(
    'has no violation that axe finds, best practice included, in the %s scheme',
    async (colorScheme) => {
      await it_.page.emulateMedia({ colorScheme })
      await throughAllStates(async (what) => {
        expect([what, await it_.violations()]).toEqual([what, []])
      })
      await it_.page.emulateMedia({ colorScheme: null })
    }
  )

  it('shows in forced colours what it otherwise shows by colour', async () => {
    const { page } = it_
    await page.emulateMedia({ forcedColors: 'active' })
    await it_.open(`profiles/${encodeURIComponent(SHOPPER)}`)
    await it_.region('Affinities').waitFor()
    const [bar, fill] = await page.evaluate<string[]>(`['.bar', '.bar-fill'].map((selector) =>
      getComputedStyle(document.querySelector(selector)).backgroundColor)`)
    expect(fill).not.toBe(bar)
    const [current, other] = await page.evaluate<
      string[]
    >(`['nav a[aria-current]', 'nav a:not([aria-current])'].map((selector) =>
      getComputedStyle(document.querySelector(selector)).borderBlockEndColor)`)
    expect(current).not.toBe(other)
    await page.emulateMedia({ forcedColors: null })
  })

  it.each([320, 390, 768])('has nothing out of sight to the side in a window of %i pixels', async (width) => {
    await it_.page.setViewportSize({ width, height: 700 })
    await throughAllStates(async (what) => {
      expect([what, await it_.page.evaluate(CUT_OFF)]).toEqual([what, []])
    })
  })

  it('says on a phone what went wrong beside what was pressed, in sight', async () => {
    const { page } = it_
    await page.setViewportSize({ width: 390, height: 700 })
    await it_.open('try')
    await it_.preview()
    it_.isGone = true
    await it_.workbench.close()
    await it_.button('Send').click()
    const problem = it_.region('Send').getByRole('alert').getByText('does not answer')
    await problem.waitFor()
    const box = await problem.boundingBox()
    expect(box && box.y >= 0 && box.y + box.height <= 700).toBe(true)
    // It stays until it is done again.
    await page.waitForTimeout(1_500)
    expect(await problem.count()).toBe(1)
  })

  it('can be used with the keyboard alone', async () => {
    const { page } = it_
    await it_.open('start')
    const focused = () => page.evaluate('document.activeElement.textContent.trim()')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Try an event')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Try an event' }).waitFor()
    expect(await page.getByRole('link', { name: 'Try an event' }).getAttribute('aria-current')).toBe('page')
    await it_.preview()
    // On to the button, whatever stands before it.
    for (let steps = 0; (await focused()) !== 'Send' && steps < 60; steps++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await it_.region('What became of it').getByRole('heading', { level: 2 }).waitFor()
    expect(await it_.focusedId()).toBe('outcome')
    for (let steps = 0; (await focused()) !== SHOPPER && steps < 60; steps++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await it_.region('Profile').getByRole('heading', { level: 2, name: SHOPPER }).waitFor()
  })

  it('keeps the focus on a button that is busy, and on one that can’t be pressed', async () => {
    const { page } = it_
    await it_.open('sources')
    it_.algolia.faults.latency = 100
    await it_.button('Check').focus()
    await page.keyboard.press('Enter')
    await page.locator('[aria-busy="true"]').waitFor()
    await page.getByText('SUCCEEDED').waitFor()
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Check')
  })

  it('shows an area from its top, however far down another one was read', async () => {
    const { page } = it_
    await page.setViewportSize({ width: 1280, height: 300 })
    await it_.open('try')
    await page.evaluate('scrollTo(0, 200)')
    await page.getByRole('navigation').getByRole('link', { name: 'Sources' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sources' }).waitFor()
    await until(async () => (await page.evaluate('scrollY')) === 0)
  })

  it('stays in its area when the navigation is skipped', async () => {
    const { page } = it_
    await it_.open('sources')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await until(async () => (await it_.focusedId()) === 'main')
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Sources')
  })

  it.each(AREAS)('has one first heading in the area %s', async (area) => {
    await it_.open(area)
    expect(await it_.page.getByRole('heading', { level: 1 }).count()).toBe(1)
  })
})

/**
 * Run in the page: what reaches beyond the window's sides, or beyond what it stands in, other than within boxes that are
 * there to be scrolled.
 */
const CUT_OFF = `(() => {
  const width = document.documentElement.clientWidth
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility())
  const reaches = (element) => {
    const { left, right } = element.getBoundingClientRect()
    return left < -0.5 || right > width + 0.5
  }
  const beyond = shown('body *').filter((element) =>
    !element.closest('.skip, .hidden-text') && !element.parentElement.closest('.scroll, pre') && reaches(element))
  const holders = shown('nav, nav a, .card, .tiles div, button').filter(({ scrollWidth, clientWidth }) =>
    scrollWidth > clientWidth + 1)
  const page = document.documentElement.scrollWidth > width ? ['the page scrolls'] : []
  return [...page, ...[...beyond, ...holders].map(({ outerHTML }) => outerHTML.slice(0, 80))]
})()`
