import { h } from './elements.mjs'

/** A profile segment, with where it comes from; `change` is `added` or `removed`. */
export function segmentView({ id, source }, managedSource, change) {
  const isManaged = source === managedSource
  const mark = { added: '+', removed: '−' }[change]
  return h(
    'li',
    { class: `segment ${isManaged ? 'managed' : 'foreign'} ${change ?? ''}` },
    mark && h('span', { class: 'mark', 'aria-hidden': 'true' }, mark),
    h('span', { class: 'segment-id' }, String(id)),
    h('span', { class: 'segment-source' }, isManaged ? `${source} · ours` : `${source ?? 'no source'}`),
    change && h('span', { class: 'hidden-text' }, change)
  )
}

/** The profile segments of a profile; why there are none to show, if so. */
export function segmentsOf({ profile }) {
  return Array.isArray(profile?.segments) ? profile.segments : []
}

/** A moment, in the reader's own way of writing, with the exact text on demand. */
export function timeView(text) {
  const time = new Date(text)
  const shown = Number.isNaN(time.getTime())
    ? String(text)
    : time.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
  return h('time', { datetime: text, title: text }, shown)
}
