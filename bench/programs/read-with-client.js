/** What a user of Algolia's own client would write to get the source's records: a loop, and the mapping. */
const { once } = require('node:events')
const { URL } = require('node:url')
const { advancedPersonalizationClient } = require('@algolia/advanced-personalization')

async function main(url, appId, apiKey) {
  const { hostname, port } = new URL(url)
  const hosts = [{ url: hostname, port: Number(port), protocol: 'http', accept: 'readWrite' }]
  const client = advancedPersonalizationClient(appId, apiKey, 'us', { hosts })
  let nextPageToken
  do {
    const page = await client.getUsers({ limit: 1000, ...(nextPageToken && { nextPageToken }) })
    let lines = ''
    for (const profile of page.users) {
      const record = { stream: 'profiles', data: rowOf(profile), emitted_at: Date.now() }
      lines += `${JSON.stringify({ type: 'RECORD', record })}\n`
    }
    if (!process.stdout.write(lines)) await once(process.stdout, 'drain')
    nextPageToken = page.nextPageToken
  } while (nextPageToken)
}

function rowOf({ userID, type, affinities, segments = [], lastUpdatedAt }) {
  const strongestFirst = [...affinities].sort((one, other) => other.score - one.score)
  const distinct = (values) => [...new Set(values)]
  const highest = (key) => {
    const scores = {}
    for (const affinity of strongestFirst) scores[affinity[key]] ??= affinity.score
    return scores
  }
  return {
    algolia_user_id: userID,
    algolia_user_type: type,
    algolia_affinities_name: distinct(strongestFirst.map(({ name }) => name)),
    algolia_affinities_value: distinct(strongestFirst.map(({ value }) => value)),
    algolia_affinities_name_score: highest('name'),
    algolia_affinities_value_score: highest('value'),
    algolia_segment_ids: distinct(segments.map(({ id }) => id)),
    algolia_segment_sources: distinct(segments.map(({ source }) => source)),
    algolia_last_updated: lastUpdatedAt
  }
}

void main(...process.argv.slice(2))
