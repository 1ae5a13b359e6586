// @ts-check
import { Field } from '../elements.mjs'
import { html } from '../vendor/preact.mjs'
import { actionIn, editsOf, fieldText, hookEdit, hookText } from './form.mjs'
import { change, chooseAction, editField, form, resetMapping, results } from './state.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../interface').FieldView} FieldView */

/** The action, and how its fields are filled. @param {{ context: Context, problems: Record<string, string> }} props */
export function MappingPanel({ context, problems }) {
  const state = form.get()
  const action = actionIn(context, state)
  const isEdited = Object.keys(editsOf(state)).length > 0
  const onTop = action.fields.filter((field) => field.isRequired || isOnTop(context, field))
  const others = action.fields.filter((field) => !onTop.includes(field))
  /** @param {FieldView} field */
  const view = (field) =>
    html`<${MappingField} key=${field.name} context=${context} field=${field} problem=${problems[field.name]} />`
  return html`<section class="card" aria-labelledby="mapping-title">
    <h2 id="mapping-title">Action and mapping</h2>
    <${Field} id="action" label="Action" hint=${action.description}>
      ${(/** @type {object} */ described) =>
        html`<select
          ...${described}
          value=${action.slug}
          onChange=${(/** @type {any} */ { target }) => chooseAction(context, target.value)}
        >
          ${[true, false].map(
            (isAction) =>
              html`<optgroup label=${isAction ? 'Actions' : 'What Segment asks beside events'}>
                ${context.actions
                  .filter((one) => one.isAction === isAction)
                  .map(
                    ({ slug, title }) => html`<option value=${slug} selected=${slug === action.slug}>${title}</option>`
                  )}
              </optgroup>`
          )}
        </select>`}
    <//>
    ${
      action.mappings.length > 1 &&
      html`<${Field} id="preset" label="Begin with" hint="The ready-made mappings that Segment offers.">
        ${(/** @type {object} */ described) =>
          html`<select
            ...${described}
            value=${state.preset}
            onChange=${(/** @type {any} */ { target }) => change(context, { preset: target.value })}
          >
            ${action.mappings.map(
              ({ name }) => html`<option value=${name} selected=${name === state.preset}>${name}</option>`
            )}
          </select>`}
      <//>`
    }
    ${onTop.map(view)} ${action.syncMode && view(action.syncMode)}
    ${
      action.hook &&
      action.hook.inputs.map(
        (input) =>
          html`<${Field}
            id=${`mapping-${hookEdit(input.name).replace(' ', '-')}`}
            label=${action.hook?.label}
            hint=${input.description}
          >
            ${(/** @type {object} */ described) =>
              html`<input
                ...${described}
                autocomplete="off"
                value=${hookText(context, state, input)}
                onInput=${(/** @type {any} */ { target }) => editField(context, hookEdit(input.name), target.value)}
              />`}
          <//>`
      )
    }
    ${
      others.length > 0 &&
      html`<details open=${others.some(({ name }) => problems[name]) || undefined}>
        <summary>${others.length} more fields</summary>
        ${others.map(view)}
      </details>`
    }
    ${
      action.isAction
        ? html`<p class="hint">
            A field takes the first of its paths that holds something: one a line, each beginning with <code>$.</code>.
            What begins with <code>{</code> is a mapping directive, and any other text is taken as it is.
          </p>`
        : html`<p class="hint">There is no mapping: what stands in the event goes to the destination as it is.</p>`
    }
    ${
      isEdited &&
      html`<p class="hint">
        Edited by you.${' '}
        <button type="button" class="small" onClick=${() => resetMapping(context)}>
          Back to the ready-made mapping
        </button>
      </p>`
    }
  </section>`
}

/** Fields that a sample or an audience is about are in sight although the host doesn't require them. @param {Context} context @param {FieldView} field */
function isOnTop(context, { name }) {
  const sample = context.samples.find((sample) => sample.name === form.get().sample)
  return name === 'segmentId' || Object.hasOwn(sample?.mapping ?? {}, name)
}

/** @param {{ context: Context, field: FieldView, problem?: string }} props */
function MappingField({ context, field, problem }) {
  const { name, label, description, type, isRequired, choices } = field
  const text = fieldText(context, form.get(), field)
  const warning = results.get().preview?.mappingWarnings.find((one) => one.field === name)?.warning
  const offered =
    type === 'boolean'
      ? [
          { value: 'true', label: 'Yes' },
          { value: 'false', label: 'No' }
        ]
      : choices
  /** @param {any} event */
  const onInput = ({ target }) => editField(context, name, target.value)
  /** @param {object} described */
  const control = (described) => {
    if (offered) {
      const known = offered.some(({ value }) => value === text)
      return html`<select ...${described} value=${text} onChange=${onInput}>
        ${!known && html`<option value=${text} selected>${text}</option>`}
        ${offered.map(({ value, label }) => html`<option value=${value} selected=${value === text}>${label}</option>`)}
      </select>`
    }
    if (type === 'number') return html`<input ...${described} inputmode="numeric" value=${text} onInput=${onInput} />`
    const rows = Math.min(8, text.split('\n').length)
    return html`<textarea
      ...${described}
      class="code"
      rows=${rows}
      spellcheck="false"
      value=${text}
      onInput=${onInput}
    ></textarea>`
  }
  return html`<${Field}
    id="mapping-${name}"
    label=${label}
    hint=${description}
    isRequired=${isRequired}
    problem=${problem}
    warning=${warning}
    >${control}<//
  >`
}
