/**
 * Delivers audience events, in one of three ways, and tells how long it took. Its arguments are JSON: `way`, `changes`,
 * and `batchSize` for the destination.
 */
const fs = require('node:fs')
const { CREDENTIALS } = require('../processes')
const { batchesOf, eventOf } = require('../audience-events')
const { measured } = require('../measured')

const WAYS = {
  /** As Segment does: batches, one after the other, to the host's own class. */
  async destination({ changes, batchSize }) {
    const { Host } = require('../segment-host')
    const host = new Host()
    const batches = batchesOf(changes.map(eventOf), batchSize)
    return measured(() => host.deliverAll(batches))
  },

  /** What a first attempt would be: a read and a write for each event, one after the other. */
  async sequential({ changes }) {
    return measured(async () => {
      for (const change of changes) await readAndWrite(change)
    })
  },

  /** The same with as many at the same time as the destination has. Two events of one user can lose an update. */
  async concurrent({ changes }) {
    const { MAX_CONCURRENT_USERS } = require('../../dist/destinations/algolia-personalization/constants')
    const waiting = changes[Symbol.iterator]()
    const work = async () => {
      for (const change of waiting) await readAndWrite(change)
    }
    return measured(() => Promise.all(Array.from({ length: MAX_CONCURRENT_USERS }, work)))
  }
}

async function readAndWrite({ userToken, audience, entered }) {
  const { fetch } = require('undici')
  const url = `${process.env.ALGOLIA_PERSONALIZATION_URL}/2/users/${encodeURIComponent(userToken)}`
  const headers = {
    'x-algolia-application-id': CREDENTIALS.appId,
    'x-algolia-api-key': CREDENTIALS.apiKey,
    'content-type': 'application/json'
  }
  const read = await fetch(url, { headers })
  const { segments = [] } = await read.json()
  const others = segments.filter(({ id, source }) => id !== audience || source !== 'segment')
  const body = JSON.stringify({ segments: entered ? [...others, { id: audience, source: 'segment' }] : others })
  const written = await fetch(`${url}/segments`, { method: 'PUT', headers, body })
  await written.json()
  if (!read.ok || !written.ok) throw new Error(`Algolia answered ${read.status} and ${written.status}`)
}

async function main() {
  const task = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
  process.stdout.write(JSON.stringify(await WAYS[task.way](task)))
}

void main()
