/* global clearTimeout, setTimeout */
import { get, orTell, post } from './api.mjs'
import { announce, box, byId, field, fill, h, jsonView, setProblem, table, whileBusy } from './elements.mjs'
import { rowsTable } from './inspector.mjs'
import { currentSettings, markSetting } from './settings.mjs'

/** Milliseconds between looks at a run that is under way. */
const LOOK_AGAIN = 300

let context
let nextLine = 0
let nextLook
/** The state of the latest run. */
let state = []

/** Builds the area from the source's own description of its options. */
export async function initSource(given) {
  context = given
  fill(byId('option-fields'), ...Object.entries(context.sourceOptions).map(optionField))
  fill(
    byId('streams'),
    ...context.streams.map((stream) =>
      h('label', {}, h('input', { type: 'checkbox', name: 'stream', value: stream, checked: true }), stream)
    )
  )
  byId('source-options').addEventListener('submit', (event) => event.preventDefault())
  byId('source-options').addEventListener('input', ({ target }) => setProblem(target.id))
  for (const [id, task] of Object.entries({ check, discover, preview })) {
    byId(id).addEventListener('click', () => void whileBusy(byId(id), () => orTell(task)))
  }
  byId('start').addEventListener('click', () => void orTell(() => start()))
  byId('resume').addEventListener('click', () => void orTell(() => start(state)))
  byId('stop').addEventListener('click', () => void orTell(stop))
  await follow()
}

function optionField([name, { title, description, type, examples = [], default: standard }]) {
  const example = [examples[0]].flat().join(', ')
  const value = String(context.runOptions[name] ?? standard ?? '')
  const control = h('input', {
    value,
    placeholder: example && `such as ${example}`,
    inputmode: type === 'integer' ? 'numeric' : 'text',
    autocomplete: 'off',
    spellcheck: 'false'
  })
  const hint = type === 'array' ? `${description} Separate several with commas.` : description
  return field({ id: `option-${name}`, label: title, hint }, control)
}

