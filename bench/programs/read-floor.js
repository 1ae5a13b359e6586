/**
 * The least that a program has to do to hand on all profiles: the calls and pages of the source, with the same HTTP client
 * and the same options, `JSON.parse`, one `JSON.stringify` a profile, and the same writes. Nothing else.
 */
const { Buffer } = require('node:buffer')
const { gunzipSync } = require('node:zlib')
const { Pool } = require('undici')

/** As in the source. */
const UNZIPPED_CHUNK = 1 << 20
const CHUNK_BYTES = 1 << 16
const MOST_BYTES_OF_A_CHARACTER = 3

async function main(url, appId, apiKey) {
  const pool = new Pool(url, {
    connections: 8,
    pipelining: 1,
    connect: { timeout: 10_000 },
    headersTimeout: 30_000,
    bodyTimeout: 30_000
  })
  const headers = { 'x-algolia-application-id': appId, 'x-algolia-api-key': apiKey, 'accept-encoding': 'gzip' }
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  let used = 0
  const flush = () => {
    const lines = chunk.subarray(0, used)
    used = 0
    return new Promise((resolve) => process.stdout.write(lines, resolve))
  }
  let nextPageToken
  do {
    const path = `/2/users?limit=1000${nextPageToken ? `&nextPageToken=${encodeURIComponent(nextPageToken)}` : ''}`
    const answer = await pool.request({ path, method: 'GET', headers })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    const isZipped = answer.headers['content-encoding'] === 'gzip'
    const body = isZipped ? gunzipSync(bytes, { chunkSize: UNZIPPED_CHUNK }) : bytes
    const page = JSON.parse(body.toString('utf8'))
    for (const profile of page.users) {
      const line = `${JSON.stringify(profile)}\n`
      if (line.length * MOST_BYTES_OF_A_CHARACTER > CHUNK_BYTES - used) await flush()
      used += chunk.write(line, used)
    }
    await flush()
    nextPageToken = page.nextPageToken
  } while (nextPageToken)
  await pool.destroy()
}

void main(...process.argv.slice(2))
