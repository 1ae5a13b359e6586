const { batchesOf, leastCalls } = require('../audience-events')
const { delivery } = require('../delivery')

/** Calls for each event, beside the least that could be, and beside a read and a write for each event. */
module.exports = {
  name: 'destination-calls',
  async run({ quick, progress }) {
    const { DEFAULT_BATCH_SIZE } = require('../../dist/destinations/algolia-personalization/constants')
    const events = 1_000
    const figures = []
    for (const batchSize of quick ? [events] : [events, DEFAULT_BATCH_SIZE]) {
      for (const users of [1_000, 200, 50]) {
        for (const [pattern, word] of Object.entries(PATTERNS)) {
          const { calls, changes } = await delivery({ way: 'destination', pattern, events, users, batchSize })
          const least = leastCalls(batchesOf(changes, batchSize)) / events
          const inBatches = batchSize === events ? 'one batch' : `batches of ${batchSize}`
          figures.push({
            id: `destination-calls/${users}-users-${pattern}-by-${batchSize}`,
            what: `Calls for each event: ${events.toLocaleString('en-US')} events of ${users.toLocaleString('en-US')} users, ${word}, ${inBatches}`,
            samples: [calls / events],
            unit: 'calls',
            ratios: [calls / events / least],
            beside: `least ${least.toFixed(2)}, naive 2.00`,
            goal: { atMost: least }
          })
        }
        progress(`${users} users, batches of ${batchSize}`)
      }
    }
    return figures
  }
}

const PATTERNS = { changing: 'all changing', unchanging: 'none changing', churning: 'churning' }
