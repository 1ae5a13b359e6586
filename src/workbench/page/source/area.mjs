// @ts-check
import { Field } from '../elements.mjs'
import { useStore } from '../store.mjs'
import { html, useEffect } from '../vendor/preact.mjs'
import { Look } from './look.mjs'
import { Run } from './run-panel.mjs'
import { editOption, follow, form, optionText, problems, run, sourceIn } from './state.mjs'

/** @typedef {import('../../interface').Context} Context */

/** A source: its options, a look at what it would give, and a run. @param {{ context: Context }} props */
export function Sources({ context }) {
  useStore(form)
  useStore(run)
  const { invalid } = useStore(problems)
  useEffect(follow, [])
  const source = sourceIn(context)
  return html`
    <p class="lead">
      A source reads Algolia as records, for a warehouse or a platform that speaks the Airbyte protocol.
    </p>
    <fieldset class="switch">
      <legend class="hidden-text">Source</legend>
      ${context.sources.map(
        ({ name, title }) =>
          html`<label
            ><input
              type="radio"
              name="source"
              value=${name}
              checked=${name === source.name}
              onChange=${() => {
                form.set({ source: name })
                problems.set({ invalid: {} })
              }}
            /><span>${title}</span></label
          >`
      )}
    </fieldset>
    <div class="columns side">
      <section class="card" aria-labelledby="options-title">
        <h2 id="options-title">Options</h2>
        ${source.options.map((option) => {
          const { name, title, description, type, example, isRequired } = option
          return html`<${Field}
            key=${`${source.name}/${name}`}
            id="option-${name}"
            label=${title}
            hint=${type === 'array' ? `${description} Separate several with commas.` : description}
            isRequired=${isRequired}
            problem=${invalid[name] && `${title} ${invalid[name]}.`}
          >
            ${(/** @type {object} */ described) =>
              html`<input
                ...${described}
                value=${optionText(source, option)}
                placeholder=${example && `such as ${example}`}
                inputmode=${type === 'integer' ? 'numeric' : 'text'}
                autocomplete="off"
                spellcheck="false"
                onInput=${(/** @type {any} */ { target }) => editOption(source, name, target.value)}
              />`}
          <//>`
        })}
      </section>
      <div class="stack">
        <${Look} key=${source.name} source=${source} />
        <${Run} context=${context} source=${source} />
      </div>
    </div>
  `
}
