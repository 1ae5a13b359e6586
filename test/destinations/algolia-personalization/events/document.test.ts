import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { algoliaForEachTest } from '../../../support/destination'

const root = path.join(__dirname, '../../../..')
const document = readFileSync(path.join(root, 'docs/events.md'), 'utf8')

const algolia = algoliaForEachTest()

test('the order of the document is one event of the local Algolia, and likings on its profile', async () => {
  const [, code = ''] = /## See it first[\s\S]*?```js\n([\s\S]*?)```/.exec(document) ?? []
  const [, printed = ''] = /It prints `(.*?)`/.exec(document) ?? []
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', code], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      ALGOLIA_PERSONALIZATION_URL: algolia.url,
      ALGOLIA_INSIGHTS_URL: algolia.urls.insights
    }
  })
  expect(stdout.trim()).toBe(printed)
  expect(algolia.insights.events.accepted).toMatchObject([
    { eventSubtype: 'purchase', userToken: 'anonymous-me', objectIDs: ['product-3', 'product-7'], value: 120 }
  ])
  const { affinities = [] } = algolia.profiles.get('anonymous-me') ?? {}
  expect(affinities.length).toBeGreaterThan(2)
})
