/** Looks up contexts that are known, as often as it can in so many milliseconds, and prints how often that was a second. */
const { performance } = require('node:perf_hooks')
const { profileContexts } = require('../../dist/contexts')

async function main(appId, apiKey, tokens, milliseconds) {
  const contexts = profileContexts({ appId, apiKey, region: 'us', patience: 10_000, maxProfiles: tokens.length })
  for (let from = 0; from < tokens.length; from += 20) {
    await Promise.all(tokens.slice(from, from + 20).map((token) => contexts.lookUp(token)))
  }
  let count = 0
  let found = 0
  const startedAt = performance.now()
  while (performance.now() - startedAt < milliseconds) {
    for (let times = 0; times < 100; times += 1)
      found += (await contexts.lookUp(tokens[count++ % tokens.length])).length
  }
  const perSecond = (count / (performance.now() - startedAt)) * 1000
  await contexts.close()
  process.stdout.write(JSON.stringify({ perSecond, contextsEach: found / count }))
}

const [appId, apiKey, tokens, milliseconds] = process.argv.slice(2)
void main(appId, apiKey, JSON.parse(tokens), Number(milliseconds))
