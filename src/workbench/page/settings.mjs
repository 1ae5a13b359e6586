/* global location */
import { post, orTell } from './api.mjs'
import { box, byId, field, fill, h, setProblem, whileBusy } from './elements.mjs'

let context

/** The settings as they stand in the form; without a key, when none was typed. */
export function currentSettings() {
  const entries = Object.keys(context.definition.authentication.fields).map((name) => [
    name,
    byId(`setting-${name}`).value
  ])
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}

/** Builds the area from the definition's own descriptions of its settings. */
export function initSettings(given) {
  context = given
  const { target, definition } = context
  const controls = Object.entries(definition.authentication.fields).map(([name, description]) => {
    const kept = target[name] ?? ''
    return field(
      {
        id: `setting-${name}`,
        label: description.label,
        hint: description.description,
        required: description.required
      },
      controlFor(description, kept)
    )
  })
  fill(byId('settings-fields'), controls)
  fill(byId('settings-help'), help(target))
  byId('setting-appId').addEventListener('input', describeKey)
  describeKey()

  byId('settings-form').addEventListener('input', ({ target }) => {
    setProblem(target.id)
    fill(byId('connection'))
  })
  byId('settings-form').addEventListener('submit', (event) => {
    event.preventDefault()
    void whileBusy(event.submitter, () => orTell(testConnection))
  })
}

function controlFor({ type, choices }, kept) {
  if (choices) {
    return h(
      'select',
      { value: kept },
      ...choices.map(({ value, label }) => h('option', { value, selected: value === kept }, label))
    )
  }
  return type === 'password'
    ? h('input', { type: 'password', autocomplete: 'off' })
    : h('input', { value: kept, autocomplete: 'off', spellcheck: 'false' })
}

/** Whether the workbench has a key for the application that the form names. The page never learns it. */
function hasKeptKey() {
  return byId('setting-appId').value === context.target.appId
}

function describeKey() {
  byId('setting-apiKey').placeholder = hasKeptKey() ? 'Already set – leave empty to use it' : ''
}

/** Marks the settings that are missing. */
function isComplete() {
  const settings = currentSettings()
  const missing = Object.entries(context.definition.authentication.fields).filter(
    ([name, { type, required }]) => required && !settings[name] && !(type === 'password' && hasKeptKey())
  )
  for (const name of Object.keys(context.definition.authentication.fields)) setProblem(`setting-${name}`)
  for (const [name, { label }] of missing) setProblem(`setting-${name}`, `${label} is missing.`)
  if (missing.length > 0) byId(`setting-${missing[0][0]}`).focus()
  return missing.length === 0
}

/** Marks a setting that can't be used. @returns what is said of it */
export function markSetting(name, problem) {
  const text = `${context.definition.authentication.fields[name].label} ${problem}.`
  setProblem(`setting-${name}`, text)
  return text
}

async function testConnection() {
  fill(byId('connection'))
  if (!isComplete()) return
  const settings = currentSettings()
  const { ok, error } = await post('/workbench/connection', { settings })
  fill(
    byId('connection'),
    ok
      ? box('good', 'Connected. ', `Algolia answers calls for ${settings.appId} in the region ${settings.region}.`)
      : box('bad', 'No connection. ', error)
  )
}

function help({ kind, appId, url }) {
  const command = 'npm run workbench -- --app-id YOURAPPID --region eu'
  const about =
    kind === 'local'
      ? [
          h('h2', {}, 'A local Algolia'),
          h(
            'p',
            {},
            'This workbench runs against a stand-in for Algolia on this machine, with made-up profiles. Nothing leaves the machine, and everything is forgotten when you end it.'
          ),
          h(
            'p',
            {},
            'It listens on ',
            h('code', {}, url),
            '. Its key is kept by the workbench: the page never sees it.'
          ),
          h('h3', {}, 'To work against a real application'),
          h('p', {}, 'Put its API key into the environment variable ', h('code', {}, 'ALGOLIA_API_KEY'), ' and start:'),
          h('pre', { class: 'command' }, command)
        ]
      : [
          h('h2', {}, 'A real application'),
          h('p', {}, `This workbench runs against ${appId}. Its key is kept by the workbench: the page never sees it.`),
          url && h('p', {}, 'Calls go to ', h('code', {}, url), ', as ALGOLIA_PERSONALIZATION_URL says.'),
          h('p', { class: 'caution' }, 'What you send in “Try an event” is written to its profiles.')
        ]
  return [
    ...about,
    h('h3', {}, 'Without the page'),
    h(
      'p',
      {},
      'Segment’s Actions Tester and cURL find the destination at this address, as with its own ',
      h('code', {}, 'serve'),
      ': ',
      h('code', {}, location.origin)
    )
  ].filter(Boolean)
}
