/** Makes the pictures of the workbench in docs/images anew, one of each area. Needs a build, and Chromium. */
const path = require('node:path')
const { startWorkbench } = require('../dist/workbench')
const { openChromium } = require('./chromium')

const FOLDER = path.join(__dirname, '../docs/images')

/** Of each area: how high the picture is, in pixels, and what is done before it is made. */
const AREAS = {
  settings: {
    height: 650,
    async prepare(page) {
      await page.getByRole('button', { name: 'Test connection' }).click()
      await page.getByText('Connected.').waitFor()
    }
  },
  try: {
    height: 1270,
    async prepare(page) {
      await page.locator('#mapped').getByText('winter_hikers').waitFor()
      await page.getByRole('button', { name: 'Send' }).click()
      await page.locator('#sent').getByText('Event delivered').waitFor()
    }
  },
  inspector: {
    height: 1300,
    async prepare(page) {
      await page.getByRole('button', { name: 'loyalty+card=maya/2291' }).click()
      await page.getByRole('heading', { name: 'Affinities' }).waitFor()
    }
  },
  source: {
    height: 1270,
    async prepare(page) {
      await page.getByRole('button', { name: 'Preview rows' }).click()
      await page.locator('#looked table').waitFor()
      await page.getByRole('button', { name: 'Start' }).click()
      await page.locator('.log').getByText('calls left').waitFor()
    }
  }
}

async function main() {
  const workbench = await startWorkbench({ port: 0 })
  const { page, close } = await openChromium()
  try {
    for (const [area, { height, prepare }] of Object.entries(AREAS)) {
      await page.setViewportSize({ width: 1280, height })
      await page.goto(`${workbench.url}/#${area}`)
      await prepare(page)
      await page.mouse.move(0, 0)
      await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)')
      await page.screenshot({ path: path.join(FOLDER, `workbench-${area}.png`) })
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
