import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

/** A browser with a page, and what went on in it. */
export interface Browser {
  readonly page: Page
  /** Errors and warnings on the console, uncaught errors, and requests that failed. */
  readonly complaints: string[]
  /** Everything that went over the wire: of each request address, headers and body, and the same of its answer. */
  traffic(): Promise<string>
  /** The addresses of all requests. */
  readonly addresses: string[]
  close(): Promise<void>
}

/** Opens Chromium with a profile of its own, as large as a laptop's window. */
export async function openBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'workbench-browser-'))
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGUMENTS,
    viewport: { width: 1280, height: 800 }
  })
  const page = context.pages()[0] ?? (await context.newPage())
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
  return {
    page,
    complaints,
    addresses,
    traffic: async () => (await Promise.all(exchanges)).join('\n'),
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    }
  }
}
