const { batchesOf, leastCalls } = require('../audience-events')
const { delivery } = require('../delivery')
const { counted } = require('../statistics')

const EVENTS = 1_000

const PATTERNS = { changing: 'all changing', unchanging: 'none changing', churning: 'churning' }

/** Calls for each event, in batches of the usual size and in one, beside the least possible in batches of that size. */
module.exports = {
  name: 'destination-calls',
  async run({ quick, progress }) {
    const { DEFAULT_BATCH_SIZE } = require('../../dist/destinations/algolia-personalization/constants')
    const figures = []
    for (const users of quick ? [200] : [1_000, 200, 50]) {
      for (const [pattern, word] of Object.entries(PATTERNS)) {
        const usual = await callsOf({ pattern, users, batchSize: DEFAULT_BATCH_SIZE })
        const atOnce = await callsOf({ pattern, users, batchSize: EVENTS })
        const perEvent = ({ calls }) => (calls / EVENTS).toFixed(2)
        figures.push({
          id: `destination-calls/${users}-users-${pattern}`,
          what: `Calls : least possible, ${counted(EVENTS)} events of ${counted(users)} users, ${word}`,
          samples: [usual, atOnce].map(({ calls, least }) => calls / least),
          beside: `${perEvent(usual)} an event in batches of ${DEFAULT_BATCH_SIZE}, ${perEvent(atOnce)} in one; naive 2.00`,
          goal: { atMost: 1 }
        })
      }
      progress(`${counted(users)} users`)
    }
    return figures
  }
}

async function callsOf({ pattern, users, batchSize }) {
  const { calls, changes } = await delivery({ way: 'destination', pattern, events: EVENTS, users, batchSize })
  return { calls, least: leastCalls(batchesOf(changes, batchSize)) }
}
