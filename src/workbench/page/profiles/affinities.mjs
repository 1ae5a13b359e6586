// @ts-check
import { html } from '../vendor/preact.mjs'
import { Age } from './moment.mjs'
import { listOf } from './segments.mjs'

/** Affinities are scored from 1 to this. */
const HIGHEST_SCORE = 20

/** Affinities by their names, the strongest first; each with its indices and its age. @param {{ affinities: unknown }} props */
export function Affinities({ affinities }) {
  const all = listOf(affinities)
  if (all.length === 0) {
    return html`<p class="hint">
      None yet: Algolia computes them from the shopper’s clicks, conversions and purchases.
    </p>`
  }
  const names = [...new Set(all.map(({ name }) => String(name)))]
  return names.map((name) => {
    const ofName = all.filter((affinity) => String(affinity.name) === name)
    ofName.sort((one, other) => Number(other.score) - Number(one.score))
    return html`<div class="affinity-group">
      <h4>${name}</h4>
      <ul class="affinities">
        ${ofName.map(
          ({ value, score, indices, lastUpdatedAt }) =>
            html`<li>
              <span class="affinity-value">${String(value)}</span>
              <span class="bar" aria-hidden="true"
                ><span class="bar-fill" style=${{ inlineSize: widthOf(score) }}></span
              ></span>
              <span class="score">${String(score)}</span>
              <span class="hint affinity-more">
                ${Array.isArray(indices) && indices.length > 0 ? `from ${indices.join(', ')}, ` : ''}<${Age}
                  text=${lastUpdatedAt}
                />
              </span>
            </li>`
        )}
      </ul>
    </div>`
  })
}

/** @param {unknown} score */
function widthOf(score) {
  const share = Math.min(Math.max(Number(score) / HIGHEST_SCORE, 0), 1)
  return `${Number.isNaN(share) ? 0 : 100 * share}%`
}
