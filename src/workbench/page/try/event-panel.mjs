// @ts-check
import { Field } from '../elements.mjs'
import { html } from '../vendor/preact.mjs'
import { eventText, sampleIn } from './form.mjs'
import { change, chooseSample, editEvent, form } from './state.mjs'

/** @typedef {import('../../interface').Context} Context */

/** The event, or list of them. @param {{ context: Context, problem?: string }} props */
export function EventPanel({ context, problem }) {
  const state = form.get()
  const sample = sampleIn(context, state)
  const isEdited = sample !== undefined && state.drafts[state.sample] !== undefined
  const groups = [...new Set(context.samples.map(({ group }) => group))]
  return html`<section class="card" aria-labelledby="event-title">
    <h2 id="event-title">Event</h2>
    <${Field} id="sample" label="Sample" hint=${sample?.description ?? 'Paste an event, or a list of events, below.'}>
      ${(/** @type {object} */ described) =>
        html`<select
          ...${described}
          value=${state.sample}
          onChange=${(/** @type {any} */ { target }) => chooseSample(context, target.value)}
        >
          ${groups.map(
            (group) =>
              html`<optgroup label=${group}>
                ${context.samples
                  .filter((sample) => sample.group === group)
                  .map(({ name }) => html`<option value=${name} selected=${name === state.sample}>${name}</option>`)}
              </optgroup>`
          )}
          <option value="" selected=${state.sample === ''}>My own event</option>
        </select>`}
    <//>
    ${sample && html`<${Who} context=${context} />`}
    <${Field} id="event" label="Event or list of events, as JSON" problem=${problem}>
      ${(/** @type {object} */ described) =>
        html`<textarea
          ...${described}
          class="code tall"
          spellcheck="false"
          value=${eventText(context, state)}
          onInput=${(/** @type {any} */ { target }) => editEvent(context, target.value)}
        ></textarea>`}
    <//>
    ${
      isEdited &&
      html`<p class="hint">
        Edited by you.${' '}
        <button type="button" class="small" onClick=${() => editEvent(context, undefined)}>Back to the sample</button>
      </p>`
    }
  </section>`
}

/** Whom the samples are about; with a real application nobody is made up. @param {{ context: Context }} props */
function Who({ context }) {
  const { shopper } = form.get()
  const { exampleUserTokens, target } = context
  const hint =
    target.kind === 'local'
      ? 'The user of the samples. Any other is fine, too.'
      : 'Whom the samples are about. Give a user token of your own, such as that of your own browser.'
  return html`<${Field} id="shopper" label="User token in samples" hint=${hint}>
    ${(/** @type {object} */ described) =>
      html`<input
          ...${described}
          class="code"
          list="example-tokens"
          autocomplete="off"
          spellcheck="false"
          value=${shopper}
          onInput=${(/** @type {any} */ { target }) => change(context, { shopper: target.value })}
        />
        <datalist id="example-tokens">
          ${exampleUserTokens.map((userToken) => html`<option value=${userToken}></option>`)}
        </datalist>`}
  <//>`
}
