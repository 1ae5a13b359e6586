import type { Page } from 'playwright-core'

const { openChromium } = jest.requireActual<{
  openChromium: () => Promise<{ page: Page; close: () => Promise<void> }>
}>('../../scripts/chromium.js')

/** A browser with a page, and what went on in it. */
export interface Browser {
  readonly page: Page
  /** Errors and warnings on the console, uncaught errors, and requests that failed. */
  readonly complaints: string[]
  /** The addresses of all requests. */
  readonly addresses: string[]
  /** Everything that went over the wire: of each request address, headers and body, and the same of its answer. */
  traffic(): Promise<string>
  close(): Promise<void>
}

/** Opens Chromium and listens to what goes on in it. */
export async function openBrowser(): Promise<Browser> {
  const { page, close } = await openChromium()
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  const addresses: string[] = []
  const exchanges: Promise<string>[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('requestfailed', (request) => {
    // What is under way when the page is left is broken off, which is nothing to complain of.
    const { errorText = '' } = request.failure() ?? {}
    if (errorText !== 'net::ERR_ABORTED') complaints.push(`${errorText}: ${request.url()}`)
  })
  page.on('request', (request) => {
    addresses.push(request.url())
    exchanges.push(Promise.resolve(JSON.stringify([request.url(), request.headers(), request.postData()])))
  })
  page.on('response', (response) => {
    const text = response.text().catch(() => '')
    exchanges.push(text.then((body) => JSON.stringify([response.headers(), body])))
  })
  return { page, complaints, addresses, traffic: async () => (await Promise.all(exchanges)).join('\n'), close }
}
