/* global clearTimeout, location, setTimeout, URL */
import { orTell, post } from './api.mjs'
import { announce, box, byId, field, fill, h, jsonView, setProblem, whileBusy } from './elements.mjs'
import { inspect } from './inspector.mjs'
import { mappingOf, textOf } from './mapping-text.mjs'
import { segmentsOf, segmentView } from './profile-view.mjs'
import { currentSettings } from './settings.mjs'

/** Where the host looks for the sync mode of a mapping. */
const SYNC_MODE = '__segment_internal_sync_mode'

/** Milliseconds of rest after which what was typed is mapped. */
const REST = 150

let context
let newestMapping = 0
let typing
/** Goes up with each edit: by it a result is known to be of what the form says. */
let edits = 0

export function initTry(given) {
  context = given
  const { definition, samples, target } = context
  fill(
    byId('sample'),
    ...samples.map(({ name }, index) => h('option', { value: index }, name)),
    h('option', { value: '' }, 'My own event')
  )
  fill(
    byId('action'),
    ...Object.entries(definition.actions).map(([slug, { title }]) => h('option', { value: slug }, title))
  )
  byId('sample').addEventListener('change', chooseSample)
  byId('action').addEventListener('change', chooseAction)
  byId('event').addEventListener('input', () => {
    byId('sample').value = ''
    byId('sample-hint').textContent = 'Edited by you.'
    edited()
  })
  byId('mapping').addEventListener('input', edited)
  byId('try-form').addEventListener('submit', (event) => {
    event.preventDefault()
    void whileBusy(event.submitter ?? byId('send'), () => orTell(sendEvents))
  })
  if (target.kind === 'application') {
    byId('send-hint').classList.add('caution')
    byId('send-hint').textContent = `This writes to profiles of the application ${target.appId}.`
  }
  chooseSample()
}

function chooseSample() {
  const sample = context.samples[Number(byId('sample').value || NaN)]
  byId('sample-hint').textContent = sample?.description ?? 'Paste an event, or a list of events, below.'
  if (!sample) {
    byId('event').value = ''
    byId('event').focus()
    edited()
    return
  }
  byId('event').value = JSON.stringify(sample.payload, undefined, 2)
  byId('action').value = sample.action
  chooseAction()
}

/** Offers the fields of the action, filled in with their defaults. */
function chooseAction() {
  const slug = byId('action').value
  const action = context.definition.actions[slug]
  byId('action-hint').textContent = action.description
  const fields = Object.entries(action.fields).filter(([, { unsafe_hidden: hidden }]) => !hidden)
  const shown = fields.filter(([, { required }]) => required)
  const others = fields.filter(([, { required }]) => !required)
  const viewOf = ([name, description]) => mappingField(name, description, context.mappings[slug][name])
  fill(
    byId('mapping'),
    ...shown.map(viewOf),
    action.syncMode && syncModeField(action.syncMode),
    h('details', {}, h('summary', {}, `${others.length} more fields`), ...others.map(viewOf)),
    h(
      'p',
      { class: 'hint' },
      'A field takes the first of its paths that holds something: one a line, each beginning with $. What begins with { is a mapping directive, and any other text is taken as it is.'
    )
  )
  edited()
}

function mappingField(name, { label, description, type, required }, mapping) {
  const about = { id: `mapping-${name}`, label, hint: description, required }
  if (type === 'boolean') {
    const choices = ['true', 'false'].map((value) =>
      h('option', { value, selected: value === String(mapping) }, value === 'true' ? 'Yes' : 'No')
    )
    return field(about, h('select', {}, ...choices))
  }
  if (type === 'number')
    return field(
      about,
      h('input', { inputmode: 'numeric', value: textOf(mapping === undefined ? undefined : String(mapping)) })
    )
  const text = textOf(mapping)
  const rows = Math.min(6, text.split('\n').length)
  return field(about, h('textarea', { class: 'code', rows, spellcheck: 'false', value: text }))
}

function syncModeField({ label, description, default: standard, choices }) {
  const options = choices.map(({ value, label }) => h('option', { value, selected: value === standard }, label))
  return field({ id: `mapping-${SYNC_MODE}`, label, hint: description }, h('select', {}, ...options))
}

