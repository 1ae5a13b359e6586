const assert = require('node:assert/strict')
const fs = require('node:fs/promises')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { fetch } = require('undici')
const { CREDENTIALS, output, withLocalAlgolia } = require('../processes')
const { median } = require('../statistics')

const USERS = 200
const AUDIENCES = 5
/** Algolia's own: in a shorter period a look or a retry would weigh too much. */
const LIMIT = { calls: 500, seconds: 60 }
/** So long the processes take to load the destination, on a busy machine. */
const WORKERS_START = 4_000
/** Longer than any batch takes from a read to the last look. */
const SETTLED = 2_500

const headers = {
  'x-algolia-application-id': CREDENTIALS.appId,
  'x-algolia-api-key': CREDENTIALS.apiKey,
  'content-type': 'application/json'
}

/**
 * Several processes deliver events of the same users within a second, and something else writes segments of its own to these
 * profiles: what of the events that were answered 200 is missing in the end, and what calls the certainty costs.
 */
module.exports = {
  name: 'destination-collisions',
  async run({ quick, progress }) {
    const runsOf = async (setting) => {
      const runs = []
      for (let run = 0; run < (quick ? 1 : 3); run++) runs.push(await burst(setting))
      progress(`${wordsFor(setting)}: ${runs.map(inWords).join('; ')}`)
      return figuresOf(setting, runs)
    }
    if (quick) return runsOf({ workers: 2, latency: 60, order: 'random', isLimited: false })
    const figures = []
    for (const setting of settings([20, 60, 200], false)) figures.push(...(await runsOf(setting)))
    // They take five minutes each, and nearly all the while they wait.
    return [...figures, ...(await Promise.all(settings([60], true).map(runsOf))).flat()]
  }
}

function settings(latencies, isLimited) {
  const orders = ['random', 'audience after audience']
  return [2, 4].flatMap((workers) =>
    latencies.flatMap((latency) => orders.map((order) => ({ workers, latency, order, isLimited })))
  )
}

function wordsFor({ workers, latency, order, isLimited }) {
  return `${workers} processes, ${latency} ms, ${order}${isLimited ? ', at the limit' : ''}`
}

function inWords({ missing, foreign, calls, least }) {
  return `${missing} missing, ${foreign} foreign, ${(calls / least).toFixed(3)}`
}

function figuresOf(setting, runs) {
  const { workers, latency, order, isLimited } = setting
  const id = `destination-collisions/${workers}-${latency}-${order.replaceAll(' ', '-')}${isLimited ? '-limit' : ''}`
  const what = wordsFor(setting)
  return [
    {
      id: `${id}-missing`,
      what: `Memberships missing in the end, of ${USERS * AUDIENCES} answered 200: ${what}`,
      samples: runs.map(({ missing }) => missing),
      beside: `${median(runs.map(({ retried }) => retried))} events were sent again`,
      goal: { atMost: 0 }
    },
    {
      id: `${id}-foreign`,
      what: `Entries of others that are missing or changed: ${what}`,
      samples: runs.map(({ foreign }) => foreign),
      beside: `one on each of ${USERS} profiles, and those of a writer beside`,
      goal: { atMost: 0 }
    },
    {
      id: `${id}-calls`,
      what: `Calls : a read and a write for each user of a batch, ${what}`,
      samples: runs.map(({ calls, least }) => calls / least),
      beside: `${(median(runs.map(({ time }) => time)) / 1000).toFixed(1)} s`,
      goal: { atMost: 1.15 }
    }
  ]
}

async function burst({ workers, latency, order, isLimited }) {
  const limit = isLimited ? ['--rate-limit', `${LIMIT.calls}/${LIMIT.seconds}`] : ['--no-rate-limit']
  return withLocalAlgolia(['--latency', String(latency), ...limit], async (algolia) => {
    const users = Array.from({ length: USERS }, (_, index) => `shopper-${index}`)
    const foreign = new ForeignWriter(algolia)
    await foreign.prepare(users)
    await algolia.reset()
    const startAt = Date.now() + WORKERS_START
    const shares = sharesOf(users, workers, order)
    const work = Promise.all(shares.map((changes) => deliverBurst(algolia, { changes, startAt })))
    const foreignCalls = foreign.writeUntil(work)
    const told = await work
    await foreignCalls
    await sleep(SETTLED)
    const refused = told.flatMap((worker) => worker.refused)
    assert.deepEqual(refused, [], 'an event was refused for good')
    const { calls, tooManyRequests } = await algolia.stats()
    return {
      ...(await foreign.check(told.flatMap(({ delivered }) => delivered))),
      calls: calls - tooManyRequests - foreign.calls,
      least: 2 * told.reduce((sum, { updates }) => sum + updates, 0),
      retried: told.reduce((sum, { retried }) => sum + retried, 0),
      time: Math.max(...told.map(({ time }) => time))
    }
  })
}

