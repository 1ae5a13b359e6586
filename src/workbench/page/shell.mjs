// @ts-check
import { connection } from './api.mjs'
import { Profiles } from './profiles/area.mjs'
import { Sources } from './source/area.mjs'
import { Start } from './start.mjs'
import { useStore } from './store.mjs'
import { Try } from './try/area.mjs'
import { html, useEffect, useState } from './vendor/preact.mjs'

/** @typedef {import('../interface').Context} Context */

/** The areas of the page by their names in the address. A new one is a line here. */
const AREAS = {
  start: { title: 'Start', view: Start },
  try: { title: 'Try an event', view: Try },
  profiles: { title: 'Profiles', view: Profiles },
  sources: { title: 'Sources', view: Sources }
}

/** @typedef {keyof typeof AREAS} Area */

/**
 * What the address names: an area, and what in it is looked at; when it names no area, as “Skip to the content” does, the
 * area stays.
 * @param {Area} shown
 * @returns {{ area: Area, rest: string }}
 */
function readAddress(shown) {
  const [name = '', rest = ''] = location.hash.slice(1).split('/', 2)
  const area = Object.hasOwn(AREAS, name) ? /** @type {Area} */ (name) : shown
  try {
    return { area, rest: decodeURIComponent(rest) }
  } catch {
    return { area, rest }
  }
}

/** The whole page. @param {{ context: Context }} props */
export function Shell({ context }) {
  const [{ area, rest }, setAddress] = useState(() => readAddress('start'))
  useEffect(() => {
    const follow = () => setAddress(({ area }) => readAddress(area))
    window.addEventListener('hashchange', follow)
    // The address may have changed before anybody listened.
    follow()
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  useEffect(() => {
    document.title = `${AREAS[area].title} – Workbench`
    window.scrollTo(0, 0)
  }, [area])
  const { view: View } = AREAS[area]
  return html`
    <a class="skip" href="#main">Skip to the content</a>
    <header class="top">
      <p class="brand"><img src="/page/icon.svg" alt="" width="24" height="24" /> Workbench</p>
      <nav aria-label="Areas">
        ${Object.entries(AREAS).map(
          ([name, { title }]) =>
            html`<a href="#${name}" aria-current=${name === area ? 'page' : undefined}>${title}</a>`
        )}
      </nav>
      <${Target} target=${context.target} />
    </header>
    <main id="main" tabindex="-1">
      <${Connection} />
      <h1>${AREAS[area].title}</h1>
      <${View} context=${context} rest=${rest} />
    </main>
  `
}

/** Whom everything here goes to. @param {{ target: Context['target'] }} props */
function Target({ target: { kind, appId, region } }) {
  const [word, detail] =
    kind === 'local' ? ['Local Algolia', 'made-up profiles'] : ['Real application', `${appId}, ${region}`]
  return html`<p class="target"><span class="dot ${kind}"></span><strong>${word}</strong> ${detail}</p>`
}

/** Says that the workbench is gone, until it is there again. */
function Connection() {
  const { state } = useStore(connection)
  return html`<div role="alert">
    ${
      state === 'gone' &&
      html`<div class="box bad">
        <strong>The workbench does not answer.</strong> See whether it is still running where you started it. This page
        goes on by itself when it is back.
      </div>`
    }
    ${
      state === 'closed' &&
      html`<div class="box warning">
        <strong>The workbench was started anew.</strong> Open the address that it has printed now, in any tab of this
        browser: then this page goes on by itself, with what you typed.
      </div>`
    }
  </div>`
}
