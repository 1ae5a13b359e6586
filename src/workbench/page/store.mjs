// @ts-check
import { useEffect, useState } from './vendor/preact.mjs'

/**
 * What the page knows, outside of the elements that show it.
 * @template State
 * @typedef {{ get: () => State, set: (change: Partial<State>) => void, subscribe: (listener: () => void) => () => void }} Store
 */

/**
 * @template {object} State
 * @param {State} initial
 * @returns {Store<State>}
 */
export function createStore(initial) {
  let state = initial
  /** @type {Set<() => void>} */
  const listeners = new Set()
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change }
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

/**
 * A store whose named parts outlive a reload of this tab, and are gone when the tab is closed.
 * @template {object} State
 * @param {string} name
 * @param {State} initial
 * @param {(keyof State)[]} kept
 * @returns {Store<State>}
 */
export function createKeptStore(name, initial, kept) {
  const store = createStore({ ...initial, ...read(name) })
  let written = ''
  store.subscribe(() => {
    const state = store.get()
    const text = JSON.stringify(Object.fromEntries(kept.map((part) => [part, state[part]])))
    if (text !== written) write(name, (written = text))
  })
  return store
}

/** @param {string} name */
function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? '{}')
  } catch {
    return {}
  }
}

/** What finds no room is not kept, and all else goes on. @param {string} name @param {string} text */
function write(name, text) {
  try {
    sessionStorage.setItem(name, text)
  } catch {
    sessionStorage.removeItem(name)
  }
}

/**
 * Has a component drawn anew whenever a store changes.
 * @template State
 * @param {Store<State>} store
 * @returns {State}
 */
export function useStore(store) {
  const [, draw] = useState(0)
  useEffect(() => store.subscribe(() => draw((count) => count + 1)), [store])
  return store.get()
}
