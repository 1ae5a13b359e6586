/** Audience events as Segment sends them, and what they come to. */

/** Whether the user of an event enters the audience, by how often it was the user's turn before. */
const PATTERNS = {
  /** Each event adds the user to another audience. */
  changing: (round) => ({ audience: `audience_${round}`, entered: true }),
  /** Each event takes the user out of an audience that the user isn't in. */
  unchanging: (round) => ({ audience: `audience_${round}`, entered: false }),
  /** The user enters an audience and exits it, again and again. */
  churning: (round) => ({ audience: 'audience_0', entered: round % 2 === 0 })
}

/**
 * @param {keyof PATTERNS} pattern
 * @param {string} userToken
 * @param {number} [round] how often it was the user's turn before
 * @returns {{userToken: string, audience: string, entered: boolean}}
 */
function membershipChange(pattern, userToken, round = 0) {
  return { userToken, ...PATTERNS[pattern](round) }
}

/** @returns the changes of users whose turn it is one after the other, again and again */
function membershipChanges(pattern, userTokens, count) {
  return Array.from({ length: count }, (_, index) => {
    const [turn, round] = [index % userTokens.length, Math.floor(index / userTokens.length)]
    return membershipChange(pattern, userTokens[turn], round)
  })
}

/** @returns {object} the event that an Engage audience sends of a change */
function eventOf({ userToken, audience, entered }) {
  return {
    type: 'track',
    event: entered ? 'Audience Entered' : 'Audience Exited',
    messageId: `${audience}-${userToken}-${entered}`,
    timestamp: '2026-01-01T00:00:00.000Z',
    userId: userToken,
    properties: { audience_key: audience, [audience]: entered },
    context: {
      personas: {
        computation_class: 'audience',
        computation_key: audience,
        computation_id: `aud_${audience}`,
        namespace: 'spa_bench',
        space_id: 'spa_bench'
      }
    }
  }
}

/** @returns {Map<string, Set<string>>} the audiences of each user after some changes, from none */
function membershipsAfter(changes) {
  const memberships = new Map()
  for (const change of changes) apply(change, memberships)
  return memberships
}

/**
 * The least calls with which changes can be made, batch by batch, from no membership: Algolia takes lists of segments only
 * as a whole, so a user of a batch costs a read, and a write if the list is another one after the batch.
 */
function leastCalls(batches) {
  const memberships = new Map()
  let calls = 0
  for (const batch of batches) {
    const users = new Set(batch.map(({ userToken }) => userToken))
    const before = new Map([...users].map((userToken) => [userToken, listOf(memberships, userToken)]))
    for (const change of batch) apply(change, memberships)
    for (const userToken of users) calls += listOf(memberships, userToken) === before.get(userToken) ? 1 : 2
  }
  return calls
}

function apply({ userToken, audience, entered }, memberships) {
  const audiences = memberships.get(userToken) ?? new Set()
  if (entered) audiences.add(audience)
  else audiences.delete(audience)
  memberships.set(userToken, audiences)
}

function listOf(memberships, userToken) {
  return [...(memberships.get(userToken) ?? [])].sort().join()
}

/** @returns {Item[][]} @template Item @param {Item[]} items */
function batchesOf(items, size) {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, batch) =>
    items.slice(batch * size, (batch + 1) * size)
  )
}

module.exports = { batchesOf, eventOf, leastCalls, membershipChange, membershipChanges, membershipsAfter }
