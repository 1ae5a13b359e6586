/* global document, location, window */
import { get, orTell } from './api.mjs'
import { byId, fill, h } from './elements.mjs'
import { initInspector } from './inspector.mjs'
import { initSettings } from './settings.mjs'
import { initSource } from './source.mjs'
import { initTry } from './try.mjs'

const AREAS = ['settings', 'try', 'inspector', 'source']

/** The area that is shown. */
let shown

/** Shows the area that the address names, from its top; when it names none, as “Skip to the content” does, all stays. */
function showArea() {
  const area = AREAS.find((name) => location.hash === `#${name}`) ?? shown ?? AREAS[0]
  if (area === shown) return
  shown = area
  for (const name of AREAS) byId(`${name}-area`).hidden = name !== area
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${area}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  document.title = `${byId(`${area}-title`).textContent} – Workbench`
  window.scrollTo(0, 0)
}

function showTarget({ kind, appId, region }) {
  const [word, detail] =
    kind === 'local' ? ['Local Algolia', 'made-up profiles'] : ['Real application', `${appId}, ${region}`]
  fill(byId('target'), h('span', { class: `dot ${kind}` }), h('strong', {}, word), ` ${detail}`)
}

await orTell(async () => {
  const context = await get('/workbench/context')
  showTarget(context.target)
  initSettings(context)
  initTry(context)
  initInspector(context)
  await initSource(context)
})
window.addEventListener('hashchange', showArea)
showArea()
