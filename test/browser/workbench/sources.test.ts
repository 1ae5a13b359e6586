import { readFileSync } from 'node:fs'
import { SHOPPER, textsOf, WorkbenchPage } from '../../support/workbench-page'

const it_ = WorkbenchPage.forEachTest()
const look = () => it_.region('Look before reading')
const run = () => it_.region('Run')
const field = (label: string) => it_.page.getByLabel(label, { exact: true })
const PROFILES = 403

beforeEach(() => it_.open('sources'))

/** A run that lasts as long as a test needs it. */
const startSlowly = async () => {
  it_.algolia.application.rateLimit = { calls: 500, seconds: 86_400 }
  it_.algolia.faults.latency = 40
  await field('Page size').fill('5')
  await field('Concurrency').fill('1')
  await it_.button('Start').click()
  await it_.untilFigure('rows of profiles', (rows) => rows > 0).catch(() => undefined)
}

const hasEnded = (how: string, page = it_.page) => it_.region('Run', page).getByText(how).waitFor()

describe('a look before reading', () => {
  it('checks, and says what is wrong', async () => {
    await it_.button('Check').click()
    await look().getByText('SUCCEEDED').waitFor()
    it_.algolia.application.planIncludesFeature = false
    await it_.button('Check').click()
    await look().getByText('FAILED').waitFor()
    expect(await look().innerText()).toContain('402')
  })

  it.each([
    ['Page size', '5000'],
    ['Page size', 'many'],
    ['Start date', 'yesterday'],
    ['Indices', 'products,']
  ])('says at the field what %s must be, and asks nothing: %s', async (label, value) => {
    for (const press of ['Check', 'Start']) {
      const right = await field(label).inputValue()
      await field(label).fill(value)
      await it_.button(press).click()
      await it_.page.locator('[aria-invalid="true"]').waitFor()
      expect(await field(label).getAttribute('aria-invalid')).toBe('true')
      const beside = press === 'Check' ? look() : run()
      expect(await beside.getByRole('alert').getByText(`${label} must`).count()).toBe(1)
      await field(label).fill(right)
      expect(await field(label).getAttribute('aria-invalid')).toBeNull()
    }
    expect(it_.algolia.calls).toHaveLength(0)
  })

  it('discovers the streams with their fields, keys and cursor', async () => {
    await it_.button('Discover').click()
    const rows = look().locator('table').first().locator('tbody tr')
    await rows.first().waitFor()
    expect((await textsOf(rows))[0]).toMatch(/^algolia_user_id string key/)
    expect((await textsOf(rows)).at(-1)).toMatch(/^algolia_last_updated .*cursor/)
  })

  it('previews the first hundred rows of each stream that pass the filters, and they lead to profiles', async () => {
    await field('Affinities').fill('category:Tents')
    await it_.button('Preview rows').click()
    await look().locator('table').waitFor()
    const values = await textsOf(look().locator('tbody tr td:nth-child(4)'))
    expect(values.length).toBeGreaterThan(0)
    for (const value of values) expect(value).toContain('Tents')
    await look()
      .getByRole('radio', { name: /^segments/ })
      .check()
    await look().getByRole('columnheader', { name: 'algolia_segment_id' }).waitFor()
    await look().getByRole('link', { name: SHOPPER }).first().click()
    await it_.region('Profile').getByRole('heading', { level: 2, name: SHOPPER }).waitFor()
  })
})

