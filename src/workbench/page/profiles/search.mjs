// @ts-check
import { post } from '../api.mjs'
import { Box, counted, Field, ProfileLink, TaskButton, TaskProblem, useTask } from '../elements.mjs'
import { createKeptStore, createStore, useStore } from '../store.mjs'
import { html, useEffect } from '../vendor/preact.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../interface').FoundProfiles} FoundProfiles */

/** @type {import('../store.mjs').Store<{ affinity: string, segment: string, beginning: string }>} */
const search = createKeptStore('profile-search', { affinity: '', segment: '', beginning: '' }, [
  'affinity',
  'segment',
  'beginning'
])

/** @type {import('../store.mjs').Store<{ result?: FoundProfiles }>} */
const answered = createStore({})

/** What can be looked for, by the parts of the search. */
const PARTS = {
  affinity: { label: 'Affinity', hint: 'A name, or a name and a value, such as category:Tents. Algolia finds by it.' },
  segment: { label: 'Segment', hint: 'The beginning of a segment ID, such as loyalty_tier__' },
  beginning: { label: 'Beginning of the user token', hint: 'Such as anonymous-' }
}

/** A list of profiles to choose from. @param {{ context: Context }} props */
export function Search({ context }) {
  const state = useStore(search)
  const { result } = useStore(answered)
  const find = useTask(async () => {
    answered.set({ result: undefined })
    answered.set({ result: await post('/workbench/profiles', search.get()) })
  })
  // With a real application each list is a call of its limit: there it is made when it is asked for.
  useEffect(() => {
    if (context.target.kind === 'local' && !answered.get().result) void find.run()
  }, [])
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault()
    void find.run()
  }
  return html`<form class="card" novalidate onSubmit=${submit} aria-labelledby="find-title">
    <h2 id="find-title">Find some</h2>
    ${Object.entries(PARTS).map(
      ([name, { label, hint }]) =>
        html`<${Field} id="find-${name}" label=${label} hint=${hint}>
          ${(/** @type {object} */ described) =>
            html`<input
              ...${described}
              autocomplete="off"
              spellcheck="false"
              value=${state[/** @type {keyof typeof PARTS} */ (name)]}
              onInput=${(/** @type {any} */ { target }) => search.set({ [name]: target.value })}
            />`}
        <//>`
    )}
    <div class="actions"><${TaskButton} task=${find} type="submit">Find<//></div>
    <${TaskProblem} task=${find} />
    <div role="status">
      ${result?.problem && html`<${Box} mood="bad" title="Not found.">${result.problem}<//>`}
      ${result && !result.problem && html`<p class="hint">${said(result)}</p>`}
    </div>
    ${result && result.profiles.length > 0 && html`<${List} profiles=${result.profiles} />`}
  </form>`
}

/** @param {FoundProfiles} result */
function said({ profiles, looked, calls, isAll }) {
  const found = `${counted(profiles.length, 'profile')} found, of ${counted(looked, 'profile')} looked at in ${counted(calls, 'call')}.`
  return isAll ? found : `${found} There may be more: say more of what you look for.`
}

/** @param {{ profiles: FoundProfiles['profiles'] }} props */
function List({ profiles }) {
  return html`<ul class="found">
    ${profiles.map(
      ({ userToken, affinities, segments }) =>
        html`<li key=${userToken}>
          <${ProfileLink} userToken=${userToken} />
          <span class="hint">${[...affinities, ...segments].slice(0, 4).join(' · ') || 'nothing yet'}</span>
        </li>`
    )}
  </ul>`
}
