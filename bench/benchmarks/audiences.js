const assert = require('node:assert/strict')
const fs = require('node:fs/promises')
const { createWriteStream } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { once } = require('node:events')
const { makeUpProfiles } = require('../../dist/local/algolia/personalization/made-up-profiles')
const { membershipChange } = require('../audience-events')
const { checkMemberships, deliver, userTokens } = require('../delivery')
const { CREDENTIALS, measure, withLocalAlgolia } = require('../processes')
const { counted } = require('../statistics')

/** What Algolia allows, and the half of it that the commands use. */
const CALLS_PER_MINUTE = 500
const SHARE = CALLS_PER_MINUTE / 2
const PAGE_SIZE = 1_000
const LATENCY = 60

/** The audiences that made-up profiles are in. */
const AUDIENCES = ['vip_customers', 'cart_abandoners', 'trail_runners', 'churn_risk', 'newsletter_readers']

/** Sent again in place of compared, a minute's calls are given in a second. */
const RESEND_LIMIT = { calls: CALLS_PER_MINUTE, seconds: 1 }

/**
 * A list of members in five audiences is compared with as many profiles at Algolia's limit, in real time, and what differs is
 * repaired; beside it every member is sent again, which is what there is without such a comparison.
 */
module.exports = {
  name: 'audiences',
  async run({ quick, progress }) {
    const members = quick ? 260_000 : 1_000_000
    const differing = quick ? 70 : 300
    const { plan, apply } = await compareAndRepair({ members, differing, progress })
    const resent = quick ? 2_000 : members / 10
    const again = await resend(resent)
    progress(`${counted(resent)} members sent again`)
    const size = `${counted(members)} members in five audiences`
    const leastMinutes = members / PAGE_SIZE / SHARE
    const resendMinutes = ((again.calls / resent) * members) / CALLS_PER_MINUTE
    return [
      {
        id: 'audiences/time',
        what: `Time to compare ${size} : what half of the limit allows`,
        samples: [plan.minutes / leastMinutes],
        beside: `${plan.minutes.toFixed(2)} min, ${leastMinutes.toFixed(2)} min`,
        goal: { atMost: 1.05 }
      },
      {
        id: 'audiences/memory',
        what: `Peak memory to compare ${size}`,
        samples: [plan.memory],
        unit: 'MiB',
        ratios: [plan.memory / 500],
        beside: '',
        goal: { atMost: 500 }
      },
      {
        id: 'audiences/calls',
        what: 'Calls of the comparison : pages',
        samples: [(plan.calls * PAGE_SIZE) / members],
        beside: `${counted(plan.calls)} calls`
      },
      {
        id: 'audiences/forecast-comparison',
        what: 'Minutes of the comparison and its forecast, the longer : the shorter',
        samples: [apart(plan.minutes, plan.expectedMinutes)],
        beside: `forecast ${plan.expectedMinutes} min, took ${plan.minutes.toFixed(2)} min`,
        goal: { atMost: 1.1 }
      },
      {
        id: 'audiences/forecast-repair',
        what: 'Minutes of the repair and its forecast, the longer : the shorter',
        samples: [apart(apply.minutes, plan.repairMinutes)],
        beside: `${counted(apply.calls)} calls, as forecast; forecast ${plan.repairMinutes.toFixed(2)} min, took ${apply.minutes.toFixed(2)} min`,
        goal: { atMost: 1.1 }
      },
      {
        id: 'audiences/resend',
        what: `Minutes to send all ${counted(members)} again : minutes to compare and repair`,
        samples: [resendMinutes / (plan.minutes + apply.minutes)],
        beside: `${(resendMinutes / 60).toFixed(1)} h at the whole limit, ${(again.calls / resent).toFixed(2)} calls a member: measured on ${counted(resent)}, which took ${again.minutes.toFixed(1)} min with a minute's calls a second`,
        goal: { atLeast: 10 }
      }
    ]
  }
}

/** How far two times are apart, as a ratio of 1 or more. */
function apart(one, other) {
  return Math.max(one / other, other / one)
}

