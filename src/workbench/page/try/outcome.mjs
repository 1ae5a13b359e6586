// @ts-check
import { Box, counted, grouped } from '../elements.mjs'
import { html } from '../vendor/preact.mjs'
import { Calls } from './calls.mjs'
import { groupsOf } from './groups.mjs'
import { Changes } from './changes.mjs'
import { results } from './state.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../interface').SentEvent} SentEvent */

/** What became of what was sent. @param {{ context: Context }} props */
export function Outcome({ context }) {
  const { sent, edit, sentEdit } = results.get()
  const isPast = sent !== undefined && edit !== sentEdit
  return html`<section
    id="outcome"
    class="outcome ${isPast ? 'past' : ''}"
    tabindex="-1"
    aria-label="What became of it"
  >
    <div role="status">
      ${
        isPast &&
        html`<${Box} mood="warning" title="Of what was sent before.">
          The form has changed since: Send gives the outcome of what it says now.
        <//>`
      }
    </div>
    ${
      sent &&
      html`<h2>${headingOf(sent.events)}</h2>
        <div class="columns wide-left">
          <div class="stack">
            <${Outcomes} sent=${sent} />
            <${Calls} sent=${sent} />
          </div>
          <${Changes} sent=${sent} context=${context} />
        </div>`
    }
  </section>`
}

/** What the heading says of the one event, and of so many. @type {Record<SentEvent['outcome'], [string, string]>} */
const HEADINGS = {
  refused: ['Event refused', 'refused'],
  retried: ['Not delivered: Segment would try again', 'that Segment would try again'],
  delivered: ['Event delivered', 'delivered']
}

/** @param {readonly SentEvent[]} events */
function headingOf(events) {
  const [only] = events
  if (events.length === 1 && only) return HEADINGS[only.outcome][0]
  const counts = Object.entries(HEADINGS).flatMap(([name, [, text]]) => {
    const count = events.filter(({ outcome }) => outcome === name).length
    return count > 0 ? [`${grouped(count)} ${text}`] : []
  })
  return `${grouped(events.length)} events: ${counts.join(', ')}`
}

/** The looks of an event's status. @type {Record<SentEvent['outcome'], string>} */
const MOODS = { delivered: 'good', retried: 'warning', refused: 'bad' }

/** Messages of a group that are shown at once. */
const MOST_MESSAGES = 5

/** The events by what became of them, failures first. @param {{ sent: import('../../interface').Sent }} props */
function Outcomes({ sent: { events, deliveries } }) {
  return html`<div class="card">
    <h3>Outcomes</h3>
    ${
      events.length > 1 &&
      html`<p class="hint">
        ${
          deliveries.length === events.length
            ? 'Delivered one by one.'
            : `Delivered in ${counted(deliveries.length, 'batch', 'batches')}.`
        }
      </p>`
    }
    <ul class="outcomes">
      ${groupsOf(events).map(({ outcome, status, code, messages, count }) => {
        const [shown, rest] = [messages.slice(0, MOST_MESSAGES), messages.slice(MOST_MESSAGES)]
        /** @param {typeof messages} some */
        const view = (some) =>
          html`<ul>
            ${some.map(
              ({ message, places }) =>
                html`<li>
                  ${message}${events.length > 1 && html` <span class="hint">(${placesText(places)})</span>`}
                </li>`
            )}
          </ul>`
        return html`<li class="outcome-group">
          <p>
            <span class="status ${MOODS[outcome]}">${status}</span>
            ${events.length > 1 && html` <strong>${counted(count, 'event')}</strong>`}
            ${code && html` <code>${code}</code>`}
          </p>
          ${view(shown)}
          ${
            rest.length > 0 &&
            html`<details>
              <summary>${counted(rest.length, 'more message')}</summary>
              ${view(rest)}
            </details>`
          }
        </li>`
      })}
    </ul>
  </div>`
}

/** Places of a message that are named. */
const MOST_PLACES = 12

/** @param {number[]} places */
function placesText(places) {
  const named = places.slice(0, MOST_PLACES).map((place) => grouped(place + 1))
  const more = places.length - named.length
  return `${places.length === 1 ? 'event' : 'events'} ${named.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`
}
