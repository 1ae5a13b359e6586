const assert = require('node:assert/strict')
const { CREDENTIALS, measure, withLocalAlgolia } = require('../processes')
const { COMMAND, RECORD, withReadCommand } = require('../source-command')
const { median, ratios } = require('../statistics')

/** The most memory that a read takes, whatever the number of profiles; and how soon there is something to see. */
module.exports = {
  name: 'source-memory',
  async run({ quick, progress }) {
    const sizes = quick ? [20_000, 100_000] : [20_000, 200_000, 1_000_000]
    const runs = quick ? 2 : 3
    const memory = new Map()
    const floor = new Map()
    for (const profiles of sizes) {
      // Without a limit, the source reads as many windows at the same time as it ever does: the most that it holds.
      await withLocalAlgolia(['--profiles', String(profiles), '--no-rate-limit'], async (algolia) => {
        const measured = { source: [], floor: [] }
        await withReadCommand(['profiles'], async (read) => {
          for (let run = 0; run < runs; run += 1) {
            const source = await measure(read, { env: { ALGOLIA_PERSONALIZATION_URL: algolia.url }, count: RECORD })
            assert.ok(source.counted >= profiles, 'the source lost profiles')
            measured.source.push(source.memory)
            const { appId, apiKey } = CREDENTIALS
            measured.floor.push((await measure(['bench/programs/read-floor.js', algolia.url, appId, apiKey])).memory)
            progress(`${counted(profiles)}, run ${run + 1} of ${runs}`)
          }
        })
        memory.set(profiles, measured.source)
        floor.set(profiles, measured.floor)
      })
    }
    const [fewest, most] = [sizes[0], sizes.at(-1)]
    return [
      ...sizes.map((profiles) => ({
        id: `source-memory/${profiles}`,
        what: `Peak memory to read ${counted(profiles)}`,
        samples: memory.get(profiles),
        unit: 'MiB',
        ratios: ratios(memory.get(profiles), floor.get(profiles)),
        beside: `floor ${Math.round(median(floor.get(profiles)))} MiB`,
        goal: { atMost: 120 }
      })),
      {
        id: 'source-memory/flat',
        what: `Peak memory, ${counted(most)} : ${counted(fewest)}`,
        samples: ratios(memory.get(most), memory.get(fewest)),
        beside: '',
        goal: { atMost: 1.25 }
      },
      ...(await startUp(quick ? 5 : 11, progress))
    ]
  }
}

/** Time to the first record, and of `spec`, beside a Node that does nothing. */
async function startUp(runs, progress) {
  return withLocalAlgolia(['--profiles', '20000'], ({ url }) =>
    withReadCommand(['profiles'], async (read) => {
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
