const assert = require('node:assert/strict')
const { setTimeout: sleep } = require('node:timers/promises')
const { measure, withLocalAlgolia } = require('../processes')
const { withReadCommand } = require('../source-command')
const { median } = require('../statistics')

/** What Algolia allows. */
const CALLS_PER_MINUTE = 500
const MINUTE = 60_000

/** Small pages, so that the calls are what takes the time. */
const PAGE_SIZE = 100

/**
 * How much of the calls that Algolia allows a read uses, in real time and beside the loop of Algolia's guide. All reads go
 * on at the same time, as none of them does much: each against a local Algolia of its own.
 */
module.exports = {
  name: 'source-limit',
  async run({ quick, progress }) {
    const minutes = quick ? 1 : 2
    const seeds = quick ? [1] : [1, 2, 3]
    const latencies = [50, 200]
    progress(`${minutes} minutes at the limit, and the tail`)
    const reads = await Promise.all(
      latencies.flatMap((latency) => [
        ...seeds.map((seed) => readAtLimit({ reader: 'source', latency, minutes, seed })),
        readAtLimit({ reader: 'guide', latency, minutes, seed: 1 })
      ])
    )
    return latencies.flatMap((latency) => {
      const all = reads.filter((read) => read.latency === latency)
      const ours = all.filter(({ reader }) => reader === 'source')
      const [guide] = all.filter(({ reader }) => reader === 'guide')
      const share = `${(guide.share * 100).toFixed(0)} %`
      return [
        {
          id: `source-limit/${latency}-ms`,
          what: `Share of the allowed calls used at ${latency} ms latency`,
          samples: ours.map(({ share }) => share),
          unit: '%',
          ratios: ours.map(({ share }) => share),
          beside: `guide's loop ${share}${guide.failed ? ', ended by a 429' : ''}`,
          goal: { atLeast: 0.95 }
        },
        {
          id: `source-limit/${latency}-ms-refused`,
          what: `Calls answered 429 at ${latency} ms latency`,
          samples: ours.map(({ refused }) => refused),
          unit: 'calls',
          beside: `guide's loop ${guide.refused}`,
          goal: { atMost: 0 }
        },
        {
          id: `source-limit/${latency}-ms-calls`,
          what: `Calls : pages at ${latency} ms latency`,
          samples: ours.map(({ calls, pages }) => calls / pages),
          beside: `${median(ours.map(({ calls }) => calls))} calls, ${ours[0].pages} pages`
        }
      ]
    })
  }
}

/** Reads a little more than some minutes allow, from the beginning of a minute on. */
async function readAtLimit({ reader, latency, minutes, seed }) {
  const pages = Math.ceil((minutes + 0.4) * CALLS_PER_MINUTE)
  const profiles = pages * PAGE_SIZE
  // By the server's clock, its first whole minute begins in so many milliseconds: enough for it to start.
  const startUp = 8_000
  const begin = Date.now() + startUp
  const flags = [
    ...['--profiles', String(profiles), '--seed', String(seed)],
    ...['--latency', String(latency), '--rate-limit', `${CALLS_PER_MINUTE}/60`],
    ...['--clock-offset', String(MINUTE - (begin % MINUTE))]
  ]
  return withLocalAlgolia(flags, (algolia) =>
    withReadCommand(['profiles'], { pageSize: PAGE_SIZE }, async (read) => {
      assert.ok(Date.now() < begin, 'the local Algolia took too long to start')
      await sleep(begin - Date.now())
      const commands = { source: read, guide: ['bench/programs/read-like-guide.js', algolia.url, String(PAGE_SIZE)] }
      let outcome
      const reading = measure(commands[reader], { env: { ALGOLIA_PERSONALIZATION_URL: algolia.url } })
        .then(
          () => 'ended',
          () => 'failed'
        )
        .then((is) => (outcome = is))
      await sleep(begin + minutes * MINUTE - Date.now())
      const { byStatus } = await algolia.stats()
      if (reader === 'source') assert.equal(outcome, undefined, 'the source ended before the minutes were over')
      await reading
      if (reader === 'source') assert.equal(outcome, 'ended')
      const { calls, tooManyRequests: refused } = await algolia.stats()
      const share = (byStatus[200] ?? 0) / (minutes * CALLS_PER_MINUTE)
      return { reader, latency, share, refused, failed: outcome === 'failed', calls, pages }
    })
  )
}
