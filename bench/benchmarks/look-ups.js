const assert = require('node:assert/strict')
const { fetch } = require('undici')
const { CREDENTIALS, output, withLocalAlgolia } = require('../processes')

const TOKENS = 400

/** How many searches a second a backend can give their rule contexts, where the profiles are known. */
module.exports = {
  name: 'look-ups',
  async run({ quick, progress }) {
    const runs = quick ? 3 : 5
    return withLocalAlgolia(['--profiles', '0', '--no-rate-limit'], async (algolia) => {
      const tokens = Array.from({ length: TOKENS }, (_, number) => `shopper-${number}`)
      await Promise.all(tokens.map((token) => giveSegments(algolia, token)))
      const command = ['bench/programs/look-up-contexts.js', CREDENTIALS.appId, CREDENTIALS.apiKey]
      const samples = []
      for (let run = 0; run < runs; run += 1) {
        await algolia.reset()
        const flags = [JSON.stringify(tokens), quick ? '500' : '2000']
        const figures = await output([...command, ...flags], { ALGOLIA_PERSONALIZATION_URL: algolia.url })
        const { perSecond, contextsEach } = JSON.parse(figures)
        assert.equal(contextsEach, 10, 'a look-up gave other contexts than it should')
        assert.equal((await algolia.stats()).calls, TOKENS, 'a profile was asked for more than once')
        samples.push(perSecond)
        progress(`run ${run + 1} of ${runs}`)
      }
      return [
        {
          id: 'look-ups/second',
          what: 'Look-ups of rule contexts a second, on one core',
          samples,
          unit: 'a second',
          beside: `${TOKENS} profiles with 10 contexts each, ${TOKENS} calls`,
          goal: { atLeast: 10_000 }
        }
      ]
    })
  }
}

async function giveSegments({ url }, token) {
  const segments = Array.from({ length: 12 }, (_, number) => ({ id: `audience-${number}`, source: 'segment' }))
  const answer = await fetch(`${url}/2/users/${token}/segments`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      'x-algolia-application-id': CREDENTIALS.appId,
      'x-algolia-api-key': CREDENTIALS.apiKey
    },
    body: JSON.stringify({ segments })
  })
  assert.equal(answer.status, 200)
}
