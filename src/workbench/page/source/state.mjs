// @ts-check
import { connection, get, post } from '../api.mjs'
import { createKeptStore, createStore } from '../store.mjs'

/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../source/interface').RunProgress} RunProgress */
/** @typedef {import('../../source/interface').SourceView} SourceView */

/** Milliseconds between looks at a run that is under way, and at whether another tab has begun one. */
const LOOK_AGAIN = { running: 300, idle: 1_500 }

/**
 * What the form says, kept through reloads.
 * @typedef {object} FormState
 * @property {string} source
 * @property {Record<string, Record<string, string>>} options what was typed, by source and option
 * @property {Record<string, string[]>} left streams that are left out, by source
 * @property {string} syncMode
 */

/** @type {import('../store.mjs').Store<FormState>} */
export const form = createKeptStore('sources', { source: '', options: {}, left: {}, syncMode: 'incremental' }, [
  'source',
  'options',
  'left',
  'syncMode'
])

/** What is wrong with options, by name. @type {import('../store.mjs').Store<{ invalid: Record<string, string> }>} */
export const problems = createStore({ invalid: /** @type {Record<string, string>} */ ({}) })

/**
 * The run, of which there is one, whichever tab has begun it. It is kept here as well: when the workbench is started anew
 * it has forgotten it, and it is gone on with from what this tab saw last.
 * @type {import('../store.mjs').Store<{ progress?: RunProgress, isForgotten: boolean }>}
 */
export const run = createKeptStore(
  'run',
  /** @type {{ progress?: RunProgress, isForgotten: boolean }} */ ({ isForgotten: false }),
  ['progress']
)

/** The log of the run, as far as it has come. @type {import('../store.mjs').Store<{ id: string, next: number, lines: import('../../source/interface').LogLine[] }>} */
export const log = createStore({
  id: '',
  next: 0,
  lines: /** @type {import('../../source/interface').LogLine[]} */ ([])
})

/** @param {Context} context @returns {SourceView} */
export function sourceIn({ sources }) {
  const found = sources.find(({ name }) => name === form.get().source) ?? sources[0]
  if (!found) throw new Error('There are no sources.')
  return found
}

/** @param {SourceView} source @param {import('../../source/interface').OptionView} option */
export function optionText(source, { name, value }) {
  return form.get().options[source.name]?.[name] ?? value
}

/** @param {SourceView} source @param {string} name @param {string} text */
export function editOption(source, name, text) {
  const { options } = form.get()
  form.set({ options: { ...options, [source.name]: { ...options[source.name], [name]: text } } })
  const { [name]: _, ...invalid } = problems.get().invalid
  problems.set({ invalid })
}

/** @param {SourceView} source */
export function streamsOf(source) {
  return source.streams.filter((stream) => !(form.get().left[source.name] ?? []).includes(stream))
}

/** @param {SourceView} source @param {string} stream */
export function toggleStream(source, stream) {
  const { left } = form.get()
  const out = left[source.name] ?? []
  const changed = out.includes(stream) ? out.filter((other) => other !== stream) : [...out, stream]
  form.set({ left: { ...left, [source.name]: changed } })
}

/** The options that were filled in, as the source takes them. @param {SourceView} source */
export function optionsOf(source) {
  /** @type {[string, unknown][]} */
  const entries = []
  for (const option of source.options) {
    const text = optionText(source, option).trim()
    if (text === '') continue
    if (option.type === 'array') entries.push([option.name, text.split(',').map((entry) => entry.trim())])
    else entries.push([option.name, option.type === 'integer' ? Number(text) : text])
  }
  return Object.fromEntries(entries)
}

/**
 * Posts what the form says.
 * @param {SourceView} source
 * @param {string} path
 * @param {object} [more]
 * @throws when the options can't be used: then the fields say so, too
 */
export async function ask(source, path, more = {}) {
  const answer = await post(path, { source: source.name, options: optionsOf(source), ...more })
  problems.set({ invalid: answer.invalid ?? {} })
  if (!answer.invalid) return answer
  const titles = Object.fromEntries(source.options.map(({ name, title }) => [name, title]))
  const said = Object.entries(answer.invalid).map(([name, problem]) => `${titles[name] ?? name} ${problem}.`)
  const [first] = Object.keys(answer.invalid)
  // When the field has been drawn as wrong.
  setTimeout(() => document.getElementById(`option-${first}`)?.focus())
  throw new Error(said.join(' '))
}

/** @param {RunProgress | { status: 'none' }} progress */
function take(progress) {
  const known = run.get().progress
  if (progress.status === 'none') {
    const isForgotten = known !== undefined && known.status !== 'finished' && known.status !== 'failed'
    run.set({ isForgotten, ...(!isForgotten && { progress: undefined }) })
    return
  }
  if (log.get().id === progress.id) {
    const { next, lines } = log.get()
    if (progress.nextLine > next) log.set({ next: progress.nextLine, lines: [...lines, ...progress.log] })
  } else log.set({ id: progress.id, next: 0, lines: [] })
  run.set({ progress: { ...progress, log: [] }, isForgotten: false })
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let nextLook
let isFollowing = false

/** Looks how the run is getting on, again and again. @returns {() => void} what ends it */
export function follow() {
  isFollowing = true
  void look()
  return () => {
    isFollowing = false
    clearTimeout(nextLook)
  }
}

async function look() {
  clearTimeout(nextLook)
  const { id, next } = log.get()
  let isNew = false
  try {
    take(await get(`/workbench/run?fromLine=${next}`))
    isNew = log.get().id !== id
  } catch {
    // The page says that the workbench is gone; here it is looked for until it is back.
  }
  if (!isFollowing) return
  // Of a run that this tab sees for the first time the log is fetched from its beginning.
  const isRunning = run.get().progress?.status === 'running' && connection.get().state === 'there'
  nextLook = setTimeout(() => void look(), isNew ? 0 : isRunning ? LOOK_AGAIN.running : LOOK_AGAIN.idle)
}

/** @param {SourceView} source */
export async function start(source) {
  await ask(source, '/workbench/run', { streams: streamsOf(source), syncMode: form.get().syncMode })
  await look()
}

/** Goes on with the run, or with what is new since it has finished: with what it was started with. */
export async function resume() {
  const { progress } = run.get()
  if (!progress) return
  const { source, options, streams, syncMode, status, state, rows, pages, calls, seconds, legs } = progress
  const isNext = status === 'finished'
  const from = isNext
    ? { state, rows: {}, pages: 0, calls: 0, seconds: 0, legs: 0 }
    : { state, rows, pages, calls, seconds, legs }
  await post('/workbench/run', { source, options, streams, syncMode, from })
  await look()
}

export async function stop() {
  await post('/workbench/run/stop')
  await look()
}
