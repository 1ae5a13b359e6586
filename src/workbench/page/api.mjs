// @ts-check
import { createStore } from './store.mjs'

/** @typedef {import('../interface').Context} Context */

/** Milliseconds between two tries to find the workbench again. */
const TRY_AGAIN = 1_000

/**
 * Whether the workbench answers. `gone`: nothing listens. `closed`: it was started anew, and this browser hasn't opened
 * its new address yet.
 * @type {import('./store.mjs').Store<{ state: 'there' | 'gone' | 'closed' }>}
 */
export const connection = createStore({ state: /** @type {'there' | 'gone' | 'closed'} */ ('there') })

/** What the user is told of a request that failed. */
export class Problem extends Error {}

/**
 * Asks the workbench.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
async function ask(path, options) {
  let response
  try {
    response = await fetch(path, options)
  } catch (error) {
    if (options?.signal?.aborted) throw error
    lose('gone')
    throw new Problem('The workbench does not answer. See whether it is still running where you started it.')
  }
  const answer = await response.json()
  if (response.status === 401) lose('closed')
  else connection.get().state === 'there' || connection.set({ state: 'there' })
  if (!response.ok) throw new Problem(answer.error)
  return answer
}

/** @param {string} path @param {object} [body] @param {AbortSignal} [signal] */
export function post(path, body = {}, signal) {
  return ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal })
  })
}

/** @param {string} path */
export function get(path) {
  return ask(path)
}

let isTrying = false

/** @param {'gone' | 'closed'} state */
function lose(state) {
  if (connection.get().state !== state) connection.set({ state })
  if (isTrying) return
  isTrying = true
  setTimeout(() => {
    isTrying = false
    void get('/workbench/run').catch(() => undefined)
  }, TRY_AGAIN)
}
