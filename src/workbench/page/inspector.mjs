import { orTell, post } from './api.mjs'
import { announce, box, byId, cellText, fill, h, jsonView, setProblem, table, whileBusy } from './elements.mjs'
import { segmentsOf, segmentView, timeView } from './profile-view.mjs'
import { currentSettings } from './settings.mjs'

/** Affinities are scored from 1 to this. */
const HIGHEST_SCORE = 20

let context

export function initInspector(given) {
  context = given
  byId('inspector-form').addEventListener('submit', (event) => {
    event.preventDefault()
    void whileBusy(event.submitter, () => inspect(byId('user-token').value.trim()))
  })
  byId('user-token').addEventListener('input', () => setProblem('user-token'))
  const examples = context.exampleUserTokens
  fill(
    byId('examples'),
    examples.length === 0
      ? 'The ID that your website or app sends to Algolia as userToken.'
      : h('span', {}, 'For example: ', ...examples.map((userToken) => exampleView(userToken)))
  )
}

function exampleView(userToken) {
  return h('button', { type: 'button', class: 'chip code', click: () => void inspect(userToken) }, userToken)
}

/** Looks a user up, and shows what there is. */
export async function inspect(userToken) {
  byId('user-token').value = userToken
  setProblem('user-token')
  if (userToken === '') {
    refuse('Type a user token.')
    return
  }
  await orTell(async () => {
    const found = await post('/workbench/profile', { settings: currentSettings(), userToken })
    if (found.invalid) {
      refuse(`This can’t be a user token, so Algolia was not asked: a user token ${found.invalid}.`)
      return
    }
    fill(byId('inspected'), ...foundView(found))
    announce(found.profile ? `The profile of ${userToken}` : byId('inspected').textContent)
  })
}

/** Says what is wrong with the user token; what was found of another one goes. */
function refuse(problem) {
  fill(byId('inspected'))
  setProblem('user-token', problem)
  byId('user-token').focus()
  announce(problem)
}

function foundView(found) {
  const { userToken, profile, problem, rows } = found
  if (problem) return [box('bad', 'The profile can’t be read. ', problem)]
  if (profile === null) {
    return [
      box(
        'calm',
        'No profile. ',
        'Algolia knows nothing of ',
        h('code', {}, userToken),
        '. A profile comes to be with the user’s first events, or when the destination writes the first segment.'
      )
    ]
  }
  const { affinities = [], type, lastUpdatedAt } = profile
  const segments = segmentsOf(found)
  return [
    h(
      'div',
      { class: 'profile-title' },
      h('h2', { class: 'code' }, userToken),
      h('p', {}, `${type ?? 'unknown'} profile, last updated `, timeView(lastUpdatedAt))
    ),
    h(
      'div',
      { class: 'columns wide-left' },
      h('div', { class: 'card' }, h('h3', {}, 'Affinities'), ...affinitiesView(affinities)),
      h(
        'div',
        { class: 'card' },
        h('h3', {}, 'Segments'),
        segments.length === 0
          ? h('p', { class: 'empty' }, 'In no segment yet.')
          : h('ul', { class: 'segments' }, ...segments.map((segment) => segmentView(segment, context.managedSource))),
        h(
          'p',
          { class: 'hint' },
          `Those marked “ours” have the source ${context.managedSource}: the destination adds and removes them, and touches no others.`
        )
      )
    ),
    h('div', { class: 'card' }, h('h3', {}, 'What the source would emit'), ...rowsView(rows)),
    h('details', { class: 'card' }, h('summary', {}, 'The profile as Algolia gives it'), jsonView(profile, 'Profile'))
  ]
}

function affinitiesView(affinities) {
  if (affinities.length === 0) {
    return [
      h(
        'p',
        { class: 'empty' },
        'No affinities yet: Algolia computes them from the user’s clicks, conversions and purchases.'
      )
    ]
  }
  const names = [...new Set(affinities.map(({ name }) => name))]
  return names.map((name) => {
    const ofName = affinities.filter((affinity) => affinity.name === name).sort((one, other) => other.score - one.score)
    return h(
      'div',
      { class: 'affinity-group' },
      h('h4', {}, name),
      h('ul', { class: 'affinities' }, ...ofName.map(affinityView))
    )
  })
}

function affinityView({ value, score, indices = [] }) {
  const bar = h('span', { class: 'bar-fill' })
  bar.style.inlineSize = `${(100 * score) / HIGHEST_SCORE}%`
  return h(
    'li',
    { title: `From ${indices.join(', ')}` },
    h('span', { class: 'affinity-value' }, value),
    h('span', { class: 'bar', 'aria-hidden': 'true' }, bar),
    h('span', { class: 'score' }, String(score))
  )
}

/** The one row of `profiles` by its fields; of the other streams, a row for each entry. */
function rowsView({ profiles = [], ...others }) {
  return [
    ...profiles.map((row) =>
      table(
        'Row of the stream profiles',
        ['profiles', ''],
        Object.entries(row).map(([name, value]) => [h('code', {}, name), h('code', {}, cellText(value))]),
        'fields'
      )
    ),
    ...Object.entries(others).map(([stream, rows]) =>
      h(
        'details',
        {},
        h('summary', {}, `${stream}: ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`),
        rows.length > 0 && rowsTable(stream, rows)
      )
    )
  ]
}

/** Rows of a stream as a table, a column for each field; what is too long for its cell is there to read when pointed at. */
export function rowsTable(stream, rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = rows.map((row) =>
    columns.map((column) => h('code', { title: cellText(row[column]) }, cellText(row[column])))
  )
  return table(`Rows of the stream ${stream}`, columns, cells, 'rows')
}
