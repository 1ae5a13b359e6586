/**
 * Delivers audience events under a rate limit, as Segment does: batches one after the other, and what was answered 429
 * is sent again, in its order, once calls are allowed again. Its argument is a file with the changes, the size of the
 * batches, and the seconds after which calls are allowed anew.
 */
const fs = require('node:fs')
const { performance } = require('node:perf_hooks')
const { setTimeout: sleep } = require('node:timers/promises')
const { eventOf } = require('../audience-events')
const { Host } = require('../segment-host')

const BATCHES_A_HOST = 10

/** Answers tell Algolia's clock in whole seconds, so the destination asks for nothing before a period is surely over. */
const SURELY_OVER = 1_000

async function main() {
  const { changes, batchSize, seconds } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
  const nextWindow = () => sleep(seconds * 1000 - (Date.now() % (seconds * 1000)) + SURELY_OVER)
  let host = new Host()
  let batches = 0
  let waiting = changes.map(eventOf)
  await nextWindow()
  const startedAt = performance.now()
  while (waiting.length > 0) {
    const batch = waiting.slice(0, batchSize)
    // The host's class keeps every response that it has had.
    if ((batches += 1) % BATCHES_A_HOST === 0) host = new Host()
    const outcomes = await host.deliver(batch)
    const failed = batch.filter((_, index) => outcomes[index].status !== 200)
    const final = outcomes.find(({ status }) => status !== 200 && status !== 429)
    if (final) throw new Error(final.errormessage)
    waiting = [...failed, ...waiting.slice(batchSize)]
    if (failed.length > 0) await nextWindow()
  }
  process.stdout.write(JSON.stringify({ time: performance.now() - startedAt }))
}

void main()