describe('a run', () => {
  it('counts through a stop and a resume, and says what it did', async () => {
    await startSlowly()
    await it_.button('Stop').click()
    await hasEnded('Stopped.')
    const rows = await it_.figure('rows of profiles')
    expect(rows).toBeGreaterThan(0)
    expect(rows).toBeLessThan(PROFILES)
    expect(await it_.figure('calls left')).toBeGreaterThan(400)
    it_.algolia.faults.latency = 0
    await it_.button('Resume').click()
    await hasEnded('Finished.')
    expect(await it_.figure('rows of profiles')).toBe(PROFILES)
    expect(await run().innerText()).toMatch(/\d rows in \d+ calls and [\d.]+ seconds, resumed once/)
    expect(await it_.page.getByLabel('Log of the run').innerText()).toContain('profiles: COMPLETE')
  })

  it('is one and the same in two tabs', async () => {
    const tab = await it_.page.context().newPage()
    await it_.open('sources', tab)
    await startSlowly()
    await hasEnded('Running.', tab)
    await it_.button('Stop', tab).click()
    await hasEnded('Stopped.')
    expect(await it_.figure('rows of profiles', tab)).toBe(await it_.figure('rows of profiles'))
    it_.algolia.faults.latency = 0
    await it_.button('Resume', tab).click()
    await hasEnded('Finished.', tab)
    await hasEnded('Finished.')
    expect(await it_.figure('rows of profiles')).toBe(PROFILES)
    expect(await it_.figure('rows of profiles', tab)).toBe(PROFILES)
    await tab.close()
  })

  it('is gone on with when the workbench was killed and is started anew', async () => {
    await startSlowly()
    await it_.untilFigure('rows of profiles', (rows) => rows >= 25)
    const { page, workbench } = it_
    it_.isGone = true
    await workbench.close()
    await page.getByText('The workbench does not answer.').waitFor()
    const before = await it_.figure('rows of profiles')
    await it_.start({ port: Number(new URL(workbench.url).port), local: { profiles: 400, latency: 0 } })
    await page.goto(it_.workbench.entryUrl)
    await page.goto(`${it_.workbench.url}/#sources`)
    await hasEnded('Interrupted.')
    expect(await it_.figure('rows of profiles')).toBe(before)
    await it_.button('Resume').click()
    await hasEnded('Finished.')
    expect(await it_.figure('rows of profiles')).toBeGreaterThan(before)
    expect(await run().innerText()).toContain('resumed once')
  })

  it('leaves what is read, scrolled to or marked in its panels as it is', async () => {
    const { page } = it_
    await startSlowly()
    await run().getByText('State', { exact: true }).click()
    const state = await page.getByLabel('State', { exact: true }).innerText()
    await page.getByLabel('Log of the run').evaluate((log) => {
      const selection = document.getSelection()
      selection?.selectAllChildren(log.querySelector('p') ?? log)
    })
    const marked = await page.evaluate('String(getSelection())')
    const rows = await it_.figure('rows of profiles')
    await it_.untilFigure('rows of profiles', (now) => now > rows + 10)
    expect(await page.evaluate('String(getSelection())')).toBe(marked)
    expect(await page.getByLabel('State', { exact: true }).innerText()).toBe(state)
    await it_.button('Show as it is now').click()
    expect(await page.getByLabel('State', { exact: true }).innerText()).not.toBe(state)
    await it_.button('Stop').click()
    await hasEnded('Stopped.')
  })

  it('has rows that can be looked at and downloaded', async () => {
    const { page } = it_
    await it_.button('Start').click()
    await hasEnded('Finished.')
    await run().getByText('Rows of this run').click()
    await it_.button('Show the first 100 of each').click()
    await run().locator('table').waitFor()
    expect(await run().locator('tbody tr').count()).toBe(100)
    const download = page.waitForEvent('download')
    await run()
      .getByRole('link', { name: /Download profiles/ })
      .click()
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\n')
    expect(lines).toHaveLength(PROFILES)
    expect(Object.keys(JSON.parse(lines[0] ?? '') as object)).toContain('algolia_user_id')
  })

  it('has a configuration, a catalog and a state for a platform', async () => {
    const { page, workbench } = it_
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: workbench.url })
    await it_.button('Start').click()
    await hasEnded('Finished.')
    const copied = async (name: string) => {
      await page.evaluate('navigator.clipboard.writeText("")')
      await it_.button(name).click()
      await page.waitForFunction('navigator.clipboard.readText().then((text) => text !== "")')
      return JSON.parse(await page.evaluate('navigator.clipboard.readText()')) as Record<string, unknown>
    }
    expect(await copied('Copy configuration')).toMatchObject({
      appId: 'LOCALALGOLIA',
      apiKey: 'YOUR_API_KEY',
      pageSize: 50
    })
    expect(await copied('Copy catalog')).toMatchObject({ streams: [{ stream: { name: 'profiles' } }, {}, {}] })
    expect(await copied('Copy state')).toMatchObject([{ type: 'STREAM' }, {}, {}])
  })

  it('says why it failed, and why it can’t begin', async () => {
    for (const stream of ['profiles', 'affinities', 'segments'])
      await run().getByLabel(stream, { exact: true }).uncheck()
    await it_.button('Start').click()
    await run().getByRole('alert').getByText('must be one at least').waitFor()
    await run().getByLabel('profiles', { exact: true }).check()
    it_.algolia.application.planIncludesFeature = false
    await it_.button('Start').click()
    await hasEnded('Failed.')
    expect(await run().innerText()).toContain('402')
  })

  it('reads search analytics as well', async () => {
    await it_.page.getByRole('radio', { name: 'Algolia search analytics' }).check()
    expect(await field('Indices').inputValue()).toBe('products')
    for (const stream of await run().getByRole('checkbox').all()) await stream.uncheck()
    await run().getByLabel('searches', { exact: true }).check()
    await it_.button('Start').click()
    await hasEnded('Finished.')
    expect(await it_.figure('rows of searches')).toBe(30)
  })
})
