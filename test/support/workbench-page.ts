import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { startWorkbench, type Workbench, type WorkbenchOptions } from '../../src/workbench'
import { openBrowser, type Browser } from './browser'
import { until } from './workbench'

/** A user of the samples, with segments of three sources. */
export const SHOPPER = 'loyalty+card=maya/2291'

/** The workbench in a browser, a new one for each test of a file. */
export class WorkbenchPage {
  private browser: Browser | undefined
  private current: Workbench | undefined

  /** What the test has ended on purpose: what the browser complains of then is right. */
  isGone = false

  get page(): Page {
    if (!this.browser) throw new Error('There is no browser yet.')
    return this.browser.page
  }

  get workbench(): Workbench {
    if (!this.current) throw new Error('There is no workbench yet.')
    return this.current
  }

  get algolia() {
    const { localAlgolia } = this.workbench
    if (!localAlgolia) throw new Error('There is no local Algolia.')
    return localAlgolia
  }

  /** Has every test of the file begin with a workbench and end with a look at what the browser complained of. */
  static forEachTest(options: WorkbenchOptions = {}): WorkbenchPage {
    const it = new WorkbenchPage()
    beforeAll(async () => {
      it.browser = await openBrowser()
      it.page.setDefaultTimeout(8_000)
    })
    beforeEach(() => it.start({ port: 0, local: { profiles: 400, latency: 0 }, ...options }))
    afterEach(async () => {
      // So that nothing of the page asks any more when the workbench is gone, and nothing is kept for the next one.
      await it.page.evaluate('sessionStorage.clear()').catch(() => undefined)
      await it.page.goto('about:blank')
      await it.workbench.close()
      const complaints = it.browser?.complaints.splice(0) ?? []
      expect(
        it.isGone ? complaints.filter((text) => !/ERR_CONNECTION_|status of (401|500)/.test(text)) : complaints
      ).toEqual([])
      it.isGone = false
      const foreign = it.browser?.addresses.filter((address) => !/^(http:\/\/127\.0\.0\.1:|about:|blob:)/.test(address))
      expect(foreign).toEqual([])
      expect(await it.browser?.traffic()).not.toContain('local-api-key')
    })
    afterAll(() => it.browser?.close())
    return it
  }

  async start(options: WorkbenchOptions): Promise<void> {
    this.current = await startWorkbench(options)
  }

  /** Opens the start-up address as a new user does, and goes to an area. */
  async open(area: string, page = this.page): Promise<void> {
    await page.goto(this.workbench.entryUrl)
    await page.goto(`${this.workbench.url}/#${area}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
  }

  button(name: string, page = this.page): Locator {
    return page.getByRole('button', { name, exact: true })
  }

  /** Something with a name: a part of the page, or a group in it. */
  region(name: string, page = this.page): Locator {
    return page.getByRole('region', { name, exact: true })
  }

  /** What the preview says, once it is of what the form says. */
  async preview(): Promise<Locator> {
    const preview = this.region('What the action gets')
    // What is typed is mapped after a rest.
    await this.page.waitForTimeout(30)
    await this.page.locator('#preview:not([aria-busy])').waitFor()
    return preview
  }

  /** The payload that the preview shows. */
  async payload(): Promise<Record<string, unknown>> {
    const preview = await this.preview()
    return JSON.parse(await preview.getByLabel('Payload').innerText()) as Record<string, unknown>
  }

  /** Sends, and waits for what becomes of it. @returns the part of the page that tells it */
  async send(): Promise<Locator> {
    await this.preview()
    await this.button('Send').click()
    const outcome = this.region('What became of it')
    await outcome.getByRole('heading', { level: 2 }).waitFor()
    return outcome
  }

  /** A figure of the run. */
  async figure(name: string, page = this.page): Promise<number> {
    const text = await page.locator('.tiles div', { hasText: name }).first().locator('dd').innerText()
    return Number(text.replace(/,/g, ''))
  }

  async untilFigure(name: string, isRight: (figure: number) => boolean, page = this.page): Promise<void> {
    await until(async () => isRight(await this.figure(name, page)))
  }

  focusedId(): Promise<string> {
    return this.page.evaluate('document.activeElement.id')
  }

  /** What axe finds, by the rules of WCAG 2.2 (A and AA) and its best practices. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(AXE)
    const found: string[] = await this.page
      .evaluate(`axe.run(document, { resultTypes: ['violations'], preload: false }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`)
    // axe writes styles into the document to measure it, which the page's policy forbids.
    const { complaints = [] } = this.browser ?? {}
    complaints.push(...complaints.splice(0).filter((text) => !text.includes('Applying inline style')))
    return found
  }
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

/** The texts of elements, as they are read. */
export async function textsOf(locator: Locator): Promise<string[]> {
  return (await locator.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())
}
