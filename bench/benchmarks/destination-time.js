const { delivery } = require('../delivery')
const { median, ratios } = require('../statistics')

/** How long events take, beside a read and a write for each: one after the other, and as many at the same time. */
module.exports = {
  name: 'destination-time',
  async run({ quick, progress }) {
    const { DEFAULT_BATCH_SIZE } = require('../../dist/destinations/algolia-personalization/constants')
    const runs = quick ? 1 : 3
    const figures = []
    for (const latency of quick ? [0, 30] : [0, 30, 100]) {
      const events = latency === 0 ? 1_000 : 500
      const task = { pattern: 'changing', events, users: 200, latency }
      const tasks = {
        few: { ...task, way: 'destination', users: 50, batchSize: DEFAULT_BATCH_SIZE },
        many: { ...task, way: 'destination', batchSize: DEFAULT_BATCH_SIZE },
        concurrent: { ...task, way: 'concurrent' },
        // Each event takes as long as the one before it, so a tenth of them tells as much.
        sequential: { ...task, way: 'sequential', events: events / 10 }
      }
      const times = { few: [], many: [], concurrent: [], sequential: [] }
      const cpu = { few: [], many: [], concurrent: [], sequential: [] }
      for (let run = 0; run < runs; run += 1) {
        for (const [name, task] of Object.entries(tasks)) {
          const measured = await delivery(task)
          times[name].push(measured.time / task.events)
          cpu[name].push(measured.cpu / task.events)
        }
        progress(`${latency} ms latency, run ${run + 1} of ${runs}`)
      }
      const milliseconds = (name) => `${median(times[name]).toFixed(2)} ms`
      const naive = `naive ${milliseconds('concurrent')} with the same concurrency, ${milliseconds('sequential')} without`
      const perEvent = (name, users) => ({
        id: `destination-time/${latency}-ms-${users}-users`,
        what: `Time for each event at ${latency} ms latency, ${users} users, batches of ${DEFAULT_BATCH_SIZE}`,
        samples: times[name],
        unit: 'ms',
        ratios: ratios(times[name], times.concurrent),
        beside: naive
      })
      figures.push(perEvent('many', 200), perEvent('few', 50))
      if (latency === 0) {
        figures.push({
          id: 'destination-time/per-core',
          what: 'Events a second on one core, 200 users',
          samples: cpu.many.map((milliseconds) => 1000 / milliseconds),
          unit: 'events',
          ratios: ratios(cpu.concurrent, cpu.many),
          beside: `naive ${Math.round(1000 / median(cpu.concurrent)).toLocaleString('en-US')}`,
          higherIsBetter: true
        })
      } else {
        figures.push({
          id: `destination-time/${latency}-ms-speed-up`,
          what: `How many times faster than one call after the other, at ${latency} ms latency`,
          samples: ratios(times.sequential, times.many),
          beside: '',
          goal: { atLeast: 8 }
        })
      }
    }
    return figures
  }
}
