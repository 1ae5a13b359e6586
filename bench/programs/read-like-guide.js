/**
 * The loop of Algolia's guide "Export user profiles to an audience": page after page, and an error ends it. Here it ends
 * at a given time, too (Unix milliseconds), as nobody waits for the rest.
 */
const { URLSearchParams } = require('node:url')
const { fetch } = require('undici')
const { CREDENTIALS } = require('../processes')

async function fetchUserProfiles(url, params) {
  const response = await fetch(`${url}/2/users?${new URLSearchParams(params)}`, {
    headers: { 'X-Algolia-Application-Id': CREDENTIALS.appId, 'X-Algolia-API-Key': CREDENTIALS.apiKey }
  })
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

async function main(url, limit, until) {
  let nextPageToken = ''
  do {
    const page = await fetchUserProfiles(url, { limit, nextPageToken })
    nextPageToken = page.nextPageToken
  } while (nextPageToken && Date.now() < Number(until))
}

void main(...process.argv.slice(2))
