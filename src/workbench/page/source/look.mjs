// @ts-check
import { Box, grouped, Table, TaskButton, TaskProblem, useTask } from '../elements.mjs'
import { html, useState } from '../vendor/preact.mjs'
import { ask } from './state.mjs'
import { StreamTable } from './stream-table.mjs'

/** @typedef {import('../../source/interface').SourceView} SourceView */

/** Check, discover, and the first rows. @param {{ source: SourceView }} props */
export function Look({ source }) {
  const [looked, setLooked] = useState(/** @type {any} */ (undefined))
  /** @param {string} what @param {string} path */
  const looking = (what, path) =>
    useTask(async () => {
      setLooked(undefined)
      const answer = await ask(source, path)
      if (answer.problem) throw new Error(answer.problem)
      setLooked({ what, answer })
    })
  const check = looking('check', '/workbench/source/check')
  const discover = looking('discover', '/workbench/source/discover')
  const rows = looking('rows', '/workbench/source/rows')
  const [latest] = [check, discover, rows].filter(({ problem }) => problem !== '')
  return html`<section class="card" aria-labelledby="look-title">
    <div class="card-head">
      <h2 id="look-title">Look before reading</h2>
      <div class="actions">
        <${TaskButton} task=${check}>Check<//>
        <${TaskButton} task=${discover}>Discover<//>
        <${TaskButton} task=${rows}>Preview rows<//>
      </div>
    </div>
    ${!looked && latest && html`<${TaskProblem} task=${latest} title="Not asked, or not answered." />`}
    ${
      !looked &&
      !latest &&
      html`<p class="hint">
        Check tries the connection, Discover lists the streams and their fields, and Preview rows reads the first ones
        of each.
      </p>`
    }
    <div role="status">
      ${looked?.what === 'check' && html`<${Checked} status=${looked.answer.connectionStatus} />`}
    </div>
    ${looked?.what === 'discover' && looked.answer.catalog.streams.map((/** @type {any} */ stream) => html`<${Stream} stream=${stream} />`)}
    ${looked?.what === 'rows' && html`<${Rows} rows=${looked.answer.rows} />`}
  </section>`
}

/** @param {{ status: { status: string, message?: string } }} props */
function Checked({ status: { status, message } }) {
  return status === 'SUCCEEDED'
    ? html`<${Box} mood="good" title="SUCCEEDED.">${message ?? 'It can be read with these options.'}<//>`
    : html`<${Box} mood="bad" title="FAILED.">${message}<//>`
}

/** @param {{ stream: any }} props */
function Stream({ stream }) {
  const { name, json_schema: schema, supported_sync_modes: modes, source_defined_primary_key: keys } = stream
  /** @param {string} field */
  const marks = (field) =>
    [keys.flat().includes(field) && 'key', stream.default_cursor_field.includes(field) && 'cursor'].filter(Boolean)
  const rows = Object.entries(schema.properties).map(([field, described]) => [
    html`<code>${field}</code>`,
    typeText(/** @type {any} */ (described)),
    marks(field).join(', '),
    /** @type {any} */ (described).description ?? ''
  ])
  return html`<div class="stream">
    <h3><code>${name}</code> <span class="hint">${modes.join(', ').replaceAll('_', ' ')}</span></h3>
    <${Table} label="Fields of the stream ${name}" columns=${['Field', 'Type', 'Use', 'Meaning']} rows=${rows} />
  </div>`
}

/** @param {any} schema */
function typeText({ type, format, items, additionalProperties }) {
  const name = [type].flat().filter(Boolean).join(' or ')
  const inner = items?.type ?? additionalProperties?.type
  return format ?? (inner ? `${name} of ${inner}s` : name)
}

/** Rows of each stream, one stream at a time. @param {{ rows: import('../../source/interface').StreamRows }} props */
export function Rows({ rows }) {
  const [chosen, choose] = useState('')
  const shown = Object.hasOwn(rows, chosen) ? chosen : (Object.keys(rows)[0] ?? '')
  const ofStream = rows[shown] ?? []
  return html`<fieldset class="switch">
      <legend class="hidden-text">Stream</legend>
      ${Object.entries(rows).map(
        ([stream, { length }]) =>
          html`<label
            ><input
              type="radio"
              name="preview-stream"
              value=${stream}
              checked=${stream === shown}
              onChange=${() => choose(stream)}
            /><span>${stream} <span class="count">${grouped(length)}</span></span></label
          >`
      )}
    </fieldset>
    ${
      ofStream.length === 0
        ? html`<${Box} mood="calm" title="No rows.">Nothing passes the filters, or nothing has such entries.<//>`
        : html`<${StreamTable} stream=${shown} rows=${ofStream} />`
    }`
}
