const assert = require('node:assert/strict')
const { CREDENTIALS, measure, withLocalAlgolia } = require('../processes')
const { AS_IN_IMAGE, COMMAND, RECORD, withReadCommand } = require('../source-command')
const { median, ratios } = require('../statistics')

/** The most memory that a read takes in its image, whatever the number of profiles; and how soon there is something to see. */
module.exports = {
  name: 'source-memory',
  async run({ quick, progress }) {
    const sizes = quick ? [20_000, 100_000] : [20_000, 200_000, 1_000_000]
    const runs = quick ? 1 : 3
    const oneWindow = { concurrency: 1 }
    const found = []
    for (const profiles of sizes) {
      const what = `Peak memory to read ${counted(profiles)}`
      const samples = await peaks({ profiles, flags: ['--no-rate-limit'], config: oneWindow, runs })
      found.push({ id: `source-memory/${profiles}`, what, samples })
      progress(what)
    }
    const flatness = ratios(found.at(-1).samples, found[0].samples)
    // How many windows it takes to use up 500 calls a minute at this latency is the source's own decision.
    for (const { id, flags, what } of [
      {
        id: 'several',
        flags: ['--latency', '200', '--rate-limit', '500/60'],
        what: 'several windows, at 200 ms latency'
      },
      { id: 'most', flags: ['--no-rate-limit'], what: 'eight windows, where there is no limit' }
    ]) {
      const samples = await peaks({ profiles: quick ? 50_000 : 100_000, flags, config: {}, runs })
      found.push({ id: `source-memory/${id}-windows`, what: `Peak memory with ${what}`, samples })
      progress(what)
    }
    const floor = await floorPeaks(runs)
    return [
      ...found.map((figure) => ({
        ...figure,
        unit: 'MiB',
        ratios: ratios(figure.samples, floor),
        beside: `floor ${Math.round(median(floor))} MiB`,
        goal: { atMost: 150 }
      })),
      {
        id: 'source-memory/flat',
        what: `Peak memory, ${counted(sizes.at(-1))} : ${counted(sizes[0])}`,
        samples: flatness,
        beside: '',
        goal: { atMost: 1.1 }
      },
      ...(await startUp(quick ? 5 : 11, progress))
    ]
  }
}

/** @returns {Promise<number[]>} MiB, one for each run */
async function peaks({ profiles, flags, config, runs }) {
  const found = []
  for (let run = 0; run < runs; run += 1) {
    // A new one each time, with all its calls.
    await withLocalAlgolia(['--profiles', String(profiles), ...flags], ({ url }) =>
      withReadCommand(['profiles'], config, async (read) => {
        const { counted, memory } = await measure(read, {
          ...AS_IN_IMAGE,
          env: { ...AS_IN_IMAGE.env, ALGOLIA_PERSONALIZATION_URL: url },
          count: RECORD
        })
        assert.ok(counted >= profiles, 'the source lost profiles')
        found.push(memory)
      })
    )
  }
  return found
}

async function floorPeaks(runs) {
  const found = []
  await withLocalAlgolia(['--profiles', '100000', '--no-rate-limit'], async ({ url }) => {
    const { appId, apiKey } = CREDENTIALS
    for (let run = 0; run < runs; run += 1) {
      found.push((await measure(['bench/programs/read-floor.js', url, appId, apiKey], AS_IN_IMAGE)).memory)
    }
  })
  return found
}

/** Time to the first record, and of `spec`, beside a Node that does nothing. */
async function startUp(runs, progress) {
  return withLocalAlgolia(['--profiles', '20000'], ({ url }) =>
    withReadCommand(['profiles'], {}, async (read) => {
      const env = { ALGOLIA_PERSONALIZATION_URL: url }
      const nothing = []
      const spec = []
      const firstRecord = []
      for (let run = 0; run < runs; run += 1) {
        nothing.push((await measure(['bench/programs/nothing.js'])).time)
        spec.push((await measure([COMMAND, 'spec'])).time)
        firstRecord.push((await measure(read, { env, count: RECORD })).firstAfter)
      }
      progress('start-up')
      const beside = `Node alone ${Math.round(median(nothing))} ms`
      return [
        {
          id: 'source-start/first-record',
          what: 'Time to the first record',
          samples: firstRecord,
          unit: 'ms',
          ratios: ratios(firstRecord, nothing),
          beside
        },
        {
          id: 'source-start/spec',
          what: 'Time of spec',
          samples: spec,
          unit: 'ms',
          ratios: ratios(spec, nothing),
          beside,
          goal: { atMost: 150 }
        }
      ]
    })
  )
}

function counted(profiles) {
  return `${profiles.toLocaleString('en-US')} profiles`
}
