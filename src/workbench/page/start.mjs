// @ts-check
import { post } from './api.mjs'
import { Box, TaskButton, TaskProblem, useTask } from './elements.mjs'
import { html, useState } from './vendor/preact.mjs'

/** @typedef {import('../interface').Context} Context */

/** What the page is for, where to begin, and whom it works against. @param {{ context: Context }} props */
export function Start({ context }) {
  return html`
    <p class="lead">
      Here you see what your Segment events would do to Algolia profiles, and what comes back out of them, before
      anything is installed.
    </p>
    <ol class="tasks">
      <${Task} href="#try" title="Try an event">
        Take an event as Segment sends it, set your mapping, see what the action would get, send it, and see the profile
        before and after.
      <//>
      <${Task} href="#profiles" title="Look at a profile">
        Find a shopper’s profile: affinities, your segments, and the rule contexts that a search would send.
      <//>
      <${Task} href="#sources" title="Read with a source">
        Check the connection, look at rows, run a source, stop it, resume it, and take its configuration to your
        platform.
      <//>
    </ol>
    <div class="columns two">
      <${ConnectionCard} target=${context.target} />
      <${Words} managedSource=${context.managedSource} />
    </div>
    <${Elsewhere} commands=${context.commands} />
  `
}

/** @param {{ href: string, title: string, children?: unknown }} props */
function Task({ href, title, children }) {
  return html`<li class="card">
    <h2><a href=${href}>${title}</a></h2>
    <p>${children}</p>
  </li>`
}

/** @param {{ target: Context['target'] }} props */
function ConnectionCard({ target: { kind, appId, region, url } }) {
  const [isConnected, setConnected] = useState(false)
  const test = useTask(async () => {
    setConnected(false)
    const { ok, error } = await post('/workbench/connection')
    if (!ok) throw new Error(error)
    setConnected(true)
  })
  const isLocal = kind === 'local'
  return html`<section class="card" aria-labelledby="connection-title">
    <h2 id="connection-title">${isLocal ? 'A local Algolia' : 'A real application'}</h2>
    <dl class="facts">
      <dt>Application ID</dt>
      <dd class="code">${appId}</dd>
      <dt>Region</dt>
      <dd class="code">${region}</dd>
      <dt>API key</dt>
      <dd>kept by the workbench: this page never gets it</dd>
      ${
        url &&
        html`<dt>Calls go to</dt>
          <dd class="code">${url}</dd>`
      }
    </dl>
    <div class="actions"><${TaskButton} task=${test} kind="primary">Test connection<//></div>
    <${TaskProblem} task=${test} title="No connection." />
    <div role="status">
      ${
        isConnected &&
        html`<${Box} mood="good" title="Connected.">Algolia answers calls for ${appId} in the region ${region}.<//>`
      }
    </div>
    ${
      isLocal
        ? html`<p class="hint">
              A stand-in for Algolia on this machine, with made-up profiles. Nothing leaves the machine, and all is
              forgotten when you end the workbench. For your own application put its API key into the environment
              variable${' '}
              <code>ALGOLIA_API_KEY</code> and start:
            </p>
            <pre class="command">npx segment-algolia-personalization workbench --app-id YOURAPPID --region eu</pre>`
        : html`<p class="caution">
            What you send in “Try an event” is written to the profiles of ${appId}. All calls count towards its limit.
          </p>`
    }
    <p class="hint">These are fixed while the workbench runs. To use others, end it and start it anew.</p>
  </section>`
}

/** @param {{ managedSource: string }} props */
function Words({ managedSource }) {
  const words = {
    Segment: 'Twilio Segment, which knows your audiences and sends the events.',
    'Your mapping': 'Which parts of an event go into which field of the action, as you set it in Segment.',
    Profile: 'What Algolia knows of one user token: affinities and segments.',
    'User token':
      'The ID that your website sends to Algolia with searches and events. A segment on another one has no effect.',
    'Your segments': `Segments of a profile that stand for your audiences and traits. Their source is ${managedSource}; all others are left alone.`,
    'Rule context': 'What a search sends along, so that your rules for a segment apply.'
  }
  return html`<section class="card" aria-labelledby="words-title">
    <h2 id="words-title">Words</h2>
    <dl class="words">
      ${Object.entries(words).map(
        ([word, meaning]) =>
          html`<dt>${word}</dt>
            <dd>${meaning}</dd>`
      )}
    </dl>
  </section>`
}

/** @param {{ commands: Context['commands'] }} props */
function Elsewhere({ commands }) {
  return html`<section class="card" aria-labelledby="elsewhere-title">
    <h2 id="elsewhere-title">Without this page</h2>
    <p>
      Segment’s Actions Tester and cURL find the destination at <code>${location.origin}</code>, as with Segment’s
      own${' '} <code>serve</code>.
    </p>
    ${
      commands.length > 0 &&
      html`<p>On the command line, <code>npx segment-algolia-personalization</code> and one of:</p>
        <dl class="facts">
          ${commands.map(
            ({ name, summary }) =>
              html`<dt class="code">${name}</dt>
                <dd>${summary}</dd>`
          )}
        </dl>`
    }
  </section>`
}
