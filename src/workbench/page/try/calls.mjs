// @ts-check
import { grouped, Json } from '../elements.mjs'
import { html } from '../vendor/preact.mjs'

/** @typedef {import('../../interface').Exchange} Exchange */
/** @typedef {import('../../interface').UnansweredCall} UnansweredCall */

/** The calls that the action made. @param {{ sent: import('../../interface').Sent }} props */
export function Calls({ sent: { events, exchanges, calls, unanswered } }) {
  const isDone = events.every(({ outcome }) => outcome === 'delivered')
  const count = calls + unanswered.length
  return html`<div class="card">
    <h3>Calls to Algolia${count > 0 && html` <span class="count">${grouped(count)}</span>`}</h3>
    ${count === 0 && html`<p class="hint">${isDone ? 'None: nothing had to be asked or written.' : 'None.'}</p>`}
    ${[...unanswered, ...exchanges].map((call) => html`<${Call} call=${call} />`)}
    ${
      calls > exchanges.length &&
      html`<p class="hint">
        The first ${grouped(exchanges.length)} are shown; ${grouped(calls - exchanges.length)} more were made.
      </p>`
    }
  </div>`
}

/** @param {{ call: Exchange | UnansweredCall }} props */
function Call({ call }) {
  const { request } = call
  const { pathname, search } = new URL(request.url)
  return html`<details class="call">
    <summary>
      <span class="method">${request.method}</span> <code>${pathname + search}</code>${' '}
      ${
        'response' in call
          ? html`<span class="status ${moodOf(call.response)}">${call.response.statusCode}</span>`
          : html`<span class="status warning">no answer (${call.failure})</span>`
      }
    </summary>
    <h4>Request</h4>
    <${Json} data=${{ ...request, body: parsed(request.body) }} label="Request" />
    <h4>Response</h4>
    ${
      'response' in call
        ? html`<${Json} data=${call.response} label="Response" />`
        : html`<p class="hint">None, or none that was whole: the call failed with ${call.failure}.</p>`
    }
  </details>`
}

/** A 404 is no trouble: a user without a profile is nothing unusual. @param {Exchange['response']} response */
function moodOf({ statusCode }) {
  if (statusCode < 400) return 'good'
  return statusCode === 404 ? 'calm' : 'bad'
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
