const assert = require('node:assert/strict')
const { CREDENTIALS, measure, withLocalAlgolia } = require('../processes')
const { RECORD, withReadCommand } = require('../source-command')

const PAGE_SIZE = 1000

/** What Algolia allows. */
const LIMIT = '500/60'
const CALLS_A_SECOND = 500 / 60

/** Of reads that are larger, the others tell no more: they make one call after the other. */
const MOST_FOR_OTHERS = { quick: 30_000, full: 200_000 }

/**
 * How often a read hands out each profile, how many calls it takes, and how long: beside the least that is possible, what
 * the limit allows, Algolia's client, and the loop of Algolia's guide.
 */
module.exports = {
  name: 'source-once',
  async run({ quick, progress }) {
    const cases = [
      { profiles: 5_000, latency: 200 },
      { profiles: 30_000, latency: 200 },
      ...[50, 200, 300].map((latency) => ({ profiles: quick ? 100_000 : 200_000, latency })),
      ...(quick ? [] : [{ profiles: 1_000_000, latency: 200 }])
    ]
    const mostForOthers = quick ? MOST_FOR_OTHERS.quick : MOST_FOR_OTHERS.full
    const figures = []
    for (const task of cases) {
      const { profiles, latency } = task
      const least = Math.ceil(profiles / PAGE_SIZE)
      const ours = await readOnce(task)
      assert.ok(ours.counted >= profiles, 'profiles were lost')
      // They hardly use the machine, so they may go on at the same time.
      const others =
        profiles <= mostForOthers ? await Promise.all([readWithClient(task), readLikeGuide(task)]) : undefined
      progress(`${profiles.toLocaleString('en-US')} at ${latency} ms`)
      const id = `source-once/${profiles}-${latency}-ms`
      const what = `${profiles.toLocaleString('en-US')} profiles at ${latency} ms`
      const [client, guide] = others ?? []
      figures.push(
        {
          id: `${id}-rows`,
          what: `Rows : profiles, ${what}`,
          samples: [ours.counted / profiles],
          beside: client ? `Algolia's client ${(client.counted / profiles).toFixed(2)}` : '',
          goal: { atMost: 1 }
        },
        {
          id: `${id}-calls`,
          what: `Calls : least, ${what}`,
          samples: [ours.calls / least],
          beside: `${ours.calls} calls, least ${least}${others ? `; Algolia's client ${client.calls}, guide's loop ${guide.calls}` : ''}`,
          goal: { atMost: (1.02 * least + 8) / least }
        }
      )
      const atLimit = ours.calls / CALLS_A_SECOND
      const chain = others
        ? `Algolia's client ${seconds(client)}, guide's loop ${seconds(guide)}`
        : `one call after the other at least ${((least * latency) / 1000).toFixed(1)} s`
      const beside = `limit ${atLimit.toFixed(1)} s, ${chain}`
      // A small read takes about as long as the command takes to start.
      const isLarge = profiles >= 100_000
      figures.push({
        id: `${id}-time`,
        what: `Time${isLarge ? ' : what the limit alone would take' : ''}, ${what}`,
        samples: [isLarge ? ours.time / 1000 / atLimit : ours.time / 1000],
        beside: isLarge ? `${seconds(ours)}, ${beside}` : beside,
        ...(isLarge ? { goal: { atMost: 1.05 } } : { unit: 's' })
      })
    }
    return figures
  }
}

function readOnce(task) {
  return withReadCommand(['profiles'], { pageSize: PAGE_SIZE }, (read) => readFrom(task, () => read))
}

function readWithClient(task) {
  const { appId, apiKey } = CREDENTIALS
  return readFrom(task, ({ url }) => ['bench/programs/read-with-client.js', url, appId, apiKey])
}

function readLikeGuide(task) {
  return readFrom(task, ({ url }) => ['bench/programs/read-like-guide.js', url, String(PAGE_SIZE), 'Infinity'])
}

async function readFrom({ profiles, latency }, commandFor) {
  const flags = ['--profiles', String(profiles), '--latency', String(latency), '--rate-limit', LIMIT]
  return withLocalAlgolia(flags, async (algolia) => {
    const options = { env: { ALGOLIA_PERSONALIZATION_URL: algolia.url }, count: RECORD }
    const { counted, time } = await measure(commandFor(algolia), options)
    const { calls, tooManyRequests } = await algolia.stats()
    assert.equal(tooManyRequests, 0, 'calls were refused')
    return { counted, time, calls }
  })
}

const seconds = ({ time }) => `${(time / 1000).toFixed(1)} s`