/** @returns what the form says, or, when a part can't be understood, `undefined`: then that part says so. */
function readForm() {
  const action = byId('action').value
  const payload = readOr('event', () => readEvents(byId('event').value))
  const mapping = { ...context.mappings[action] }
  let isUsable = payload !== undefined
  for (const [name, { type, unsafe_hidden: hidden }] of Object.entries(context.definition.actions[action].fields)) {
    if (hidden) continue
    const id = `mapping-${name}`
    const value = readOr(id, () => readMapping(type, byId(id).value))
    if (byId(id).hasAttribute('aria-invalid')) isUsable = false
    if (value === undefined) delete mapping[name]
    else mapping[name] = value
  }
  const syncMode = byId(`mapping-${SYNC_MODE}`)
  if (syncMode) mapping[SYNC_MODE] = syncMode.value
  return isUsable ? { action, payload, mapping } : undefined
}

function readOr(id, read) {
  try {
    const value = read()
    setProblem(id)
    return value
  } catch (error) {
    setProblem(id, error.message)
    return undefined
  }
}

function readEvents(text) {
  if (text.trim() === '') throw new Error('Choose a sample, or paste an event.')
  let payload
  try {
    payload = JSON.parse(text)
  } catch (error) {
    throw new Error(`This is not JSON yet: ${error.message}.`, { cause: error })
  }
  const events = [payload].flat()
  const isEvents = events.every((event) => typeof event === 'object' && event !== null && !Array.isArray(event))
  if (!isEvents || events.length === 0) throw new Error('An event is an object; a batch is a list of them.')
  return payload
}

function readMapping(type, text) {
  if (type === 'boolean') return text === 'true'
  if (type === 'number') return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text)
  try {
    return mappingOf(text)
  } catch (error) {
    throw new Error(`This begins like a directive, but is not JSON: ${error.message}.`, { cause: error })
  }
}

/** What is shown of the last event is of an earlier one now, and what the form says has to be mapped. */
function edited() {
  edits += 1
  markPast()
  clearTimeout(typing)
  typing = setTimeout(() => void orTell(showMapped), REST)
}

/** Shows what the host makes of what the form says, unless something else was typed in the meantime. */
async function showMapped() {
  const number = (newestMapping += 1)
  const form = readForm()
  if (!form) {
    fill(byId('mapped'), box('warning', 'Nothing to map yet. ', 'See what is marked.'))
    return
  }
  const mapped = await post('/workbench/preview', form)
  if (number !== newestMapping) return
  fill(byId('mapped'), ...mapped.map((event, index) => mappedView(event, index, mapped.length, form.action)))
}

function mappedView({ payload, audienceMembership, problem, triggers }, index, count, action) {
  const { defaultSubscription } = context.definition.actions[action]
  const membership = audienceMembership === undefined ? 'does not say' : audienceMembership ? 'enters' : 'exits'
  return h(
    'div',
    { class: 'mapped' },
    count > 1 && h('h3', {}, `Event ${index + 1}`),
    problem ? box('bad', 'The host refuses it. ', problem) : jsonView(payload, `Payload of event ${index + 1}`),
    h(
      'ul',
      { class: 'facts' },
      !problem && h('li', {}, 'The host reads the audience membership as: ', h('strong', {}, membership)),
      !triggers &&
        h('li', { class: 'caution' }, 'The default trigger ', h('code', {}, defaultSubscription), ' would not send it')
    )
  )
}

async function sendEvents() {
  // Whatever becomes of this one, the outcome of an earlier one must not be taken for it.
  byId('sent').classList.remove('past')
  fill(byId('sent'))
  const form = readForm()
  if (!form) {
    byId('try-form').querySelector('[aria-invalid]').focus()
    return
  }
  const editsSent = edits
  const sent = await post('/workbench/send', { ...form, settings: currentSettings() })
  fill(byId('sent'), ...sentView(sent))
  if (edits !== editsSent) markPast()
  byId('sent').focus({ preventScroll: true })
  byId('sent').scrollIntoView({ block: 'start' })
}

/** Says of the result that is shown, if there is one, that it isn't of what the form says now. */
function markPast() {
  const sent = byId('sent')
  if (sent.childElementCount === 0 || sent.classList.contains('past')) return
  sent.classList.add('past')
  sent.prepend(
    box(
      'warning',
      'Of what was sent before. ',
      'The form has changed since: Send gives the outcome of what it says now.'
    )
  )
  announce('The outcome below is of what was sent before.')
}

/** What the heading says of the one event, and of so many. */
const HEADINGS = {
  delivered: ['Event delivered', (count) => `${count} delivered`],
  retried: ['Not delivered: Segment would try again', (count) => `${count} that Segment would try again`],
  refused: ['Event refused', (count) => `${count} refused`]
}

