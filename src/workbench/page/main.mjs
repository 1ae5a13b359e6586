// @ts-check
import { get } from './api.mjs'
import { Shell } from './shell.mjs'
import { html, render } from './vendor/preact.mjs'

const app = /** @type {HTMLElement} */ (document.getElementById('app'))
try {
  render(html`<${Shell} context=${await get('/workbench/context')} />`, app)
} catch (error) {
  const message = /** @type {Error} */ (error).message
  render(
    html`<main class="closed">
      <h1>The workbench can’t be shown</h1>
      <p role="alert">${message}</p>
    </main>`,
    app
  )
}
