// @ts-check
import { CopyButton, grouped, TaskButton, TaskProblem, useTask } from '../elements.mjs'
import { html, useEffect, useRef, useState } from '../vendor/preact.mjs'
import { curlOf } from './curl.mjs'
import { readForm } from './form.mjs'
import { form, previewed, results, send } from './state.mjs'

/** @typedef {import('../../interface').Context} Context */

/** Sends; the first write to a real application asks before. @param {{ context: Context }} props */
export function SendPanel({ context }) {
  const [isAsking, setAsking] = useState(false)
  const { target } = context
  const sending = useTask(async () => {
    await send(context)
    const outcome = document.getElementById('outcome')
    outcome?.focus({ preventScroll: true })
    outcome?.scrollIntoView({ block: 'start' })
  })
  const press = useTask(async () => {
    if (target.kind !== 'application' || results.get().mayWrite) return sending.run()
    await previewed()
    setAsking(true)
  })
  const { delivery } = readForm(context, form.get())
  return html`<section class="card" aria-label="Send">
    <div class="actions">
      <${TaskButton} task=${{ ...press, isBusy: sending.isBusy }} kind="primary">Send<//>
      <${CopyButton}
        text=${() => (delivery ? curlOf(delivery, context) : Promise.reject(new Error('see what is marked.')))}
      >
        Copy as cURL
      <//>
    </div>
    ${target.kind === 'application' && html`<p class="caution">This writes to profiles of the application ${target.appId}.</p>`}
    <${TaskProblem} task=${sending} title="Not sent." />
    ${
      isAsking &&
      html`<${Confirm}
        context=${context}
        onAnswer=${(/** @type {boolean} */ isAgreed) => {
          setAsking(false)
          if (!isAgreed) return
          results.set({ mayWrite: true })
          void sending.run()
        }}
      />`
    }
  </section>`
}

/** Users that are named in the question; of more the number is told. */
const MOST_NAMED = 5

/** Asks once, naming the application and whom the events are about. @param {{ context: Context, onAnswer: (isAgreed: boolean) => void }} props */
function Confirm({ context: { target }, onAnswer }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null))
  useEffect(() => dialog.current?.showModal(), [])
  const tokens = userTokensIn(results.get().preview)
  return html`<dialog ref=${dialog} aria-labelledby="confirm-title" onCancel=${() => onAnswer(false)}>
    <h2 id="confirm-title">Write to ${target.appId}?</h2>
    <p>
      This is a real application (region ${target.region}).
      ${tokens.length === 0 ? 'No user token is named yet.' : 'It is about:'}
    </p>
    <ul>
      ${tokens.slice(0, MOST_NAMED).map((userToken) => html`<li class="code">${userToken}</li>`)}
      ${tokens.length > MOST_NAMED && html`<li>and ${grouped(tokens.length - MOST_NAMED)} more</li>`}
    </ul>
    <p class="hint">You are asked this once in this tab.</p>
    <div class="actions">
      <button type="button" class="primary" onClick=${() => onAnswer(true)}>Write</button>
      <button type="button" onClick=${() => onAnswer(false)}>Cancel</button>
    </div>
  </dialog>`
}

/** @param {import('../../interface').Preview | undefined} preview @returns {string[]} */
function userTokensIn(preview) {
  const payloads = preview?.events.map(({ payload }) => payload ?? {}) ?? []
  const named = payloads.flatMap((payload) =>
    ['userToken', 'toUserToken', 'userId', 'anonymousId'].map((name) => payload[name])
  )
  return [...new Set(named.filter((token) => typeof token === 'string' && token !== ''))].map(String)
}
