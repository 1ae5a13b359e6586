/** Deliveries to a local Algolia that are measured, and checked. */
const assert = require('node:assert/strict')
const fs = require('node:fs/promises')
const os = require('node:os')
const path = require('node:path')
const { fetch } = require('undici')
const { membershipChanges, membershipsAfter } = require('./audience-events')
const { CREDENTIALS, output, withLocalAlgolia } = require('./processes')

/**
 * Delivers changes to a local Algolia that has just been started.
 * @param {object} task
 * @param {'destination' | 'sequential' | 'concurrent'} task.way
 * @param {'changing' | 'unchanging' | 'churning'} task.pattern
 * @param {number} task.events
 * @param {number} task.users
 * @param {number} [task.batchSize]
 * @param {number} [task.latency] milliseconds
 * @returns {Promise<{time: number, cpu: number, calls: number, changes: object[]}>}
 */
async function delivery({ way, pattern, events, users, batchSize, latency = 0 }) {
  const flags = ['--profiles', String(users), '--no-rate-limit', '--latency', String(latency)]
  return withLocalAlgolia(flags, async (algolia) => {
    const changes = membershipChanges(pattern, await userTokens(algolia, users), events)
    await algolia.reset()
    const figures = await deliver(algolia, { way, changes, batchSize })
    const { calls } = await algolia.stats()
    await checkMemberships(algolia, changes)
    return { ...figures, calls, changes }
  })
}

async function deliver({ url }, task) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'bench-'))
  try {
    const file = path.join(folder, 'task.json')
    await fs.writeFile(file, JSON.stringify(task))
    return JSON.parse(await output(['bench/programs/deliver.js', file], { ALGOLIA_PERSONALIZATION_URL: url }))
  } finally {
    await fs.rm(folder, { recursive: true })
  }
}

/** @returns {Promise<string[]>} user tokens that the local Algolia knows, at most 1,000 */
async function userTokens(algolia, count) {
  const { users } = await get(algolia, `/2/users?limit=${count}`)
  return users.map(({ userID }) => userID)
}

/** Calls that were saved on users who are not in their audiences now would be worth nothing. */
async function checkMemberships(algolia, changes) {
  const expected = membershipsAfter(changes)
  const named = new Set(changes.map(({ audience }) => audience))
  for (const [userToken, audiences] of expected) {
    const { segments = [] } = await get(algolia, `/2/users/${encodeURIComponent(userToken)}`)
    const present = segments.filter(({ id, source }) => source === 'segment' && named.has(id)).map(({ id }) => id)
    assert.deepEqual(present.sort(), [...audiences].sort(), `${userToken} is in other audiences than the events say`)
  }
}

async function get({ url }, call) {
  const headers = { 'x-algolia-application-id': CREDENTIALS.appId, 'x-algolia-api-key': CREDENTIALS.apiKey }
  const response = await fetch(url + call, { headers })
  assert.equal(response.status, 200, `GET ${call}`)
  return response.json()
}

module.exports = { checkMemberships, delivery, get, userTokens }
