/* global document, Node */

/**
 * Creates an element. Children are elements or texts, and texts stay texts: nothing that is shown becomes markup.
 * @param {string} tag
 * @param {Record<string, unknown>} properties attributes by name; functions are listeners of the event of their name;
 * `undefined` and `false` leave an attribute out
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (name === 'value') element.value = value
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false))
  return element
}

/** Finds an element of the page by its id. */
export function byId(id) {
  return document.getElementById(id)
}

/** Puts children in place of what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children.flat(Infinity).filter((child) => child instanceof Node || typeof child === 'string')
  )
}

/** A box that says how something went: `good`, `bad`, `warning` or `calm`. */
export function box(mood, title, ...children) {
  return h('div', { class: `box ${mood}` }, h('strong', {}, title), ...children)
}

/** A label, a control, a hint and a place for what is wrong with it, tied together for those who can't see them. */
export function field({ id, label, hint, required = false, optional = false }, control) {
  control.id = id
  control.setAttribute('aria-describedby', `${id}-hint ${id}-problem`)
  if (required) control.required = true
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label, optional && h('span', { class: 'optional' }, ' optional')),
    control,
    h('p', { class: 'hint', id: `${id}-hint` }, hint ?? ''),
    h('p', { class: 'field-problem', id: `${id}-problem` })
  )
}

/** Says what is wrong with a field, or, without a problem, nothing. */
export function setProblem(id, problem = '') {
  byId(`${id}-problem`).textContent = problem
  if (problem) byId(id).setAttribute('aria-invalid', 'true')
  else byId(id).removeAttribute('aria-invalid')
}

/** Data as JSON, its parts told apart by colour. */
export function jsonView(data, label) {
  const text = JSON.stringify(data, undefined, 2) ?? ''
  const parts = text.split(/("(?:[^"\\]|\\.)*"(?:\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/i)
  const kindOf = (part) => (part.endsWith(':') ? 'name' : part.startsWith('"') ? 'text' : 'literal')
  const children = parts.map((part, index) => (index % 2 ? h('span', { class: kindOf(part) }, part) : part))
  return h('pre', { class: 'json', tabindex: '0', role: 'region', 'aria-label': label }, ...children)
}

/** Says to those who can't see it what has come up on the page. */
export function announce(text) {
  byId('announcement').textContent = text
}

/** A table that scrolls within itself; a cell is a text or an element. `kind` is a class for its looks. */
export function table(label, columns, rows, kind = '') {
  return h(
    'div',
    { class: `scroll ${kind}`, tabindex: '0', role: 'region', 'aria-label': label },
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column)))),
      h('tbody', {}, ...rows.map((cells) => h('tr', {}, ...cells.map((cell) => h('td', {}, cell)))))
    )
  )
}

/** A value in a cell: texts as they are, lists and maps as JSON. */
export function cellText(value) {
  if (value === undefined || value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Runs a task while a button can't be pressed again. */
export async function whileBusy(button, task) {
  button.setAttribute('aria-busy', 'true')
  button.disabled = true
  try {
    return await task()
  } finally {
    button.removeAttribute('aria-busy')
    button.disabled = false
  }
}
