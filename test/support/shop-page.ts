import type { LocalAlgolia } from '../../src/local/algolia'
import { startLocalAlgolia } from '../../src/local/algolia'
import { startLocalSegment, type LocalSegment } from '../../src/local/segment'
import type { Browser } from './browser'

const { serveShopPage } = jest.requireActual<{
  serveShopPage: (settings: object) => Promise<{ url: string; close: () => Promise<void> }>
}>('../../scripts/shop-page/server.js')

/** A call as analytics.js sent it. */
export interface PageCall {
  readonly type: string
  readonly event?: string
  readonly userId?: string | null
  readonly anonymousId: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly traits?: Readonly<Record<string, unknown>>
  readonly integrations: Readonly<Record<string, unknown>>
  readonly context: {
    readonly traits?: Readonly<Record<string, unknown>>
    readonly externalIds?: readonly Readonly<Record<string, unknown>>[]
  }
}

/** A shopper before the page, and what came of it on either side. */
export interface Shop {
  readonly algolia: LocalAlgolia
  readonly segment: LocalSegment
  readonly calls: () => readonly PageCall[]
  /** The events so far, each with the properties that are asked for. */
  readonly events: (...names: string[]) => unknown[][]
  readonly open: (settings?: object) => Promise<void>
  readonly type: (text: string) => Promise<void>
  readonly click: (selector: string) => Promise<void>
  /** Waits until Segment has so many calls. */
  readonly told: (count: number) => Promise<void>
}

const WRITE_KEY = 'shop-write-key'
const SEARCH_KEY = 'shop-search-key'

/** Runs `use` with a page that is wired to a local Algolia and a local Segment. */
export async function withShop(browser: Browser, use: (shop: Shop) => Promise<void>): Promise<void> {
  const algolia = await startLocalAlgolia({ keys: { [SEARCH_KEY]: ['search'] } })
  const segment = await startLocalSegment({ writeKey: WRITE_KEY })
  const settings = {
    appId: algolia.application.appId,
    apiKey: SEARCH_KEY,
    writeKey: WRITE_KEY,
    urls: { search: algolia.urls.search, insights: algolia.urls.insights, segment: segment.url },
    identity: 'segment',
    typingPause: 1_000
  }
  const served: { close: () => Promise<void> }[] = []
  const { page } = browser
  const calls = (): readonly PageCall[] => segment.calls as readonly unknown[] as readonly PageCall[]
  try {
    await use({
      algolia,
      segment,
      calls,
      events: (...names) =>
        calls()
          .filter(({ type }) => type === 'track')
          .map(({ event, properties }) => [event, ...names.map((name) => properties[name])]),
      async open(more = {}) {
        const server = await serveShopPage({ ...settings, ...more })
        served.push(server)
        await page.goto(server.url)
        await page.locator('#hits li').first().waitFor()
      },
      type: (text) => page.locator('#search input').pressSequentially(text, { delay: 40 }),
      click: (selector) => page.locator(selector).first().click(),
      told: (count) => waitFor(() => segment.calls.length >= count)
    })
  } finally {
    await page.goto('about:blank')
    await Promise.all([...served.map((server) => server.close()), algolia.close(), segment.close()])
  }
}

/** Waits until something holds, which is looked at again and again. */
async function waitFor(condition: () => boolean): Promise<void> {
  const givenUpAt = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > givenUpAt) throw new Error('What was waited for has not come about within ten seconds.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
