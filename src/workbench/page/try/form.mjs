// @ts-check
import { mappingOf, textOf } from './mapping-text.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../interface').ActionView} ActionView */
/** @typedef {import('../../interface').FieldView} FieldView */
/** @typedef {import('../../interface').Delivery} Delivery */
/** @typedef {import('../../interface').Json} Json */

/**
 * What the form says. Edits stand apart from what they edit, so that they outlive a change of sample or action.
 * @typedef {object} FormState
 * @property {string} sample its name; none for an event of one's own
 * @property {string} shopper the user token that stands in samples
 * @property {string} other a second one, in those that have two
 * @property {Record<string, string>} drafts what was typed in place of samples, by their names
 * @property {string} action
 * @property {string} preset the name of the ready-made mapping
 * @property {Record<string, Record<string, string>>} edits what was typed into fields, by action and ready-made mapping
 */

/** The name of an input of the mapping's hook among the edits. @param {string} name */
export const hookEdit = (name) => `hook ${name}`

/** @param {Context} context @param {FormState} state */
export function sampleIn({ samples }, { sample }) {
  return samples.find(({ name }) => name === sample)
}

/** @param {Context} context @param {FormState} state @returns {ActionView} */
export function actionIn({ actions }, { action }) {
  const found = actions.find(({ slug }) => slug === action) ?? actions[0]
  if (!found) throw new Error('The destination has no actions.')
  return found
}

/** @param {ActionView} action @param {FormState} state */
export function readyMade({ mappings }, { preset }) {
  return mappings.find(({ name }) => name === preset) ?? /** @type {ActionView['mappings'][0]} */ (mappings[0])
}

/** @param {FormState} state @returns {Record<string, string>} */
export function editsOf({ edits, action, preset }) {
  return edits[`${action}/${preset}`] ?? {}
}

/** The text of the event: what was typed, else the sample with the user tokens put in. @param {Context} context @param {FormState} state */
export function eventText(context, state) {
  const draft = state.drafts[state.sample]
  if (draft !== undefined) return draft
  const sample = sampleIn(context, state)
  if (!sample) return ''
  /** @type {Record<string, string>} */
  const tokens = { '{shopper}': state.shopper, '{other}': state.other }
  return JSON.stringify(
    sample.payload,
    (_, value) => (typeof value === 'string' && Object.hasOwn(tokens, value) ? tokens[value] : value),
    2
  )
}

/** The mapping without edits: the ready-made one, and what the sample has beside it. @param {Context} context @param {FormState} state */
function unedited(context, state) {
  const action = actionIn(context, state)
  const sample = sampleIn(context, state)
  const { mapping } = readyMade(action, state)
  const syncMode = action.syncMode && { [action.syncMode.name]: action.syncMode.standard }
  return { ...syncMode, ...mapping, ...(sample?.action === action.slug && sample.mapping) }
}

/** @param {Context} context @param {FormState} state @param {FieldView} field */
export function fieldText(context, state, { name }) {
  return editsOf(state)[name] ?? textOf(unedited(context, state)[name])
}

/** @param {Context} context @param {FormState} state @param {FieldView} field */
export function hookText(context, state, { name }) {
  const sample = sampleIn(context, state)
  const given = sample?.action === state.action ? sample.hookInputs?.[name] : undefined
  return editsOf(state)[hookEdit(name)] ?? textOf(given)
}

/**
 * Reads the form.
 * @param {Context} context
 * @param {FormState} state
 * @returns {{ delivery?: Delivery, problems: Record<string, string> }} what is wrong stands under `event`, or under the
 * field's name
 */
export function readForm(context, state) {
  /** @type {Record<string, string>} */
  const problems = {}
  /** @template Value @param {string} name @param {() => Value} read @returns {Value | undefined} */
  const orProblem = (name, read) => {
    try {
      return read()
    } catch (error) {
      problems[name] = /** @type {Error} */ (error).message
      return undefined
    }
  }
  const action = actionIn(context, state)
  const payload = orProblem('event', () => readEvents(eventText(context, state), context.caps.events))
  /** @type {Json} */
  const mapping = { ...unedited(context, state) }
  const fields = action.syncMode ? [...action.fields, action.syncMode] : action.fields
  for (const field of fields) {
    if (!Object.hasOwn(editsOf(state), field.name)) continue
    const value = orProblem(field.name, () => readMapping(field.type, fieldText(context, state, field)))
    if (value === undefined) delete mapping[field.name]
    else mapping[field.name] = value
  }
  if (payload === undefined || Object.keys(problems).length > 0) return { problems }
  const { trigger } = readyMade(action, state)
  const inputs = action.hook?.inputs.map((input) => [input.name, hookText(context, state, input)])
  return {
    problems,
    delivery: {
      action: action.slug,
      payload,
      mapping,
      ...(trigger !== undefined && { trigger }),
      ...(inputs && { hookInputs: Object.fromEntries(inputs) })
    }
  }
}

/** @param {string} text @param {number} most */
function readEvents(text, most) {
  if (text.trim() === '') throw new Error('Choose a sample, or paste an event.')
  let payload
  try {
    payload = JSON.parse(text)
  } catch (error) {
    throw new Error(`This is not JSON yet: ${/** @type {Error} */ (error).message}.`, { cause: error })
  }
  const events = [payload].flat()
  const isEvents = events.every((event) => typeof event === 'object' && event !== null && !Array.isArray(event))
  if (!isEvents || events.length === 0) throw new Error('An event is an object; a list has at least one of them.')
  if (events.length > most) {
    throw new Error(`This list has ${events.length} events; at most ${most} are taken, as in a batch of Segment’s.`)
  }
  return payload
}

/** @param {string} type @param {string} text @returns {unknown} */
function readMapping(type, text) {
  if (type === 'boolean') return text === 'true'
  if ((type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?$/.test(text.trim())) return Number(text)
  try {
    return mappingOf(text)
  } catch (error) {
    const { message } = /** @type {Error} */ (error)
    throw new Error(`This begins like a directive, but is not JSON: ${message}.`, { cause: error })
  }
}
