/* global fetch */
import { byId, fill, box } from './elements.mjs'

/** Asks the workbench; rejects with a message for the user. */
async function ask(path, options) {
  let response
  try {
    response = await fetch(path, options)
  } catch {
    throw new Error('The workbench does not answer. See whether it is still running where you started it.')
  }
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer
}

export function get(path) {
  return ask(path)
}

export function post(path, body = {}) {
  return ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
}

/** Runs a task, and tells at the top of the page when it fails. */
export async function orTell(task) {
  const notice = byId('notice')
  try {
    const result = await task()
    fill(notice)
    return result
  } catch (error) {
    fill(notice, box('bad', 'That did not work. ', error.message))
    return undefined
  }
}
