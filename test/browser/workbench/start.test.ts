import { until } from '../../support/workbench'
import { textsOf, WorkbenchPage } from '../../support/workbench-page'

const COMMANDS = [{ name: 'doctor', summary: 'Says why nothing happens.' }]
const it_ = WorkbenchPage.forEachTest({ commands: COMMANDS })

describe('the way in', () => {
  it('is the start-up address, and no other', async () => {
    const { page, workbench } = it_
    await page.context().clearCookies()
    it_.isGone = true
    await page.goto(workbench.url)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('not the address')
    await page.goto(workbench.entryUrl)
    await page.getByRole('heading', { level: 1, name: 'Start' }).waitFor()
    // The token is no longer in sight, nor in the history.
    expect(page.url()).not.toContain('token')
  })
})

describe('the start', () => {
  beforeEach(() => it_.open('start'))

  it('leads to three tasks', async () => {
    const { page } = it_
    const main = page.getByRole('main')
    const tasks = await main.locator('ol').getByRole('link').all()
    expect(tasks).toHaveLength(3)
    for (const [index, area] of ['Try an event', 'Profiles', 'Sources'].entries()) {
      await page.getByRole('navigation').getByRole('link', { name: 'Start' }).click()
      await main.locator('ol').getByRole('link').nth(index).click()
      await page.getByRole('heading', { level: 1, name: area }).waitFor()
      await page.waitForFunction((name) => document.title.includes(name), area)
    }
  })

  it('explains its words, and names the commands that there are', async () => {
    const { page } = it_
    expect(await textsOf(it_.region('Words').getByRole('term'))).toEqual(
      expect.arrayContaining(['Segment', 'Your mapping', 'Your segments', 'Rule context'])
    )
    expect(await textsOf(it_.region('Without this page').getByRole('term'))).toEqual(['doctor'])
    expect(await page.getByRole('main').innerText()).toContain(it_.workbench.url)
  })

  it('says whom it works against, and nothing there can be edited', async () => {
    const { page } = it_
    expect(await it_.page.locator('.target').innerText()).toContain('Local Algolia')
    const facts = it_.region('A local Algolia')
    expect(await textsOf(facts.getByRole('definition'))).toEqual(
      expect.arrayContaining(['LOCALALGOLIA', 'us', it_.algolia.url])
    )
    expect(await page.locator('input, select, textarea').count()).toBe(0)
  })

  it('tests the connection: says what is wrong beside the button until it is tested again', async () => {
    const facts = it_.region('A local Algolia')
    it_.algolia.application.planIncludesFeature = false
    await it_.button('Test connection').click()
    await facts.getByRole('alert').getByText('plan').waitFor()
    it_.algolia.application.planIncludesFeature = true
    await it_.button('Test connection').click()
    await facts.getByText('Connected.').waitFor()
    expect(await facts.getByRole('alert').innerText()).toBe('')
    await it_.algolia.close()
    await it_.button('Test connection').click()
    await facts.getByRole('alert').getByText('ECONNREFUSED').waitFor()
    expect(await facts.getByText('Connected.').count()).toBe(0)
  })
})

describe('a workbench that is gone', () => {
  it('is looked for, and the page goes on by itself when its new address has been opened in another tab', async () => {
    const { page, workbench } = it_
    await it_.open('try')
    await page.getByLabel('Event or list of events').fill('{ "type": "track", "userId": "typed" }')
    it_.isGone = true
    const port = Number(new URL(workbench.url).port)
    await workbench.close()
    await it_.button('Send').click()
    await page.getByText('The workbench does not answer.').first().waitFor()

    await it_.start({ port, local: { profiles: 10, latency: 0 } })
    await page.getByText('The workbench was started anew.').waitFor()
    const tab = await page.context().newPage()
    await tab.goto(it_.workbench.entryUrl)
    await until(async () => (await page.getByText('The workbench was started anew.').count()) === 0)
    await tab.close()
    expect(await page.getByLabel('Event or list of events').inputValue()).toContain('typed')
    await page.getByLabel('Algolia Segment ID', { exact: true }).fill('vip')
    expect((await it_.payload()).userToken).toBe('typed')
  })
})
