import { type LocalAlgolia, startLocalAlgolia } from '../../../src/local/algolia'
import { WorkbenchPage } from '../../support/workbench-page'

const application = { appId: 'MYSHOP', region: 'eu', apiKey: 'local-api-key' }
const it_ = WorkbenchPage.forEachTest({ application })
let algolia: LocalAlgolia

beforeAll(async () => {
  algolia = await startLocalAlgolia({ appId: 'MYSHOP', region: 'eu', profiles: 3 })
  process.env.ALGOLIA_PERSONALIZATION_URL = algolia.urls.personalization
})
afterAll(async () => {
  delete process.env.ALGOLIA_PERSONALIZATION_URL
  await algolia.close()
})

const field = (label: string) => it_.page.getByLabel(label, { exact: true })
const dialog = () => it_.page.getByRole('dialog')

describe('a real application', () => {
  it('is named in the header, on the start and where one sends, as it is really used', async () => {
    await it_.open('start')
    expect(await it_.page.locator('.target').innerText()).toBe('Real application MYSHOP, eu')
    expect(await it_.region('A real application').locator('.caution').innerText()).toContain('MYSHOP')
    await it_.page.getByRole('link', { name: 'Try an event' }).first().click()
    expect(await it_.region('Send').locator('.caution').innerText()).toContain('MYSHOP')
  })

  it('has no made-up user: without a user token the samples are about nobody', async () => {
    await it_.open('try')
    const preview = await it_.preview()
    expect(await field('User token in samples').inputValue()).toBe('')
    expect(await preview.locator('.box.bad').innerText()).toContain('userToken')
    algolia.clearCalls()
    await it_.open('profiles')
    expect(await it_.region('Profile').getByRole('link').count()).toBe(0)
    expect(algolia.calls).toHaveLength(0)
  })

  it('is asked about once, before the first write, naming the application and the user', async () => {
    await it_.open('try')
    await field('User token in samples').fill('my-own-browser')
    await it_.preview()
    algolia.clearCalls()
    await it_.button('Send').click()
    expect(await dialog().innerText()).toMatch(/MYSHOP[^]*eu[^]*my-own-browser/)
    await it_.page.keyboard.press('Escape')
    expect(await dialog().count()).toBe(0)
    expect(algolia.calls).toHaveLength(0)

    await it_.button('Send').click()
    await it_.button('Cancel').click()
    expect(algolia.calls).toHaveLength(0)

    await it_.button('Send').click()
    await it_.button('Write').click()
    await it_.region('What became of it').getByRole('heading', { level: 2 }).waitFor()
    expect(algolia.profiles.get('my-own-browser')?.segments).toEqual([{ id: 'winter_hikers', source: 'segment' }])

    await field('Algolia Segment ID').fill('another')
    await it_.send()
    expect(await dialog().count()).toBe(0)
    expect(algolia.profiles.get('my-own-browser')?.segments).toHaveLength(2)
  })
})
