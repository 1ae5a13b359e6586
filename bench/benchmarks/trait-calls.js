const assert = require('node:assert/strict')
const { fetch } = require('undici')
const { batchesOf } = require('../audience-events')
const { deliver } = require('../delivery')
const { CREDENTIALS, withLocalAlgolia } = require('../processes')
const { counted } = require('../statistics')
const { TRAIT, identifies, identifyEvent, leastTraitCalls } = require('../trait-events')

const EVENTS = 1_000
const USERS = 200

const headers = {
  'content-type': 'application/json',
  'x-algolia-application-id': CREDENTIALS.appId,
  'x-algolia-api-key': CREDENTIALS.apiKey
}

/** Calls of Sync Traits for identify calls of which a tenth change something, beside the least possible. */
module.exports = {
  name: 'trait-calls',
  async run({ quick, progress }) {
    const { DEFAULT_BATCH_SIZE } = require('../../dist/destinations/algolia-personalization/constants')
    const figures = []
    for (const batchSize of quick ? [DEFAULT_BATCH_SIZE] : [DEFAULT_BATCH_SIZE, 100]) {
      const { calls, least, looks } = await callsOf(batchSize)
      figures.push({
        id: `trait-calls/batches-of-${batchSize}`,
        what: `Calls : least possible, ${counted(EVENTS)} identifies of ${USERS} users, a tenth changing, batches of ${counted(batchSize)}`,
        samples: [calls / least],
        beside: `${counted(calls)} calls, ${looks} of them looks at what was written; least ${counted(least)}; naive ${counted(2 * EVENTS)}`,
        goal: { atMost: 1.05 }
      })
      progress(`batches of ${batchSize}`)
    }
    return figures
  }
}

async function callsOf(batchSize) {
  return withLocalAlgolia(['--profiles', '0', '--no-rate-limit'], async (algolia) => {
    const userTokens = Array.from({ length: USERS }, (_, number) => `shopper-${number}`)
    await Promise.all(userTokens.map((userToken) => makeSilver(algolia, userToken)))
    await algolia.reset()
    const changes = identifies(userTokens, EVENTS)
    const host = {
      action: 'syncTraits',
      subscribe: 'type = "identify"',
      mapping: { traits: { [TRAIT]: { '@path': `$.traits.${TRAIT}` } } }
    }
    await deliver(algolia, 'bench/programs/deliver-events.js', { events: changes.map(identifyEvent), batchSize, host })
    const { calls } = await algolia.stats()
    await Promise.all(changes.slice(-USERS).map((change) => check(algolia, change)))
    const batches = batchesOf(changes, batchSize)
    const least = leastTraitCalls(batches)
    return { calls, least, looks: calls - least }
  })
}

async function makeSilver({ url }, userToken) {
  const segments = [
    { id: 'vip', source: 'crm' },
    { id: `${TRAIT}__silver`, source: 'segment' }
  ]
  const body = JSON.stringify({ segments })
  const answer = await fetch(`${url}/2/users/${userToken}/segments`, { method: 'PUT', headers, body })
  assert.equal(answer.status, 200)
}

/** Calls that were saved on users who have another tier now would be worth nothing. */
async function check({ url }, { userToken, tier }) {
  const { segments } = await (await fetch(`${url}/2/users/${userToken}`, { headers })).json()
  assert.deepEqual(
    segments.map(({ id }) => id),
    ['vip', `${TRAIT}__${tier}`],
    `${userToken} has another trait than the events say`
  )
}
