/** Identify calls with a trait, and the least calls that they take. */

const TRAIT = 'loyalty_tier'

/** In each round of the users another tenth of them changes, from silver to gold, and stays so. */
function tierIn(round, turn) {
  return round >= (10 - (turn % 10)) % 10 ? 'gold' : 'silver'
}

/**
 * Identify calls of users whose turn it is one after the other, again and again. All users are silver before; each call
 * says what the user is, and a tenth of the calls is the first to say gold.
 * @param {string[]} userTokens
 * @param {number} count at most ten times as many as there are users
 * @returns {{userToken: string, tier: string}[]}
 */
function identifies(userTokens, count) {
  return Array.from({ length: count }, (_, index) => {
    const [turn, round] = [index % userTokens.length, Math.floor(index / userTokens.length)]
    return { userToken: userTokens[turn], tier: tierIn(round, turn) }
  })
}

/** @returns {object} the call that Segment's library makes */
function identifyEvent({ userToken, tier }, index) {
  return {
    type: 'identify',
    messageId: `identify-${index}`,
    timestamp: new Date(Date.UTC(2026, 0, 1) + index).toISOString(),
    anonymousId: userToken,
    traits: { [TRAIT]: tier, plan: 'unchosen' }
  }
}

/**
 * The least calls with which identifies can take effect, batch by batch: a read for each user of a batch, as Algolia alone
 * knows what a profile holds, and a write for each whose trait is another one after the batch.
 */
function leastTraitCalls(batches) {
  const tiers = new Map()
  let calls = 0
  for (const batch of batches) {
    for (const [userToken, tier] of new Map(batch.map(({ userToken, tier }) => [userToken, tier]))) {
      calls += tier === (tiers.get(userToken) ?? 'silver') ? 1 : 2
      tiers.set(userToken, tier)
    }
  }
  return calls
}

module.exports = { TRAIT, identifies, identifyEvent, leastTraitCalls }
