// @ts-check
import { post } from '../api.mjs'
import { createKeptStore, createStore } from '../store.mjs'
import { actionIn, editsOf, readForm, sampleIn } from './form.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('./form.mjs').FormState} FormState */

/** Milliseconds of rest after which what was typed is mapped. */
const REST = 150

/** Kept while the tab is open, through reloads. @type {import('../store.mjs').Store<FormState>} */
export const form = createKeptStore(
  'try',
  { sample: '', shopper: '', other: '', drafts: {}, action: '', preset: '', edits: {} },
  ['sample', 'shopper', 'other', 'drafts', 'action', 'preset', 'edits']
)

/**
 * What the form comes to. `edit` goes up with each change of the form: by it a result is known to be of what it says.
 * @typedef {object} Results
 * @property {number} edit
 * @property {import('../../interface').Preview} [preview]
 * @property {boolean} isAsking whether a newer preview is under way
 * @property {string} [previewProblem]
 * @property {number} shownEvent
 * @property {import('../../interface').Sent} [sent]
 * @property {import('../../interface').Delivery} [sentDelivery]
 * @property {number} [sentEdit]
 * @property {boolean} mayWrite whether the first write to a real application has been agreed to
 */

/** @type {import('../store.mjs').Store<Results>} */
export const results = createStore(
  /** @type {Results} */ ({ edit: 0, isAsking: false, shownEvent: 0, mayWrite: false })
)

/** Takes the first sample where nothing is kept of this tab, and maps what there is. @param {Context} context */
export function begin(context) {
  const [shopper = '', other = ''] = context.exampleUserTokens
  if (form.get().action === '') {
    form.set({ shopper, other })
    chooseSample(context, context.samples[0]?.name ?? '')
  } else change(context, {})
}

/** @param {Context} context @param {string} name */
export function chooseSample(context, name) {
  const sample = sampleIn(context, { ...form.get(), sample: name })
  if (!sample) return change(context, { sample: name })
  const action = actionIn(context, { ...form.get(), action: sample.action })
  change(context, { sample: name, action: action.slug, preset: sample.preset ?? action.mappings[0]?.name ?? '' })
}

/** @param {Context} context @param {string} slug */
export function chooseAction(context, slug) {
  const action = actionIn(context, { ...form.get(), action: slug })
  change(context, { action: slug, preset: action.mappings[0]?.name ?? '' })
}

/** @param {Context} context @param {string} name @param {string} text */
export function editField(context, name, text) {
  const { action, preset, edits } = form.get()
  change(context, { edits: { ...edits, [`${action}/${preset}`]: { ...editsOf(form.get()), [name]: text } } })
}

/** @param {Context} context */
export function resetMapping(context) {
  const { action, preset, edits } = form.get()
  const others = Object.entries(edits).filter(([key]) => key !== `${action}/${preset}`)
  change(context, { edits: Object.fromEntries(others) })
}

/** @param {Context} context @param {string | undefined} text without one the sample is as it was */
export function editEvent(context, text) {
  const { sample, drafts } = form.get()
  const others = Object.fromEntries(Object.entries(drafts).filter(([name]) => name !== sample))
  change(context, { drafts: text === undefined ? others : { ...others, [sample]: text } })
}

let resting = 0
/** @type {AbortController | undefined} */
let asking

/** Changes the form; what it comes to is asked anew, and nothing is shown of what it came to before. @param {Context} context @param {Partial<FormState>} part */
export function change(context, part) {
  form.set(part)
  asking?.abort()
  clearTimeout(resting)
  const { delivery } = readForm(context, form.get())
  const { edit, preview } = results.get()
  results.set({
    edit: edit + 1,
    isAsking: delivery !== undefined,
    previewProblem: undefined,
    // While it is asked the payload of before stays, so that the page doesn't jump; it goes when there is none to ask for.
    preview: delivery && preview
  })
  if (delivery) resting = setTimeout(() => void ask(delivery), REST)
}

/** @param {import('../../interface').Delivery} delivery */
async function ask(delivery) {
  asking = new AbortController()
  const { signal } = asking
  try {
    const preview = await post('/workbench/preview', delivery, signal)
    if (signal.aborted) return
    const last = preview.events.length - 1
    results.set({
      preview,
      isAsking: false,
      previewProblem: undefined,
      shownEvent: Math.min(results.get().shownEvent, last)
    })
  } catch (error) {
    if (!signal.aborted) {
      results.set({ preview: undefined, isAsking: false, previewProblem: /** @type {Error} */ (error).message })
    }
  }
}

/** Resolves when there is nothing left to wait for of the preview. @returns {Promise<void>} */
export function previewed() {
  if (!results.get().isAsking) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = results.subscribe(() => {
      if (results.get().isAsking) return
      stop()
      resolve()
    })
  })
}

/** Sends what the form says. @param {Context} context */
export async function send(context) {
  const { delivery } = readForm(context, form.get())
  // Whatever becomes of this one, the outcome of an earlier one must not be taken for it.
  results.set({ sent: undefined })
  if (!delivery) throw new Error('Nothing was sent: see what is marked above.')
  const { edit } = results.get()
  const sent = await post('/workbench/send', delivery)
  results.set({ sent, sentDelivery: delivery, sentEdit: edit })
}
