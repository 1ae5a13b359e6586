// @ts-check
import { TaskButton, TaskProblem, useTask } from '../elements.mjs'
import { html } from '../vendor/preact.mjs'
import { PlatformCopies } from './platform-copies.mjs'
import { Progress } from './progress.mjs'
import { form, resume, run, start, stop, streamsOf, toggleStream } from './state.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../source/interface').SourceView} SourceView */

/** Starts, stops and resumes the one run that there is. @param {{ context: Context, source: SourceView }} props */
export function Run({ context, source }) {
  const { progress, isForgotten } = run.get()
  const starting = useTask(() => start(source))
  const stopping = useTask(stop)
  const resuming = useTask(resume)
  const isRunning = progress?.status === 'running' && !isForgotten
  const chosen = streamsOf(source)
  const failed = [starting, stopping, resuming].find(({ problem }) => problem !== '')
  return html`<section class="card" aria-labelledby="run-title">
    <h2 id="run-title">Run</h2>
    <div class="run-options">
      <fieldset class="inline">
        <legend>Streams</legend>
        <div class="checks">
          ${source.streams.map(
            (stream) =>
              html`<label
                ><input
                  type="checkbox"
                  checked=${chosen.includes(stream)}
                  onChange=${() => toggleStream(source, stream)}
                />${stream}</label
              >`
          )}
        </div>
      </fieldset>
      <div>
        <label for="sync-mode">Sync mode</label>
        <select
          id="sync-mode"
          value=${form.get().syncMode}
          onChange=${(/** @type {any} */ { target }) => form.set({ syncMode: target.value })}
        >
          ${['incremental', 'full_refresh'].map(
            (mode) =>
              html`<option value=${mode} selected=${mode === form.get().syncMode}>${mode.replace('_', ' ')}</option>`
          )}
        </select>
      </div>
      <div class="actions">
        <${TaskButton} task=${starting} kind="primary" isOff=${isRunning}>Start<//>
        <${TaskButton} task=${stopping} isOff=${!isRunning}>Stop<//>
        <${TaskButton} task=${resuming} isOff=${isRunning || !canResume(progress)}>
          ${progress?.status === 'finished' ? 'Run from its state' : 'Resume'}
        <//>
      </div>
    </div>
    ${failed && html`<${TaskProblem} task=${failed} title="Not done." />`}
    <${PlatformCopies} source=${source} />
    ${
      progress
        ? html`<${Progress} context=${context} progress=${progress} isForgotten=${isForgotten} />`
        : html`<p class="hint">No run yet. Nothing that is read is sent anywhere.</p>`
    }
  </section>`
}

/** @param {import('../../source/interface').RunProgress | undefined} progress */
function canResume(progress) {
  return progress !== undefined && progress.state.length > 0
}
