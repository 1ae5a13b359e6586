/**
 * One of several processes that deliver a burst of audience events: what came in a tenth of a second is a batch, and none
 * waits for another. What is to be retried is sent again, as Segment would. Its argument is a file with the changes, each
 * with the milliseconds after the start at which it comes, and the moment of the start.
 */
const fs = require('node:fs')
const { performance } = require('node:perf_hooks')
const { setTimeout: sleep } = require('node:timers/promises')
const { eventOf } = require('../audience-events')
const { Host } = require('../segment-host')

const BATCH_EVERY = 100
const RETRY_AFTER = 500
const RETRIED = (status) => status === 408 || status === 423 || status === 429 || status >= 500

async function main() {
  const { changes, startAt } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
  const host = new Host()
  const told = { delivered: [], updates: 0, retried: 0, refused: [] }

  async function deliver(batch) {
    told.updates += new Set(batch.map(({ userToken }) => userToken)).size
    for (let left = batch; left.length > 0;) {
      const outcomes = await host.deliver(left.map(eventOf))
      told.refused.push(...outcomes.filter(({ status }) => status !== 200 && !RETRIED(status)))
      told.delivered.push(...left.filter((_, index) => outcomes[index].status === 200))
      left = left.filter((_, index) => RETRIED(outcomes[index].status))
      told.retried += left.length
      if (left.length > 0) await sleep(RETRY_AFTER * (0.5 + Math.random()))
    }
  }

  await sleep(startAt - Date.now())
  const startedAt = performance.now()
  const batches = new Map()
  for (const change of changes) {
    const slot = Math.floor(change.at / BATCH_EVERY)
    batches.set(slot, [...(batches.get(slot) ?? []), change])
  }
  await Promise.all(
    [...batches].map(async ([slot, batch]) => {
      await sleep((slot + 1) * BATCH_EVERY)
      await deliver(batch)
    })
  )
  process.stdout.write(JSON.stringify({ ...told, time: performance.now() - startedAt }))
}

void main()
