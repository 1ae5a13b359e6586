// @ts-check
import { CopyButton } from '../elements.mjs'
import { html } from '../vendor/preact.mjs'
import { ask, form, run, streamsOf } from './state.mjs'

/** What a platform is given to run the source as it stands here. @param {{ source: import('../../source/interface').SourceView }} props */
export function PlatformCopies({ source }) {
  const { progress } = run.get()
  /** @param {'configuration' | 'catalog'} part */
  const file = async (part) => {
    const files = await ask(source, '/workbench/source/files', {
      streams: streamsOf(source),
      syncMode: form.get().syncMode
    })
    return JSON.stringify(files[part], undefined, 2)
  }
  return html`<div class="actions copies" role="group" aria-label="For a platform">
    <span class="hint">For a platform:</span>
    <${CopyButton} text=${() => file('configuration')}>Copy configuration<//>
    <${CopyButton} text=${() => file('catalog')}>Copy catalog<//>
    ${
      progress?.source === source.name &&
      progress.state.length > 0 &&
      html`<${CopyButton} text=${() => JSON.stringify(run.get().progress?.state, undefined, 2)}>Copy state<//>`
    }
  </div>`
}
