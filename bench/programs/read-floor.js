/**
 * The least that a program has to do to hand on all profiles: the calls and pages of the source, with the same HTTP client
 * and the same options, `JSON.parse`, one `JSON.stringify` a profile, and the same writes. Nothing else.
 */
const { Buffer } = require('node:buffer')
const { once } = require('node:events')
const { promisify } = require('node:util')
const { gunzip } = require('node:zlib')
const { Pool } = require('undici')

const unzip = promisify(gunzip)

/** As in the source. */
const UNZIPPED_CHUNK = 1 << 20

async function main(url, appId, apiKey) {
  const pool = new Pool(url, {
    connections: 8,
    pipelining: 1,
    connect: { timeout: 10_000 },
    headersTimeout: 30_000,
    bodyTimeout: 30_000
  })
  const headers = { 'x-algolia-application-id': appId, 'x-algolia-api-key': apiKey, 'accept-encoding': 'gzip' }
  let nextPageToken
  do {
    const path = `/2/users?limit=1000${nextPageToken ? `&nextPageToken=${encodeURIComponent(nextPageToken)}` : ''}`
    const answer = await pool.request({ path, method: 'GET', headers })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    const body =
      answer.headers['content-encoding'] === 'gzip' ? await unzip(bytes, { chunkSize: UNZIPPED_CHUNK }) : bytes
    const page = JSON.parse(body.toString('utf8'))
    let lines = ''
    for (const profile of page.users) lines += `${JSON.stringify(profile)}\n`
    if (!process.stdout.write(lines)) await once(process.stdout, 'drain')
    nextPageToken = page.nextPageToken
  } while (nextPageToken)
  await pool.destroy()
}

void main(...process.argv.slice(2))
