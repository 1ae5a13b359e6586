/**
 * Delivers events, and tells how long it took. Its argument is a file with the task: `events` for an action of the
 * destination, in batches of `batchSize`, as Segment delivers them; or `requests`, bodies for Insights that are posted so
 * many at the same time as `concurrency` says.
 */
const fs = require('node:fs')
const { batchesOf } = require('../audience-events')
const { measured } = require('../measured')
const { CREDENTIALS } = require('../processes')

async function deliverEvents({ events, batchSize, host }) {
  const { Host } = require('../segment-host')
  const segment = new Host(host)
  return measured(() => segment.deliverAll(batchesOf(events, batchSize)))
}

async function post({ requests, concurrency }) {
  const { fetch } = require('undici')
  const headers = {
    'x-algolia-application-id': CREDENTIALS.appId,
    'x-algolia-api-key': CREDENTIALS.apiKey,
    'content-type': 'application/json'
  }
  const waiting = requests[Symbol.iterator]()
  const work = async () => {
    for (const body of waiting) {
      const url = `${process.env.ALGOLIA_INSIGHTS_URL}/1/events`
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
      await answer.json()
      if (!answer.ok) throw new Error(`Algolia answered ${answer.status}`)
    }
  }
  return measured(() => Promise.all(Array.from({ length: concurrency }, work)))
}

async function main() {
  const task = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
  process.stdout.write(JSON.stringify(await ('requests' in task ? post(task) : deliverEvents(task))))
}

void main()
