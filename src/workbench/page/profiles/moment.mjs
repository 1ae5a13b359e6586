// @ts-check
import { html } from '../vendor/preact.mjs'

/** A moment, in words, with the exact text on demand. @param {{ text: unknown }} props */
export function Moment({ text }) {
  const time = timeOf(text)
  if (!time) return html`<span>${String(text ?? 'unknown')}</span>`
  const shown = time.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
  return html`<time datetime=${String(text)} title=${String(text)}>${shown}</time>`
}

/** How long ago something was. @param {{ text: unknown }} props */
export function Age({ text }) {
  const time = timeOf(text)
  if (!time) return html`<span>${String(text ?? 'of unknown age')}</span>`
  return html`<time datetime=${String(text)} title=${String(text)}>${inWords(Date.now() - time.getTime())}</time>`
}

const DAY = 86_400_000

/** @param {number} milliseconds */
function inWords(milliseconds) {
  const days = Math.floor(milliseconds / DAY)
  if (days > 0) return days === 1 ? '1 day old' : `${days} days old`
  const hours = Math.floor(milliseconds / 3_600_000)
  if (hours > 0) return hours === 1 ? '1 hour old' : `${hours} hours old`
  return 'less than an hour old'
}

/** @param {unknown} text */
function timeOf(text) {
  const time = new Date(typeof text === 'string' ? text : NaN)
  return Number.isNaN(time.getTime()) ? undefined : time
}
