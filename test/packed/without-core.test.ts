import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { startLocalAlgolia } from '../../src/local/algolia'
import type { LocalAlgolia } from '../../src/local/algolia'
import { settings } from '../support/destination'
import { projectAt } from './support/projects'

const COMMAND = 'segment-algolia-personalization'
let algolia: LocalAlgolia

beforeAll(async () => {
  algolia = await startLocalAlgolia({ rateLimit: false, profiles: 3 })
})
afterAll(() => algolia.close())

const project = () => projectAt('no-core')
const variables = () => ({ ALGOLIA_PERSONALIZATION_URL: algolia.url })

test.each([
  ['/source', '{ read, check, discover, spec, browseProfiles }'],
  ['/sync', '{ syncProfiles }'],
  ['/contexts', '{ ruleContextsOf }']
])('%s loads, from CommonJS and from an ES module', async (entry, names) => {
  const tell = `console.log(Object.values(${names}).every((value) => typeof value === 'function'))`
  const { node, run } = project()
  expect(await node(`const ${names} = require('${COMMAND}${entry}'); ${tell}`)).toMatchObject({ out: 'true\n' })
  const script = `import ${names} from '${COMMAND}${entry}'; ${tell}`
  expect(await run(process.execPath, ['--input-type=module', '--eval', script])).toMatchObject({ out: 'true\n' })
})

test('the source reads', async () => {
  const { folder, run } = project()
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(settings))
  const { code, out } = await run('npx', ['source-algolia-profiles', 'check', '--config', 'config.json'], variables())
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('SUCCEEDED') })
})

test('the stand-ins and the sync tell their options', async () => {
  for (const command of ['local-algolia', 'local-segment', 'sync']) {
    expect(await project().run('npx', [COMMAND, command, '--help'])).toMatchObject({ code: 0, error: '' })
  }
})

test('the sync says which package it needs, and exits as with any wrong set-up', async () => {
  const { code, error } = await project().run('npx', [COMMAND, 'sync', '--once'], {
    ...variables(),
    ALGOLIA_APP_ID: settings.appId,
    ALGOLIA_API_KEY: settings.apiKey,
    ALGOLIA_REGION: settings.region,
    SEGMENT_WRITE_KEY: 'local-write-key'
  })
  expect(error).toContain('npm install classic-level@3')
  expect(code).toBe(1)
})

test.each(['', '/destination'])('"%s" says that the destination needs the core', async (entry) => {
  const { code, error } = await project().node(`require('${COMMAND}${entry}')`)
  expect(code).not.toBe(0)
  expect(error).toContain("@segment/actions-core isn't installed")
  expect(error).toContain('npm install @segment/actions-core')
})
