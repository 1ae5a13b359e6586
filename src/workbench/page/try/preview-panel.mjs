// @ts-check
import { Box, counted, grouped, Json } from '../elements.mjs'
import { html } from '../vendor/preact.mjs'
import { actionIn } from './form.mjs'
import { form, results } from './state.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../interface').PreviewedEvent} PreviewedEvent */

/** What the action would get of each event, and what is known of its fate. @param {{ context: Context }} props */
export function PreviewPanel({ context }) {
  const { preview, previewProblem, isAsking, shownEvent } = results.get()
  return html`<section
    class="card"
    id="preview"
    aria-labelledby="preview-title"
    aria-busy=${isAsking ? 'true' : undefined}
  >
    <h2 id="preview-title">What the action gets</h2>
    <div role="alert">
      ${previewProblem && html`<${Box} mood="bad" title="It can’t be mapped.">${previewProblem}<//>`}
    </div>
    ${
      preview
        ? html`<${Summary} preview=${preview} />
            <${Event} event=${preview.events[shownEvent] ?? preview.events[0]} context=${context} />
            ${
              preview.hookOutputs &&
              html`<p class="hint">
                The mapping has from its hook: <code>${JSON.stringify(preview.hookOutputs)}</code>
              </p>`
            }`
        : !previewProblem && html`<p class="hint">${isAsking ? 'Mapping…' : 'Nothing yet: see what is marked.'}</p>`
    }
  </section>`
}

/** @param {PreviewedEvent} event */
const isDoubtful = ({ fate, warnings, triggers }) => fate === 'refused' || warnings.length > 0 || !triggers

/** Of a list: how many of which kind, how it would come, and which of them is shown. @param {{ preview: import('../../interface').Preview }} props */
function Summary({ preview: { events, deliveries } }) {
  if (events.length < 2) return null
  const { shownEvent } = results.get()
  /** @param {PreviewedEvent['fate']} fate */
  const of = (fate) => events.filter((event) => event.fate === fate).length
  const warned = events.filter(({ warnings }) => warnings.length > 0).length
  const parts = [
    of('calls') > 0 && `${grouped(of('calls'))} would be sent`,
    of('nothing') > 0 && `${grouped(of('nothing'))} need no call`,
    of('refused') > 0 && `${grouped(of('refused'))} would be refused`,
    warned > 0 && `${grouped(warned)} with a warning`
  ].filter(Boolean)
  const next = events.findIndex((event, index) => index > shownEvent && isDoubtful(event))
  const doubtful = next >= 0 ? next : events.findIndex(isDoubtful)
  /** @param {number} index */
  const show = (index) => results.set({ shownEvent: Math.min(Math.max(index, 0), events.length - 1) })
  return html`<p><strong>${grouped(events.length)} events:</strong> ${parts.join(', ')}.</p>
    <p class="hint">${inDeliveries(deliveries)}</p>
    <div class="actions stepper" role="group" aria-label="Which event is shown">
      <button
        type="button"
        class="small"
        aria-disabled=${shownEvent === 0 ? 'true' : undefined}
        onClick=${() => show(shownEvent - 1)}
      >
        Previous
      </button>
      <label for="shown-event">Event</label>
      <input
        id="shown-event"
        type="number"
        min="1"
        max=${events.length}
        value=${shownEvent + 1}
        onInput=${(/** @type {any} */ { target }) => target.value && show(Number(target.value) - 1)}
      />
      <span>of ${grouped(events.length)}</span>
      <button
        type="button"
        class="small"
        aria-disabled=${shownEvent === events.length - 1 ? 'true' : undefined}
        onClick=${() => show(shownEvent + 1)}
      >
        Next
      </button>
      ${
        doubtful >= 0 &&
        html`<button type="button" class="small" onClick=${() => show(doubtful)}>Next with a problem</button>`
      }
    </div>`
}

/** @param {readonly number[]} deliveries */
function inDeliveries(deliveries) {
  if (deliveries.every((length) => length === 1)) return `Batch Events is off: they come one by one.`
  const size = Math.max(...deliveries)
  return `They come in ${counted(deliveries.length, 'batch', 'batches')} of at most ${grouped(size)}, as Batch Events and Batch Size say.`
}

/** @param {{ event: PreviewedEvent | undefined, context: Context }} props */
function Event({ event, context }) {
  if (!event) return null
  const { destination } = context
  const isAboutAudiences = actionIn(context, form.get()).fields.some(({ name }) => name === 'segmentId')
  const { payload, audienceMembership, triggers, fate, reason, warnings } = event
  const membership = audienceMembership === undefined ? 'it doesn’t say' : audienceMembership ? 'enters' : 'exits'
  return html`
    ${fate === 'refused' && html`<${Box} mood="bad" title="It would be refused.">${reason}<//>`}
    ${fate === 'nothing' && html`<${Box} mood="calm" title="No call is needed:">${reason}<//>`}
    ${warnings.map((warning) => html`<${Box} mood="warning" title="Beware.">${warning}<//>`)}
    ${
      !triggers &&
      html`<${Box} mood="warning" title="The trigger would hold it back.">
        With the trigger of the ready-made mapping, Segment would not give this event to ${destination.name}. “Send”
        does all the same.
      <//>`
    }
    ${payload && html`<${Json} data=${payload} label="Payload" />`}
    ${
      payload &&
      isAboutAudiences &&
      html`<p class="hint">Audience membership, as Segment reads it: <strong>${membership}</strong></p>`
    }
  `
}