/** All users enter all audiences within a second, each event at a process of chance. */
function sharesOf(users, workers, order) {
  const changes = Array.from({ length: AUDIENCES }, (_, audience) =>
    users.map((userToken) => ({ userToken, audience: `audience_${audience}`, entered: true }))
  ).flat()
  if (order === 'random') changes.sort(() => Math.random() - 0.5)
  const shares = Array.from({ length: workers }, () => [])
  changes.forEach((change, index) => {
    shares[Math.floor(Math.random() * workers)].push({ ...change, at: (index / changes.length) * 1_000 })
  })
  return shares
}

async function deliverBurst({ url }, task) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'bench-'))
  try {
    const file = path.join(folder, 'task.json')
    await fs.writeFile(file, JSON.stringify(task))
    return JSON.parse(await output(['bench/programs/deliver-burst.js', file], { ALGOLIA_PERSONALIZATION_URL: url }))
  } finally {
    await fs.rm(folder, { recursive: true })
  }
}

/** Somebody else who keeps segments on the same profiles, and looks after them as carefully. */
class ForeignWriter {
  calls = 0
  #algolia
  #before
  /** What it wrote, and found there later. */
  #written = new Map()

  constructor(algolia) {
    this.#algolia = algolia
  }

  /** An entry that `JSON.parse` and `JSON.stringify` would change. */
  static entry(user) {
    return `{"id":"crm-${user}","source":"crm","account":12345678901234567890,"rate":1.0}`
  }

  async prepare(users) {
    const put = (user) => this.#put(user, [ForeignWriter.entry(user)])
    await atATime(users, async (user) => {
      while ((await put(user)) === 429) await sleep(200)
    })
    this.#before = users
    this.calls = 0
  }

  /** A few profiles a second. */
  async writeUntil(work) {
    let isOver = false
    void work.then(
      () => (isOver = true),
      () => (isOver = true)
    )
    for (let number = 0; !isOver; number++) {
      const user = this.#before[(number * 37) % this.#before.length]
      const entry = `{"id":"note-${number}","source":"notes","at":${number}.0}`
      if ((await this.#add(user, entry)) === 200) this.#written.set(user, [...(this.#written.get(user) ?? []), entry])
      await sleep(150)
    }
    for (const [user, entries] of this.#written) {
      for (const entry of entries) while ((await this.#add(user, entry)) === 429) await sleep(200)
    }
  }

  async #add(user, entry) {
    this.calls += 1
    const read = await fetch(`${this.#algolia.url}/2/users/${user}`, { headers })
    if (!read.ok) return read.status
    const entries = entriesIn(await read.text())
    return entries.includes(entry) ? 200 : this.#put(user, [...entries, entry])
  }

  async #put(user, entries) {
    this.calls += 1
    const body = `{"segments":[${entries.join(',')}]}`
    const answer = await fetch(`${this.#algolia.url}/2/users/${user}/segments`, { method: 'PUT', headers, body })
    await answer.text()
    return answer.status
  }

  /** How many of the memberships are missing, and how many entries of somebody else's are, or have changed. */
  async check(changes) {
    let [missing, foreign] = [0, 0]
    await atATime(this.#before, async (user) => {
      let answer
      while ((answer = await fetch(`${this.#algolia.url}/2/users/${user}`, { headers })).status === 429)
        await sleep(200)
      const entries = entriesIn(await answer.text())
      const others = [ForeignWriter.entry(user), ...(this.#written.get(user) ?? [])]
      foreign += others.filter((entry) => !entries.includes(entry)).length
      const present = new Set(entries)
      for (const { userToken, audience } of changes) {
        if (userToken === user && !present.has(`{"id":"${audience}","source":"segment"}`)) missing += 1
      }
    })
    return { missing, foreign }
  }
}

/** Does something with each, a few at a time. */
async function atATime(users, task) {
  const left = [...users]
  const work = async () => {
    for (let user; (user = left.pop()) !== undefined;) await task(user)
  }
  await Promise.all(Array.from({ length: 20 }, work))
}

/** The entries of a profile's segments, to the letter; none of these holds a brace. */
function entriesIn(json) {
  const [, list = ''] = /"segments":\[(.*?)\]/.exec(json) ?? []
  return list.match(/\{[^}]*\}/g) ?? []
}
