const { setTimeout: sleep } = require('node:timers/promises')
const { batchesOf, leastCalls, membershipChange } = require('../audience-events')
const { checkMemberships, deliver, userTokens } = require('../delivery')
const { withLocalAlgolia } = require('../processes')
const { counted, median } = require('../statistics')

/** What Algolia allows in a minute, here in five seconds, so that the benchmark needn't take an hour. */
const LIMIT = { calls: 500, seconds: 5 }

/** How long many membership changes take under Algolia's limit, when Segment sends again what was answered 429. */
module.exports = {
  name: 'at-the-limit',
  async run({ quick, progress }) {
    const { DEFAULT_BATCH_SIZE } = require('../../dist/destinations/algolia-personalization/constants')
    const runs = quick ? 1 : 2
    // Whole batches use up a period's calls all but exactly; where some events change nothing, the calls run out at any point.
    // The number of changes leaves the last period some calls: a few of each are kept for looks.
    const cases = quick
      ? [{ id: 'all', count: 1_900, unchanging: 0 }]
      : [
          { id: 'all', count: 4_900, unchanging: 0 },
          { id: 'some', count: 4_900, unchanging: 1_000 }
        ]
    const found = new Map(cases.map(({ id }) => [id, []]))
    for (let run = 0; run < runs; run += 1) {
      for (const { id, count, unchanging } of cases) {
        found.get(id).push(await changesAtLimit(count, unchanging, DEFAULT_BATCH_SIZE))
        progress(`${id}, run ${run + 1} of ${runs}`)
      }
    }
    return cases.flatMap(({ id, count, unchanging }) => {
      const all = found.get(id)
      const others = unchanging > 0 ? `, and ${counted(unchanging)} events that change nothing` : ''
      const what = `${counted(count)} membership changes${others}, at the limit`
      const seconds = median(all.map(({ time }) => time)) / 1000
      const refused = Math.round(median(all.map(({ refused }) => refused)))
      return [
        {
          id: `at-the-limit/${id}`,
          what: `Time of ${what} : the least that it allows`,
          samples: all.map(({ time, leastTime }) => time / leastTime),
          beside: `${seconds.toFixed(1)} s, least ${(all[0].leastTime / 1000).toFixed(1)} s`,
          goal: { atMost: 1.05 }
        },
        {
          id: `at-the-limit/${id}-calls`,
          what: `Calls of ${what} : the least`,
          samples: all.map(({ calls, refused, least }) => (calls - refused) / least),
          beside: `least ${counted(all[0].least)}; ${counted(refused)} refused besides`
        }
      ]
    })
  }
}

async function changesAtLimit(count, unchanging, batchSize) {
  const { calls, seconds } = LIMIT
  const users = count + unchanging
  return withLocalAlgolia(['--profiles', String(users), '--rate-limit', `${calls}/${seconds}`], async (algolia) => {
    const changes = (await userTokens(algolia)).map((userToken, index) => {
      // So far in, this many events that change nothing have their place.
      const isUnchanging = Math.floor((index * unchanging) / users) < Math.floor(((index + 1) * unchanging) / users)
      return membershipChange(isUnchanging ? 'unchanging' : 'changing', userToken)
    })
    await algolia.reset()
    const { time } = await deliver(algolia, 'bench/programs/deliver-at-limit.js', { changes, batchSize, seconds })
    const { calls: made, tooManyRequests: refused } = await algolia.stats()
    await sleep(seconds * 1000)
    await checkMemberships(algolia, changes)
    const least = leastCalls(batchesOf(changes, batchSize))
    return { time, calls: made, refused, least, leastTime: (Math.ceil(least / calls) - 1) * seconds * 1000 }
  })
}
