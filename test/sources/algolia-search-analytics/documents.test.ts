import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { configSchema } from '../../../src/sources/algolia-search-analytics/config'
import { DISCOVERED } from '../../support/search-analytics'
import { withLocalAlgolia } from '../../support/local-algolia'

const ROOT = resolve(__dirname, '../../..')
const page = readFileSync(join(ROOT, 'docs/algolia-search-analytics.md'), 'utf8')

test('the page tells of every stream with its key, and of every setting', () => {
  for (const { name, source_defined_primary_key } of DISCOVERED) {
    const row = page.split('\n').find((line) => line.startsWith('| `') && line.split('|')[1]?.includes(`\`${name}\``))
    for (const [field] of source_defined_primary_key.slice(2))
      expect([name, row]).toEqual([name, expect.stringContaining(`\`${field}\``)])
  }
  const optional = Object.keys(configSchema.shape).filter(
    (key) => !['appId', 'apiKey', 'region', 'indices'].includes(key)
  )
  for (const key of optional) expect(page).toContain(`| \`${key}\` `)
})

test('its commands read, and go on from the states', async () => {
  const section = page.split(/^## /m).find((text) => text.startsWith('On the command line\n')) ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'documents-'))
  try {
    await withLocalAlgolia({}, async ({ urls }) => {
      const source = `${process.execPath} ${join(ROOT, 'dist/sources/algolia-search-analytics/cli.js')}`
      const script = [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, code]) => code).join('')
      await promisify(execFile)('sh', ['-e', '-c', script.replaceAll('npx source-algolia-search-analytics', source)], {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          ALGOLIA_ANALYTICS_URL: urls.analytics,
          ALGOLIA_APP_ID: 'LOCALALGOLIA',
          ALGOLIA_API_KEY: 'local-api-key',
          ALGOLIA_REGION: 'us'
        }
      })
    })
    const daysIn = (file: string): number => {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n')
      return lines.filter((line) => line.startsWith('{"type":"RECORD","record":{"stream":"searches",')).length
    }
    expect([daysIn('messages.jsonl'), daysIn('more.jsonl')]).toEqual([30, 3])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
