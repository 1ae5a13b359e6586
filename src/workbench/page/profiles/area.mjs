// @ts-check
import { post } from '../api.mjs'
import { Field, profileAddress, ProfileLink, TaskButton, TaskProblem, useTask } from '../elements.mjs'
import { createKeptStore, createStore, useStore } from '../store.mjs'
import { html, useEffect } from '../vendor/preact.mjs'
import { Found } from './found.mjs'
import { Search } from './search.mjs'

/** @typedef {import('../../interface').Context} Context */

/** @type {import('../store.mjs').Store<{ userToken: string }>} */
const typed = createKeptStore('profiles', { userToken: '' }, ['userToken'])

/** @type {import('../store.mjs').Store<{ userToken: string, found?: import('../../interface').Inspected }>} */
const inspected = createStore({ userToken: '' })

/** Looks profiles up, and for them. `rest`: the user token that the address names. @param {{ context: Context, rest: string }} props */
export function Profiles({ context, rest }) {
  const { userToken } = useStore(typed)
  const { found, userToken: shown } = useStore(inspected)
  const lookUp = useTask(async (/** @type {string} */ userToken) => {
    inspected.set({ userToken, found: undefined })
    typed.set({ userToken })
    if (userToken === '') throw new Error('Type a user token.')
    inspected.set({ found: await post('/workbench/profile', { userToken }) })
  })
  useEffect(() => {
    if (rest !== '') void lookUp.run(rest)
  }, [rest])
  const problem =
    found && 'invalid' in found ? `This can’t be a user token: it ${found.invalid}. Algolia was not asked.` : ''
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault()
    const wanted = typed.get().userToken.trim()
    if (location.hash === profileAddress(wanted)) void lookUp.run(wanted)
    else if (wanted === '') void lookUp.run('')
    else location.hash = profileAddress(wanted)
  }
  return html`
    <p class="lead">What Algolia knows of a shopper, and what becomes of it in a search and in a source.</p>
    <div class="columns side">
      <div class="stack">
        <form class="card" novalidate onSubmit=${submit} aria-labelledby="look-up-title">
          <h2 id="look-up-title">Look one up</h2>
          <${Field} id="user-token" label="User token" hint=${examplesOf(context)} problem=${problem}>
            ${(/** @type {object} */ described) =>
              html`<input
                ...${described}
                class="code"
                autocomplete="off"
                spellcheck="false"
                value=${userToken}
                onInput=${(/** @type {any} */ { target }) => typed.set({ userToken: target.value })}
              />`}
          <//>
          <div class="actions"><${TaskButton} task=${lookUp} kind="primary" type="submit">Look up<//></div>
          <${TaskProblem} task=${lookUp} />
        </form>
        <${Search} context=${context} />
      </div>
      <section id="profile" aria-label="Profile" aria-busy=${lookUp.isBusy ? 'true' : undefined}>
        ${
          found && !('invalid' in found)
            ? html`<${Found} found=${found} context=${context} />`
            : html`<p class="hint">
                ${shown === '' ? 'Choose a profile from the list, or look one up.' : lookUp.isBusy ? 'Looking it up…' : ''}
              </p>`
        }
      </section>
    </div>
  `
}

/** @param {Context} context */
function examplesOf({ exampleUserTokens }) {
  if (exampleUserTokens.length === 0) return 'The ID that your website or app sends to Algolia as userToken.'
  return html`For example:
    <ul class="found">
      ${exampleUserTokens.map((userToken) => html`<li><${ProfileLink} userToken=${userToken} /></li>`)}
    </ul>`
}
