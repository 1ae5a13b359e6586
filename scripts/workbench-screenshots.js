/** Makes the pictures of the workbench in docs/images anew, one of each area. Needs a build, and Chromium. */
const path = require('node:path')
const { startWorkbench } = require('../dist/workbench')
const { openChromium } = require('./chromium')

const FOLDER = path.join(__dirname, '../docs/images')
const SHOPPER = 'loyalty+card=maya/2291'

/** Of each area: its address, and what is done before the picture is made. */
const AREAS = {
  start: {
    address: 'start',
    async prepare(page) {
      await page.getByRole('button', { name: 'Test connection' }).click()
      await page.getByText('Connected.').waitFor()
    }
  },
  try: {
    address: 'try',
    async prepare(page) {
      await page.getByLabel('Sample', { exact: true }).selectOption('Traits of a user')
      await page.getByLabel('Payload').getByText('loyalty_tier').waitFor()
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.getByRole('heading', { name: 'Event delivered' }).waitFor()
      // A picture as high as the page would have room below it that is there for scrolling alone.
      await page.evaluate("document.getElementById('outcome').style.minHeight = 0")
    }
  },
  profiles: {
    address: `profiles/${encodeURIComponent(SHOPPER)}`,
    async prepare(page) {
      await page.getByRole('heading', { name: 'Affinities' }).waitFor()
      await page.getByText(/profiles found/).waitFor()
    }
  },
  sources: {
    address: 'sources',
    async prepare(page) {
      await page.getByRole('button', { name: 'Preview rows' }).click()
      await page.getByRole('region', { name: 'Look before reading' }).locator('table').waitFor()
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByLabel('Log of the run').getByText('calls left').first().waitFor()
    }
  }
}

async function main() {
  const workbench = await startWorkbench({ port: 0 })
  const { page, close } = await openChromium()
  try {
    await page.goto(workbench.entryUrl)
    for (const [area, { address, prepare }] of Object.entries(AREAS)) {
      await page.setViewportSize({ width: 1280, height: 800 })
      await page.goto(`${workbench.url}/#${address}`)
      await prepare(page)
      await page.mouse.move(0, 0)
      await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)')
      await page.screenshot({ path: path.join(FOLDER, `workbench-${area}.png`), fullPage: true })
    }
  } finally {
    await close()
    await workbench.close()
  }
}

main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
