const assert = require('node:assert/strict')
const { setTimeout: sleep } = require('node:timers/promises')
const { measure, withLocalAlgolia } = require('../processes')
const { withReadCommand } = require('../source-command')

/** What Algolia allows. */
const CALLS_PER_MINUTE = 500
const MINUTE = 60_000

/** Small pages, so that the calls are what takes the time. */
const PAGE_SIZE = 100

/** Milliseconds that it may take until all local Algolias have started. */
const TIME_TO_START = 8_000

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
    const found = await Promise.all(
      latencies.map(async (latency) => {
        const ours = seeds.map((seed) => sourceAtLimit({ latency, minutes, seed }))
        const guide = guideAtLimit({ latency, minutes, seed: 1 })
        return { latency, ours: await Promise.all(ours), guide: await guide }
      })
    )
    return found.flatMap(({ latency, ours, guide }) => [
      {
        id: `source-limit/${latency}-ms`,
        what: `Share of the allowed calls used at ${latency} ms latency`,
        samples: ours.map(({ share }) => share),
        unit: '%',
        beside: `guide's loop ${(guide.share * 100).toFixed(0)} %${guide.failed ? ', ended by a 429' : ''}`,
        goal: { atLeast: 0.95 }
      },
      {
        id: `source-limit/${latency}-ms-refused`,
        what: `Calls answered 429 at ${latency} ms latency`,
        samples: ours.map(({ refused }) => refused),
        unit: 'calls',
        ratios: ours.map(({ refused, calls }) => refused / calls),
        beside: `guide's loop ${guide.refused}`,
        goal: { atMost: 0 }
      },
      {
        id: `source-limit/${latency}-ms-calls`,
        what: `Calls : pages at ${latency} ms latency`,
        samples: ours.map(({ calls, pages }) => calls / pages),
        beside: `${ours[0].pages.toLocaleString('en-US')} pages`
      }
    ])
  }
}

async function sourceAtLimit(task) {
  return withReadCommand(['profiles'], { pageSize: PAGE_SIZE }, (read) =>
    atLimit(task, async (algolia, { isOver }) => {
      await measure(read, { env: { ALGOLIA_PERSONALIZATION_URL: algolia.url } })
      assert.ok(isOver(), 'the source ended before the minutes were over')
    })
  )
}

async function guideAtLimit(task) {
  return atLimit(task, async ({ url }, { end }) => {
    await measure(['bench/programs/read-like-guide.js', url, String(PAGE_SIZE), String(end)])
  })
}

/**
 * Reads more than some minutes allow, from the beginning of a minute on.
 * @returns {Promise<{share: number, refused: number, calls: number, pages: number, failed: boolean}>} `share` is about
 * those minutes, all else about the whole read
 */
async function atLimit({ latency, minutes, seed }, read) {
  const pages = Math.ceil((minutes + 0.4) * CALLS_PER_MINUTE)
  const begin = Date.now() + TIME_TO_START
  const end = begin + minutes * MINUTE
  const flags = [
    ...['--profiles', String(pages * PAGE_SIZE), '--seed', String(seed)],
    ...['--latency', String(latency), '--rate-limit', `${CALLS_PER_MINUTE}/60`],
    // By its clock, a minute begins at `begin`.
    ...['--clock-offset', String(MINUTE - (begin % MINUTE))]
  ]
  return withLocalAlgolia(flags, async (algolia) => {
    assert.ok(Date.now() < begin, 'the local Algolias took too long to start')
    await sleep(begin - Date.now())
    const outcome = read(algolia, { end, isOver: () => Date.now() >= end }).then(
      () => undefined,
      (error) => error
    )
    await sleep(end - Date.now())
    const { byStatus } = await algolia.stats()
    const error = await outcome
    const { calls, tooManyRequests: refused } = await algolia.stats()
    if (error && refused === 0) throw error
    const share = (byStatus[200] ?? 0) / (minutes * CALLS_PER_MINUTE)
    return { share, refused, calls, pages, failed: error !== undefined }
  })
}
