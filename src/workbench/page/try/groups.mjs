// @ts-check
/** @typedef {import('../../interface').SentEvent} SentEvent */

/**
 * Events that ended alike. Messages name a user token by its beginning, so a group has as many as it takes.
 * @typedef {object} Group
 * @property {SentEvent['outcome']} outcome
 * @property {number} status
 * @property {string} [code]
 * @property {number} count
 * @property {{ message: string, places: number[] }[]} messages places count from 0
 */

/** Failures come first, those that are final before those that are tried again. @type {Record<SentEvent['outcome'], number>} */
const RANKS = { refused: 0, retried: 1, delivered: 2 }

/** @param {readonly SentEvent[]} events @returns {Group[]} */
export function groupsOf(events) {
  /** @type {Map<string, Group>} */
  const groups = new Map()
  events.forEach(({ outcome, status, code, problem, result }, place) => {
    const key = JSON.stringify([status, code])
    const group = groups.get(key) ?? { outcome, status, ...(code !== undefined && { code }), count: 0, messages: [] }
    groups.set(key, group)
    group.count += 1
    const message = problem ?? result ?? 'delivered'
    const known = group.messages.find((one) => one.message === message)
    if (known) known.places.push(place)
    else group.messages.push({ message, places: [place] })
  })
  return [...groups.values()].sort((one, other) => RANKS[one.outcome] - RANKS[other.outcome] || other.count - one.count)
}
