/** Opens the Chromium that is installed on this machine: for the tests and the pictures of the workbench. */
const fs = require('node:fs/promises')
const os = require('node:os')
const path = require('node:path')
const { chromium } = require('playwright-core')

/** Where Debian installs it; the environment variable CHROMIUM names another. */
const EXECUTABLE = process.env.CHROMIUM || '/usr/bin/chromium'

/** Without a screen, in a container too, and without any traffic of the browser's own. */
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

/**
 * @returns {Promise<{ page: import('playwright-core').Page, close: () => Promise<void> }>} a page as large as a laptop's
 * window, in a browser with a new profile, which `close` deletes
 */
async function openChromium() {
  const profile = await fs.mkdtemp(path.join(os.tmpdir(), 'workbench-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    args: ARGUMENTS,
    viewport: { width: 1280, height: 800 }
  })
  const close = async () => {
    await context.close()
    await fs.rm(profile, { recursive: true, force: true })
  }
  return { page: context.pages()[0] ?? (await context.newPage()), close }
}

module.exports = { openChromium }