function headingOf(events) {
  if (events.length === 1) return HEADINGS[events[0].outcome][0]
  const counts = Object.entries(HEADINGS)
    .map(([name, [, text]]) => [events.filter(({ outcome }) => outcome === name).length, text])
    .filter(([count]) => count > 0)
  return `${events.length} events: ${counts.map(([count, text]) => text(count)).join(', ')}`
}

function sentView({ events, exchanges, unanswered, profiles }) {
  return [
    h('h2', {}, headingOf(events)),
    h(
      'div',
      { class: 'columns wide-left' },
      h(
        'div',
        { class: 'stack' },
        h(
          'div',
          { class: 'card' },
          h('h3', {}, 'Outcomes'),
          h('ol', { class: 'outcomes' }, ...events.map(outcomeView))
        ),
        h('div', { class: 'card' }, h('h3', {}, 'Calls to Algolia'), callsView(events, [...exchanges, ...unanswered]))
      ),
      h('div', { class: 'card' }, h('h3', {}, 'Profiles, before and after'), ...profilesView(profiles))
    )
  ]
}

/** The looks of an event's status. */
const MOODS = { delivered: 'good', retried: 'warning', refused: 'bad' }

function outcomeView({ status, outcome, result, code, problem }) {
  return h(
    'li',
    { class: 'outcome' },
    h('span', { class: `status ${MOODS[outcome]}` }, String(status)),
    h('span', {}, problem ? h('strong', {}, `${code} `) : '', problem ?? result ?? 'delivered')
  )
}

function callsView(events, calls) {
  if (calls.length === 0) {
    const isDone = events.every(({ outcome }) => outcome === 'delivered')
    return h('p', { class: 'empty' }, isDone ? 'None: nothing had to be asked or written.' : 'None.')
  }
  return calls.map(({ request, response, failure }) => {
    const { pathname, search } = new URL(request.url)
    return h(
      'details',
      { class: 'call' },
      h(
        'summary',
        {},
        h('span', { class: 'method' }, request.method),
        h('code', {}, pathname + search),
        response
          ? h('span', { class: `status ${moodOfAnswer(response)}` }, String(response.statusCode))
          : h('span', { class: 'status warning' }, `no answer (${failure})`)
      ),
      h('h4', {}, 'Request'),
      jsonView({ ...request, body: parsed(request.body) }, 'Request'),
      h('h4', {}, 'Response'),
      response
        ? jsonView(response, 'Response')
        : h('p', { class: 'empty' }, `None, or none that was whole: the call failed with ${failure}.`)
    )
  })
}

/** A 404 is no trouble: a user without a profile is nothing unusual. */
function moodOfAnswer({ statusCode }) {
  if (statusCode < 400) return 'good'
  return statusCode === 404 ? 'calm' : 'bad'
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function profilesView(profiles) {
  if (profiles.length === 0) return [h('p', { class: 'empty' }, 'No event names a user token that Algolia could know.')]
  return profiles.map(({ userToken, before, after }) => {
    const problem = before.problem ?? after.problem
    return h(
      'div',
      { class: 'profile' },
      h(
        'p',
        { class: 'profile-head' },
        h('code', {}, userToken),
        h('button', { type: 'button', class: 'link', click: () => openInspector(userToken) }, 'Inspect')
      ),
      problem ? box('bad', 'The profile can’t be read. ', problem) : changeView(before, after)
    )
  })
}

function changeView(before, after) {
  const keyOf = ({ id, source }) => JSON.stringify([source, id])
  const list = (title, found, other, change) => {
    const others = new Set(segmentsOf(other).map(keyOf))
    const segments = segmentsOf(found)
    return h(
      'div',
      {},
      h('h4', {}, title),
      segments.length === 0
        ? h('p', { class: 'empty' }, found.profile === null ? 'No profile yet' : 'No segments')
        : h(
            'ul',
            { class: 'segments' },
            ...segments.map((segment) =>
              segmentView(segment, context.managedSource, others.has(keyOf(segment)) ? undefined : change)
            )
          )
    )
  }
  return h(
    'div',
    { class: 'before-after' },
    list('Before', before, after, 'removed'),
    list('After', after, before, 'added')
  )
}

function openInspector(userToken) {
  location.hash = '#inspector'
  void inspect(userToken)
}
