const assert = require('node:assert/strict')
const { CREDENTIALS, measure, output, withLocalAlgolia } = require('../processes')
const { RECORD, withReadCommand } = require('../source-command')
const { median, ratios } = require('../statistics')

/** CPU time of a whole read, beside the least that it can take, and beside Algolia's own client. */
module.exports = {
  name: 'source-cpu',
  async run({ quick, progress }) {
    const profiles = quick ? 50_000 : 200_000
    const runs = quick ? 2 : 5
    // One window, so that it makes the same calls as the others.
    return withReadCommand(['profiles'], { concurrency: 1 }, async (read) => {
      await checkSameRecords(read)
      const flags = ['--profiles', String(profiles), '--no-rate-limit']
      return withLocalAlgolia(flags, async (algolia) => {
        const programs = [
          { name: 'source', command: read, count: RECORD },
          { name: 'floor', command: otherReader('read-floor.js', algolia), count: '{"userID"' },
          { name: 'client', command: otherReader('read-with-client.js', algolia), count: RECORD }
        ]
        const cpu = { source: [], floor: [], client: [] }
        const time = { source: [], floor: [], client: [] }
        const calls = {}
        for (let run = 0; run < runs; run += 1) {
          for (const { name, command, count } of programs) {
            await algolia.reset()
            const measurement = await measure(command, { env: environment(algolia), count })
            assert.equal(measurement.counted, profiles, `${name} handed on another number of profiles`)
            cpu[name].push(measurement.cpu)
            time[name].push(measurement.time)
            calls[name] = (await algolia.stats()).calls
          }
          progress(`run ${run + 1} of ${runs}`)
        }
        assert.equal(calls.source, calls.floor, 'the source made other calls than the floor')
        const seconds = (name) => `${(median(cpu[name]) / 1000).toFixed(2)} s`
        const what = `CPU to read ${profiles.toLocaleString('en-US')} profiles`
        return [
          {
            id: 'source-cpu/floor',
            what: `${what}, source : floor`,
            samples: ratios(cpu.source, cpu.floor),
            beside: `source ${seconds('source')}, floor ${seconds('floor')}`,
            goal: { atMost: 1.3 }
          },
          {
            id: 'source-cpu/client',
            what: `${what}, source : Algolia's client`,
            samples: ratios(cpu.source, cpu.client),
            beside: `source ${seconds('source')}, client ${seconds('client')}`,
            goal: { atMost: 1 }
          }
        ]
      })
    })
  }
}

function otherReader(file, { url }) {
  return [`bench/programs/${file}`, url, CREDENTIALS.appId, CREDENTIALS.apiKey]
}

function environment({ url }) {
  return { ALGOLIA_PERSONALIZATION_URL: url }
}

/** A comparison is worth something only if both do the same. */
async function checkSameRecords(read) {
  await withLocalAlgolia(['--profiles', '2500'], async (algolia) => {
    const source = await output(read, environment(algolia))
    const client = await output(otherReader('read-with-client.js', algolia))
    const ours = recordsOf(source)
    assert.equal(ours.length, 2500)
    assert.deepEqual(ours, recordsOf(client), "the loop over Algolia's client gives other records than the source")
  })
}

function recordsOf(lines) {
  return lines
    .split('\n')
    .filter((line) => line.startsWith(RECORD))
    .map((line) => JSON.parse(line).record.data)
}