async function compareAndRepair({ members, differing, progress }) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'bench-'))
  // Nobody is updated after the list was made.
  const now = Date.now() - 3_600_000
  const flags = [
    ...['--profiles', String(members), '--seed', '1', '--now', new Date(now).toISOString()],
    ...['--latency', String(LATENCY), '--rate-limit', `${CALLS_PER_MINUTE}/60`]
  ]
  try {
    const list = path.join(folder, 'list.csv')
    await writeList(list, { members, differing, now })
    progress('list written')
    return await withLocalAlgolia(flags, async (algolia) => {
      const env = {
        ALGOLIA_APP_ID: CREDENTIALS.appId,
        ALGOLIA_API_KEY: CREDENTIALS.apiKey,
        ALGOLIA_REGION: 'us',
        ALGOLIA_PERSONALIZATION_URL: algolia.url
      }
      const file = path.join(folder, 'plan.jsonl')
      const command = (...args) => measure(['dist/cli/main.js', 'audiences', ...args], { env, isKept: true })
      const planned = await command('plan', list, '--out', file, '--json')
      const { calls } = await algolia.stats()
      progress('compared')
      const { calls: forecast, minutes: repairMinutes } = JSON.parse(planned.output)
      assert.equal(forecast.repair, 2 * differing, 'the comparison has not found what differs')
      const [, expectedMinutes] = / calls, (\S+) minutes? at /.exec(planned.complaints) ?? []
      await algolia.reset()
      const applied = await command('apply', file)
      const made = (await algolia.stats()).calls
      assert.equal(made, forecast.repair, 'the repair took other calls than forecast')
      assert.match(applied.output, new RegExp(`^${differing} profiles written, 0 right already, 0 changed since`))
      progress('repaired')
      return {
        plan: {
          calls,
          minutes: planned.time / 60_000,
          memory: planned.memory,
          expectedMinutes: Number(expectedMinutes),
          repairMinutes
        },
        apply: { calls: made, minutes: applied.time / 60_000 }
      }
    })
  } finally {
    await fs.rm(folder, { recursive: true })
  }
}

/** A list that says what made-up profiles hold, but for some of them. */
async function writeList(file, { members, differing, now }) {
  const profiles = makeUpProfiles({ count: members, seed: 1, now })
  const out = createWriteStream(file)
  out.write('user_token,audience,member\n')
  const every = Math.floor(members / differing)
  for (const [index, userToken] of profiles.userIDs.entries()) {
    const { segments = [] } = JSON.parse(profiles.json(userToken))
    const present = new Set(segments.filter(({ source }) => source === 'segment').map(({ id }) => id))
    const differs = index % every === 0 && index / every < differing
    const rows = AUDIENCES.filter((id) => present.has(id)).map((id) => [id, 'yes'])
    if (rows.length === 0 && !differs) rows.push([AUDIENCES[0], 'no'])
    if (differs) {
      const [wanted] = AUDIENCES.filter((id) => !present.has(id))
      if (present.size > 0) rows[0][1] = 'no'
      else rows.push([wanted, 'yes'])
    }
    const text = rows.map(([id, member]) => `${userToken},${id},${member}\n`).join('')
    if (!out.write(text)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}

/** All members once more as live events. */
async function resend(members) {
  const { DEFAULT_BATCH_SIZE } = require('../../dist/destinations/algolia-personalization/constants')
  const { calls, seconds } = RESEND_LIMIT
  return withLocalAlgolia(['--profiles', String(members), '--rate-limit', `${calls}/${seconds}`], async (algolia) => {
    const changes = (await userTokens(algolia)).map((userToken) => membershipChange('changing', userToken))
    await algolia.reset()
    const task = { changes, batchSize: DEFAULT_BATCH_SIZE, seconds }
    const { time } = await deliver(algolia, 'bench/programs/deliver-at-limit.js', task)
    const { calls: made, tooManyRequests } = await algolia.stats()
    await checkMemberships(algolia, changes)
    return { calls: made - tooManyRequests, minutes: time / 60_000 }
  })
}
