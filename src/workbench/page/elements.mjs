// @ts-check
import { html, useEffect, useRef, useState } from './vendor/preact.mjs'

/** Whatever can stand in an element. @typedef {import('preact').ComponentChildren} Children */

/**
 * How something went. `mood`: good, bad, warning or calm.
 * @param {{ mood: string, title: string, children?: Children }} props
 */
export function Box({ mood, title, children }) {
  return html`<div class="box ${mood}"><strong>${title}</strong>${' '}${children}</div>`
}

/**
 * A label, a control, a hint, and what is wrong with it, tied together for those who can't see them.
 * @param {{ id: string, label: string, hint?: Children, problem?: string, warning?: string, isRequired?: boolean,
 *   children: (described: object) => Children }} props
 */
export function Field({ id, label, hint, problem, warning, isRequired, children }) {
  const described = {
    id,
    'aria-describedby': `${id}-hint ${id}-problem`,
    'aria-invalid': problem ? 'true' : undefined,
    'aria-required': isRequired ? 'true' : undefined
  }
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${children(described)}
    <div id="${id}-problem">
      ${problem && html`<p class="problem">${problem}</p>`} ${warning && html`<p class="caution">${warning}</p>`}
    </div>
    <div class="hint" id="${id}-hint">${hint}</div>
  </div>`
}

/**
 * Runs a task, one at a time; what went wrong stays until it is run again.
 * @param {(...given: any[]) => Promise<unknown>} task
 */
export function useTask(task) {
  const [state, setState] = useState({ isBusy: false, problem: '' })
  const isBusy = useRef(false)
  /** @param {...any} given */
  const run = async (...given) => {
    if (isBusy.current) return
    isBusy.current = true
    setState({ isBusy: true, problem: '' })
    let problem = ''
    try {
      await task(...given)
    } catch (error) {
      problem = /** @type {Error} */ (error).message
    }
    isBusy.current = false
    setState({ isBusy: false, problem })
  }
  return { ...state, run }
}

/**
 * A button that runs a task. While it runs the button stays where it is and keeps the focus, and does nothing more.
 * @param {{ task: ReturnType<typeof useTask>, kind?: string, type?: string, isOff?: boolean, children: Children }} props
 */
export function TaskButton({ task, kind = '', type = 'button', isOff = false, children }) {
  const isOut = isOff || task.isBusy
  return html`<button
    class=${kind}
    type=${type}
    aria-disabled=${isOut ? 'true' : undefined}
    aria-busy=${task.isBusy ? 'true' : undefined}
    onClick=${type === 'submit' ? undefined : () => isOut || task.run()}
  >
    ${children}
  </button>`
}

/** What went wrong with a task, beside it and in sight. @param {{ task: { problem: string }, title?: string }} props */
export function TaskProblem({ task: { problem }, title = 'That did not work.' }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  useEffect(() => {
    if (problem) place.current?.scrollIntoView({ block: 'nearest' })
  }, [problem])
  return html`<div role="alert" ref=${place}>${problem && html`<${Box} mood="bad" title=${title}>${problem}<//>`}</div>`
}

/** Copies a text. @param {{ text: () => string | Promise<string>, children: Children }} props */
export function CopyButton({ text, children }) {
  const [said, setSaid] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await text())
      setSaid('Copied.')
    } catch (error) {
      setSaid(`Not copied: ${/** @type {Error} */ (error).message}`)
    }
    setTimeout(() => setSaid(''), 4_000)
  }
  return html`<span class="copy">
    <button type="button" class="small" onClick=${copy}>${children}</button>
    <span role="status" class="hint">${said}</span>
  </span>`
}

/** Data as JSON, its parts told apart by colour. @param {{ data: unknown, label: string }} props */
export function Json({ data, label }) {
  const text = JSON.stringify(data, undefined, 2) ?? ''
  const parts = text.split(/("(?:[^"\\]|\\.)*"(?:\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/i)
  /** @param {string} part */
  const kindOf = (part) => (part.endsWith(':') ? 'name' : part.startsWith('"') ? 'text' : 'literal')
  return html`<pre class="json" tabindex="0" role="group" aria-label=${label}>
${parts.map((part, index) => (index % 2 ? html`<span class=${kindOf(part)}>${part}</span>` : part))}</pre>`
}

/**
 * A table that scrolls within itself. `kind` is a class for its looks.
 * @param {{ label: string, columns: string[], rows: Children[][], kind?: string }} props
 */
export function Table({ label, columns, rows, kind = '' }) {
  return html`<div class="scroll ${kind}" tabindex="0" role="group" aria-label=${label}>
    <table>
      <thead>
        <tr>
          ${columns.map((column) => (column === '' ? html`<td></td>` : html`<th scope="col">${column}</th>`))}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`
        )}
      </tbody>
    </table>
  </div>`
}

/** A value in a cell: texts as they are, lists and maps as JSON. @param {unknown} value */
export function cellText(value) {
  if (value === undefined || value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A user token that leads to its profile. @param {{ userToken: string }} props */
export function ProfileLink({ userToken }) {
  return html`<a class="code" href=${profileAddress(userToken)}>${userToken}</a>`
}

/** @param {string} userToken */
export function profileAddress(userToken) {
  return `#profiles/${encodeURIComponent(userToken)}`
}

/** @param {number} count */
export function grouped(count) {
  return count.toLocaleString('en-US')
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${grouped(count)} ${count === 1 ? one : many}`
}
