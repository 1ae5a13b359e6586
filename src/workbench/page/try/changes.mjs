// @ts-check
import { Box, grouped, ProfileLink } from '../elements.mjs'
import { keyOf, RuleContexts, Segments, segmentsOf } from '../profiles/segments.mjs'
import { html } from '../vendor/preact.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../interface').FoundProfile} FoundProfile */

/** The profiles that the events name, before and after. @param {{ sent: import('../../interface').Sent, context: Context }} props */
export function Changes({ sent: { profiles, named }, context }) {
  return html`<div class="card">
    <h3>Profiles, before and after</h3>
    ${profiles.length === 0 && html`<p class="hint">No event names a user token that Algolia could know.</p>`}
    ${profiles.map(({ userToken, before, after }) => {
      const problem = before.problem ?? after.problem
      return html`<div class="profile">
        <h4><${ProfileLink} userToken=${userToken} /></h4>
        ${
          problem
            ? html`<${Box} mood="bad" title="The profile can’t be read.">${problem}<//>`
            : html`<${Change} before=${before} after=${after} managedSource=${context.managedSource} />`
        }
      </div>`
    })}
    ${
      named > profiles.length &&
      html`<p class="hint">
        The events name ${grouped(named)} users; the profiles of the first ${grouped(profiles.length)} are read.
      </p>`
    }
  </div>`
}

/** @param {{ before: FoundProfile, after: FoundProfile, managedSource: string }} props */
function Change({ before, after, managedSource }) {
  /** @param {FoundProfile} found @param {FoundProfile} other @param {'added' | 'removed'} change */
  const list = (found, other, change) => {
    const others = new Set(segmentsOf(other).map(keyOf))
    return html`<${Segments}
      segments=${segmentsOf(found)}
      managedSource=${managedSource}
      empty=${found.profile === null ? 'No profile' : 'No segments'}
      changeOf=${(/** @type {object} */ segment) => (others.has(keyOf(segment)) ? undefined : change)}
    />`
  }
  return html`<div class="before-after">
      <div class="before">
        <h5>Before</h5>
        ${list(before, after, 'removed')}
      </div>
      <div class="after">
        <h5>After</h5>
        ${list(after, before, 'added')}
      </div>
    </div>
    <h5>Rule contexts that a search would send now</h5>
    <${RuleContexts} ruleContexts=${after.ruleContexts} />`
}
