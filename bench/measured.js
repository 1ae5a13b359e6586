const { performance } = require('node:perf_hooks')

/** @returns {Promise<{time: number, cpu: number}>} milliseconds of wall time and of CPU time that some work took */
async function measured(work) {
  const [startedAt, cpuAtStart] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(cpuAtStart)
  return { time: performance.now() - startedAt, cpu: (user + system) / 1000 }
}

module.exports = { measured }
