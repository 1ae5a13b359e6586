// @ts-check
import { useStore } from '../store.mjs'
import { html, useEffect } from '../vendor/preact.mjs'
import { EventPanel } from './event-panel.mjs'
import { readForm } from './form.mjs'
import { MappingPanel } from './mapping-panel.mjs'
import { Outcome } from './outcome.mjs'
import { PreviewPanel } from './preview-panel.mjs'
import { SendPanel } from './send-panel.mjs'
import { begin, form, results } from './state.mjs'

/** @typedef {import('../../interface').Context} Context */

/** An event, what your mapping makes of it, and what becomes of it. @param {{ context: Context }} props */
export function Try({ context }) {
  const state = useStore(form)
  useStore(results)
  useEffect(() => begin(context), [])
  if (state.action === '') return null
  const { problems } = readForm(context, state)
  return html`
    <p class="lead">
      An event goes through Segment’s own code and this destination’s action, with your mapping, as it does once
      installed.
    </p>
    <div class="columns three">
      <${EventPanel} context=${context} problem=${problems.event} />
      <${MappingPanel} context=${context} problems=${problems} />
      <div class="stack">
        <${PreviewPanel} context=${context} />
        <${SendPanel} context=${context} />
      </div>
    </div>
    <${Outcome} context=${context} />
  `
}
