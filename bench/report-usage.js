/**
 * To be loaded first in a process that is measured (`node -r bench/report-usage.js …`): at its end it writes what the
 * process used to file descriptor 3, as JSON.
 */
const fs = require('node:fs')

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const usage = { cpu: (userCPUTime + systemCPUTime) / 1000, memory: peakMemory() ?? maxRSS / 1024 }
  fs.writeSync(3, JSON.stringify(usage))
})

/**
 * The most memory that was ever resident, MiB. Linux counts the memory of the parent into the `maxRSS` of a process that
 * it started, but not into this figure.
 */
function peakMemory() {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8')) ?? []
    return kibibytes && Number(kibibytes) / 1024
  } catch {
    return undefined
  }
}