/** @returns the options that were filled in, as the source takes them. */
function currentOptions() {
  const entries = Object.entries(context.sourceOptions).map(([name, { type }]) => {
    const text = byId(`option-${name}`).value.trim()
    setProblem(`option-${name}`)
    if (text === '') return [name, undefined]
    if (type === 'array') return [name, text.split(',').map((entry) => entry.trim())]
    return [name, type === 'integer' ? Number(text) : text]
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Posts settings and options; when they can't be used, marks the fields, and has `refuse` say why. */
async function ask(path, refuse, more = {}) {
  const answer = await post(path, { settings: currentSettings(), options: currentOptions(), ...more })
  if (!answer.invalid) return answer
  const names = Object.keys(answer.invalid)
  const problems = names.map((name) => (isOption(name) ? markOption : markSetting)(name, answer.invalid[name]))
  const seeSettings = [' See ', h('a', { href: '#settings' }, 'Settings'), '.']
  refuse(problems.join(' '), names.every(isOption) ? [] : seeSettings)
  byId('source-options').querySelector('[aria-invalid]')?.focus()
  return undefined
}

function isOption(name) {
  return name in context.sourceOptions
}

/** Marks an option that can't be used. @returns what is said of it */
function markOption(name, problem) {
  const text = `${context.sourceOptions[name].title} ${problem}.`
  setProblem(`option-${name}`, text)
  return text
}

function refuseToLook(...reasons) {
  const refusal = box('bad', 'Not asked. ', ...reasons)
  showLooked(refusal.textContent, refusal)
}

function showLooked(announcement, ...children) {
  fill(byId('looked'), ...children)
  announce(announcement)
}

async function check() {
  const answer = await ask('/workbench/source/check', refuseToLook)
  if (!answer) return
  const { status, message } = answer.connectionStatus
  showLooked(
    `${status} ${message ?? ''}`,
    status === 'SUCCEEDED'
      ? box('good', 'SUCCEEDED. ', 'Profiles can be read with these settings and options.')
      : box('bad', 'FAILED. ', message)
  )
}

async function discover() {
  const { catalog } = await post('/workbench/source/discover')
  showLooked(`${catalog.streams.length} streams`, ...catalog.streams.map(streamView))
}

function streamView({
  name,
  json_schema: schema,
  supported_sync_modes: modes,
  source_defined_primary_key: keys,
  default_cursor_field: cursor
}) {
  const isKey = (field) => keys.flat().includes(field)
  const rows = Object.entries(schema.properties).map(([field, fieldSchema]) => [
    h('code', {}, field),
    typeText(fieldSchema),
    [isKey(field) && 'key', cursor.includes(field) && 'cursor'].filter(Boolean).join(', '),
    fieldSchema.description ?? ''
  ])
  return h(
    'div',
    { class: 'stream' },
    h('h3', {}, h('code', {}, name), h('span', { class: 'hint' }, ` ${modes.join(', ').replaceAll('_', ' ')}`)),
    table(`Fields of the stream ${name}`, ['Field', 'Type', '', 'Meaning'], rows)
  )
}

function typeText({ type, format, items, additionalProperties }) {
  const name = [type].flat().join(' or ')
  const inner = items?.type ?? additionalProperties?.type
  return format ?? (inner ? `${name} of ${inner}s` : name)
}

async function preview() {
  const answer = await ask('/workbench/source/rows', refuseToLook)
  if (!answer) return
  const { rows, problem } = answer
  if (problem) {
    showLooked(problem, box('bad', 'No rows. ', problem))
    return
  }
  const shown = h('div', {})
  const show = (stream) => {
    const ofStream = rows[stream]
    fill(
      shown,
      ofStream.length === 0
        ? box('calm', 'No rows. ', 'No profile passes the filters, or none has such entries.')
        : rowsTable(stream, ofStream)
    )
  }
  const choices = Object.entries(rows).map(([stream, { length }], index) =>
    h(
      'label',
      {},
      h('input', {
        type: 'radio',
        name: 'preview-stream',
        value: stream,
        checked: index === 0,
        change: () => show(stream)
      }),
      h('span', {}, `${stream} `, h('span', { class: 'count' }, String(length)))
    )
  )
  showLooked(
    'The first rows of each stream',
    h('fieldset', { class: 'switch' }, h('legend', { class: 'hidden-text' }, 'Stream'), ...choices),
    shown
  )
  show(Object.keys(rows)[0])
}

async function start(from) {
  const streams = [...byId('streams').querySelectorAll('input:checked')].map(({ value }) => value)
  const run = { streams, syncMode: byId('sync-mode').value, ...(from && { state: from }) }
  fill(byId('not-started'))
  const refuse = (...reasons) => fill(byId('not-started'), box('bad', 'Not started. ', ...reasons))
  if (!(await ask('/workbench/run', refuse, run))) return
  fill(byId('run'))
  nextLine = 0
  await follow()
}

async function stop() {
  await post('/workbench/run/stop')
  await follow()
}

/** Shows how the latest run is getting on, until it ends. */
async function follow() {
  clearTimeout(nextLook)
  const progress = await get(`/workbench/run?fromLine=${nextLine}`)
  const isRunning = progress.status === 'running'
  if (progress.status === 'none') {
    fill(
      byId('run'),
      h('p', { class: 'empty' }, 'No run yet. Rows are counted and not kept; nothing is sent anywhere.')
    )
  } else {
    nextLine = progress.nextLine
    state = progress.state
    showRun(progress)
  }
  byId('start').disabled = isRunning
  byId('stop').disabled = !isRunning
  byId('resume').disabled = isRunning || state.length === 0
  byId('resume').textContent = progress.status === 'finished' ? 'Run from its state' : 'Resume'
  if (isRunning) nextLook = setTimeout(() => void orTell(follow), LOOK_AGAIN)
}

const OUTCOMES = {
  running: ['calm', 'Running. ', 'Rows are counted as they come.'],
  stopped: ['warning', 'Stopped. ', 'Resume goes on from the state: what was counted is not lost.'],
  finished: [
    'good',
    'Finished. ',
    'All has been read; where pages overlap, rows come twice. A run from its state reads what changes from now on.'
  ]
}

/** Brings the view of a run up to date; what somebody is reading in it stays in its place. */
function showRun({ status, problem, log, ...progress }) {
  if (!byId('run-log')) fill(byId('run'), ...emptyRun())
  const outcome = byId('run-outcome')
  if (outcome.dataset.status !== status) {
    outcome.dataset.status = status
    fill(outcome, status === 'failed' ? box('bad', 'Failed. ', problem) : box(...OUTCOMES[status]))
  }
  fill(
    byId('run-tiles'),
    ...tilesOf(progress).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))
  )
  const list = byId('run-log')
  const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 4
  list.append(...log.map(lineView))
  if (isAtEnd) list.scrollTop = list.scrollHeight
  fill(byId('run-state'), jsonView(progress.state, 'State'))
}

function emptyRun() {
  return [
    h('div', { id: 'run-outcome', role: 'status' }),
    h('dl', { class: 'tiles', id: 'run-tiles' }),
    h('h3', {}, 'Log'),
    h('ol', { class: 'log', id: 'run-log', tabindex: '0', 'aria-label': 'Log of the run' }),
    h('details', {}, h('summary', {}, 'State'), h('div', { id: 'run-state' }))
  ]
}

function tilesOf({ rows, pages, calls, callsLeft, seconds }) {
  const number = (value) => value.toLocaleString('en-US')
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0)
  return [
    ...Object.entries(rows).map(([stream, count]) => [`rows of ${stream}`, number(count)]),
    ['rows a second', seconds > 0 ? number(Math.round(total / seconds)) : '–'],
    ['pages', number(pages)],
    ['calls', number(calls)],
    ['calls left', callsLeft === undefined ? '–' : number(callsLeft)],
    ['seconds', seconds.toFixed(1)]
  ]
}

function lineView({ at, level, message }) {
  return h(
    'li',
    { class: level.toLowerCase() },
    h('span', { class: 'at' }, new Date(at).toLocaleTimeString('en-GB')),
    h('span', { class: 'level' }, level),
    h('span', {}, message)
  )
}
