// @ts-check
import { Box, CopyButton, counted, Json } from '../elements.mjs'
import { StreamTable, FieldsTable } from '../source/stream-table.mjs'
import { html } from '../vendor/preact.mjs'
import { Affinities } from './affinities.mjs'
import { RuleContexts, Segments, segmentsOf } from './segments.mjs'
import { Moment } from './moment.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../interface').FoundProfile & { rows: import('../../source/interface').StreamRows }} Found */

/** A profile, or why there is none to show. @param {{ found: Found, context: Context }} props */
export function Found({ found, context }) {
  const { userToken, profile, problem, rows, ruleContexts } = found
  if (problem) return html`<div role="alert"><${Box} mood="bad" title="The profile can’t be read.">${problem}<//></div>`
  if (!profile) {
    return html`<div role="status">
      <${Box} mood="calm" title="No profile.">
        Algolia knows nothing of <code>${userToken}</code>. A profile comes to be with the shopper’s first events, or
        when the destination writes the first segment.
      <//>
    </div>`
  }
  const { type, lastUpdatedAt } = profile
  return html`<div class="stack">
    <div class="profile-title">
      <h2 class="code">${userToken}</h2>
      <p class="hint">${String(type ?? 'unknown')} profile, last updated <${Moment} text=${lastUpdatedAt} /></p>
    </div>
    <div class="columns wide-left">
      <section class="card" aria-labelledby="affinities-title">
        <h3 id="affinities-title">Affinities</h3>
        <${Affinities} affinities=${profile.affinities} />
      </section>
      <div class="stack">
        <section class="card" aria-labelledby="segments-title">
          <h3 id="segments-title">Segments</h3>
          <${Segments}
            segments=${segmentsOf(found)}
            managedSource=${context.managedSource}
            empty="In no segment yet."
          />
          <p class="hint">
            Yours have the source <code>${context.managedSource}</code>: the destination adds and removes them, and no
            others.
          </p>
        </section>
        <section class="card" aria-labelledby="contexts-title">
          <h3 id="contexts-title">Rule contexts</h3>
          <${RuleContexts} ruleContexts=${ruleContexts} />
          <p class="hint">
            What a search would send as <code>ruleContexts</code>, with the defaults of this package’s${' '}
            <code>/contexts</code>: at most ten, made safe where an ID can’t stand there.
          </p>
          <${CopyButton} text=${() => JSON.stringify({ ruleContexts })}>Copy for a search<//>
        </section>
      </div>
    </div>
    <section class="card" aria-labelledby="emitted-title">
      <h3 id="emitted-title">What the source would emit</h3>
      <${Emitted} rows=${rows} />
    </section>
    <details class="card">
      <summary>The profile as Algolia gives it</summary>
      <${Json} data=${profile} label="Profile" />
    </details>
  </div>`
}

/** The one row of `profiles` by its fields; of the other streams, a row for each entry. @param {{ rows: Found['rows'] }} props */
function Emitted({ rows: { profiles = [], ...others } }) {
  return html`${profiles.map((row) => html`<${FieldsTable} label="Row of the stream profiles" row=${row} />`)}
  ${Object.entries(others).map(
    ([stream, rows]) =>
      html`<details>
        <summary>${stream}: ${counted(rows.length, 'row')}</summary>
        ${rows.length > 0 && html`<${StreamTable} stream=${stream} rows=${rows} />`}
      </details>`
  )}`
}
