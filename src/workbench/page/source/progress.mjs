// @ts-check
import { Box, CopyButton, counted, grouped, Json, TaskButton, TaskProblem, useTask } from '../elements.mjs'
import { useStore } from '../store.mjs'
import { html, useEffect, useRef, useState } from '../vendor/preact.mjs'
import { Rows } from './look.mjs'
import { log } from './state.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../source/interface').RunProgress} RunProgress */

/** How the run is getting on, and what it did. @param {{ context: Context, progress: RunProgress, isForgotten: boolean }} props */
export function Progress({ context, progress, isForgotten }) {
  const title = context.sources.find(({ name }) => name === progress.source)?.title ?? progress.source
  return html`
    <h3>${title}, ${progress.syncMode.replace('_', ' ')}</h3>
    <div role="status"><${State} progress=${progress} isForgotten=${isForgotten} /></div>
    <dl class="tiles">
      ${tilesOf(progress).map(
        ([name, value]) =>
          html`<div key=${name}>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`
      )}
    </dl>
    <${Log} />
    <${RunRows} progress=${progress} mostRows=${context.caps.rows} />
    <${StateView} progress=${progress} />
  `
}

/** @param {{ progress: RunProgress, isForgotten: boolean }} props */
function State({ progress, isForgotten }) {
  const { status, problem, seconds, calls, legs, rows } = progress
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0)
  const did = `${counted(total, 'row')} in ${counted(calls, 'call')} and ${seconds.toFixed(1)} seconds${legs > 1 ? `, resumed ${legs === 2 ? 'once' : `${legs - 1} times`}` : ''}.`
  if (isForgotten) {
    return html`<${Box} mood="warning" title="Interrupted.">
      The workbench was started anew. Until then: ${did} Resume goes on from there.
    <//>`
  }
  switch (status) {
    case 'running':
      return html`<${Box} mood="calm" title="Running.">Rows are counted as they come.<//>`
    case 'stopped':
      return html`<${Box} mood="warning" title="Stopped.">${did} Resume goes on from there.<//>`
    case 'failed':
      return html`<${Box} mood="bad" title="Failed.">${problem} Until then: ${did}<//>`
    default:
      return html`<${Box} mood="good" title="Finished.">${did} A run from its state reads what changes from now on.<//>`
  }
}

/** @param {RunProgress} progress @returns {[string, string][]} */
function tilesOf({ rows, pages, calls, callsLeft, seconds }) {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0)
  return [
    ...Object.entries(rows).map(
      ([stream, count]) => /** @type {[string, string]} */ ([`rows of ${stream}`, grouped(count)])
    ),
    ['rows a second', seconds > 0 ? grouped(Math.round(total / seconds)) : '–'],
    ['states', grouped(pages)],
    ['calls', grouped(calls)],
    ['calls left', callsLeft === undefined ? '–' : grouped(callsLeft)],
    ['seconds', seconds.toFixed(1)]
  ]
}

/** The log. Lines that are there stay as they are, so that they can be read and marked while others come. */
function Log() {
  const { lines } = useStore(log)
  const list = useRef(/** @type {HTMLElement | null} */ (null))
  const isAtEnd = useRef(true)
  useEffect(() => {
    if (list.current && isAtEnd.current) list.current.scrollTop = list.current.scrollHeight
  }, [lines])
  const onScroll = () => {
    const { scrollTop, clientHeight, scrollHeight } = /** @type {HTMLElement} */ (list.current)
    isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 4
  }
  return html`<div class="card-head">
      <h4>Log</h4>
      <${CopyButton} text=${() => log.get().lines.map(lineText).join('\n')}>Copy log<//>
    </div>
    <div class="log" ref=${list} onScroll=${onScroll} tabindex="0" role="group" aria-label="Log of the run">
      ${lines.map(
        ({ at, level, message }, index) =>
          html`<p key=${index} class=${level.toLowerCase()}>
            <span class="at">${timeText(at)}</span> <span class="level">${level}</span> <span>${message}</span>
          </p>`
      )}
    </div>`
}

/** @param {number} at */
const timeText = (at) => new Date(at).toLocaleTimeString('en-GB')

/** @param {import('../../source/interface').LogLine} line */
const lineText = ({ at, level, message }) => `${timeText(at)} ${level} ${message}`

/** Rows of a stream that are shown; the file has all that are kept. */
const MOST_SHOWN = 100

/** The rows that the run has kept. @param {{ progress: RunProgress, mostRows: number }} props */
function RunRows({ progress: { kept, id }, mostRows }) {
  const [shown, setShown] = useState(/** @type {{ id: string, rows: Record<string, any[]> } | undefined} */ (undefined))
  const show = useTask(async () => {
    const entries = Object.keys(kept).map(async (stream) => {
      const response = await fetch(addressOf(stream))
      if (!response.ok) throw new Error('The rows are gone: the workbench was started anew.')
      const lines = (await response.text()).split('\n', MOST_SHOWN).filter((line) => line !== '')
      return [stream, lines.map((line) => JSON.parse(line))]
    })
    setShown({ id, rows: Object.fromEntries(await Promise.all(entries)) })
  })
  const isCapped = Object.values(kept).some((count) => count === mostRows)
  return html`<details>
    <summary>Rows of this run</summary>
    <div class="actions">
      <${TaskButton} task=${show} kind="small">Show the first ${MOST_SHOWN} of each<//>
      ${Object.entries(kept).map(
        ([stream, count]) =>
          html`<a href=${addressOf(stream)} download="${stream}.jsonl">Download ${stream} (${grouped(count)})</a>`
      )}
    </div>
    ${isCapped && html`<p class="hint">The first ${grouped(mostRows)} rows of each stream are kept.</p>`}
    <${TaskProblem} task=${show} />
    ${shown?.id === id && html`<${Rows} rows=${shown.rows} />`}
  </details>`
}

/** @param {string} stream */
const addressOf = (stream) => `/workbench/run/rows?stream=${encodeURIComponent(stream)}`

/** The state as it was when it was last asked for: it doesn't change while it is read. @param {{ progress: RunProgress }} props */
function StateView({ progress }) {
  const [shown, setShown] = useState(/** @type {readonly unknown[] | undefined} */ (undefined))
  return html`<details
    onToggle=${(/** @type {any} */ { target }) => target.open && shown === undefined && setShown(progress.state)}
  >
    <summary>State</summary>
    ${
      shown !== undefined &&
      html`<div class="actions">
          <button type="button" class="small" onClick=${() => setShown(progress.state)}>Show as it is now</button>
        </div>
        <${Json} data=${shown} label="State" />`
    }
  </details>`
}
