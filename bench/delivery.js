/** Deliveries to a local Algolia that are measured, and checked. */
const assert = require('node:assert/strict')
const fs = require('node:fs/promises')
const os = require('node:os')
const path = require('node:path')
const { URLSearchParams } = require('node:url')
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
    const changes = membershipChanges(pattern, await userTokens(algolia), events)
    await algolia.reset()
    const figures = await deliver(algolia, 'bench/programs/deliver.js', { way, changes, batchSize })
    const { calls } = await algolia.stats()
    await checkMemberships(algolia, changes)
    return { ...figures, calls, changes }
  })
}

/**
 * Runs a program that delivers, with its task in a file; resolves to what it tells.
 * @param {import('./processes').LocalAlgolia} algolia
 * @param {string} program
 * @param {object} task
 */
async function deliver({ variables }, program, task) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'bench-'))
  try {
    const file = path.join(folder, 'task.json')
    await fs.writeFile(file, JSON.stringify(task))
    return JSON.parse(await output([program, file], variables))
  } finally {
    await fs.rm(folder, { recursive: true })
  }
}

/** @returns {Promise<string[]>} all user tokens that a local Algolia knows */
async function userTokens(algolia) {
  return (await allProfiles(algolia)).map(({ userID }) => userID)
}

/** Calls that were saved on users who are not in their audiences now would be worth nothing. */
async function checkMemberships(algolia, changes) {
  const named = new Set(changes.map(({ audience }) => audience))
  const profiles = new Map((await allProfiles(algolia)).map((profile) => [profile.userID, profile]))
  for (const [userToken, audiences] of membershipsAfter(changes)) {
    const { segments = [] } = profiles.get(userToken)
    const present = segments.filter(({ id, source }) => source === 'segment' && named.has(id)).map(({ id }) => id)
    assert.deepEqual(present.sort(), [...audiences].sort(), `${userToken} is in other audiences than the events say`)
  }
}

async function allProfiles({ url }) {
  const headers = { 'x-algolia-application-id': CREDENTIALS.appId, 'x-algolia-api-key': CREDENTIALS.apiKey }
  const profiles = []
  let nextPageToken = ''
  do {
    const call = `${url}/2/users?${new URLSearchParams({ limit: '1000', nextPageToken })}`
    const page = await (await fetch(call, { headers })).json()
    profiles.push(...page.users)
    nextPageToken = page.nextPageToken
  } while (nextPageToken)
  return profiles
}

module.exports = { checkMemberships, deliver, delivery, userTokens }
