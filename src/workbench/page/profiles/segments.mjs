// @ts-check
import { html } from '../vendor/preact.mjs'

/** @typedef {import('../../interface').FoundProfile} FoundProfile */
/** @typedef {{ id?: unknown, source?: unknown }} ProfileSegment */

/**
 * The profile segments of a profile, of which nothing is taken for granted.
 * @param {FoundProfile} found
 * @returns {ProfileSegment[]}
 */
export function segmentsOf({ profile }) {
  return listOf(profile?.segments)
}

/** @param {unknown} list @returns {any[]} the objects in a list, if it is one */
export function listOf(list) {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'object' && entry !== null) : []
}

/** @param {ProfileSegment} segment */
export function keyOf({ id, source }) {
  return JSON.stringify([source, id])
}

/**
 * Profile segments, each with where it comes from. `changeOf` says what has become of one.
 * @param {{ segments: ProfileSegment[], managedSource: string, empty: string,
 *   changeOf?: (segment: ProfileSegment) => 'added' | 'removed' | undefined }} props
 */
export function Segments({ segments, managedSource, empty, changeOf = () => undefined }) {
  if (segments.length === 0) return html`<p class="hint">${empty}</p>`
  return html`<ul class="segments">
    ${segments.map((segment) => {
      const change = changeOf(segment)
      const isManaged = segment.source === managedSource
      return html`<li class="segment ${isManaged ? 'managed' : 'foreign'} ${change ?? ''}">
        ${change && html`<span class="mark" aria-hidden="true">${change === 'added' ? '+' : '−'}</span>`}
        <span class="code">${String(segment.id)}</span>
        <span class="segment-source">${String(segment.source ?? 'no source')}${isManaged ? ' · yours' : ''}</span>
        ${change && html`<span class="hidden-text">${change}</span>`}
      </li>`
    })}
  </ul>`
}

/** What a search would send along for a profile. @param {{ ruleContexts: readonly string[] }} props */
export function RuleContexts({ ruleContexts }) {
  if (ruleContexts.length === 0) return html`<p class="hint">None: the profile has no segments.</p>`
  return html`<ul class="contexts">
    ${ruleContexts.map((context) => html`<li class="code">${context}</li>`)}
  </ul>`
}
