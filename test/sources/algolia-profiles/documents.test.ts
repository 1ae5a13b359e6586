import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { requiredAcl } from '../../../src/local/algolia/application'
import { discover, spec } from '../../../src/sources/algolia-profiles/source'
import { withLocalAlgolia } from '../../support/local-algolia'

const ROOT = resolve(__dirname, '../../..')
const contentOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
/** What a document says under a heading. */
const sectionOf = (document: string, heading: string): string =>
  document.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? ''

describe('the documentation page', () => {
  const page = contentOf('docs/algolia-profiles.md')

  test('tells of every stream and field', () => {
    const message = discover()
    if (message.type !== 'CATALOG') throw new Error('There is no catalog')
    for (const { name, json_schema } of message.catalog.streams) {
      expect(page).toContain(`**${name}**`)
      for (const field of Object.keys(json_schema.properties as object)) {
        // Fields of one prefix are told by what differs.
        const [, prefix = '', rest = ''] = /^(algolia_affinity|algolia_segment)(_.*)$/.exec(field) ?? []
        expect(page.includes(`\`${field}\``) || (prefix !== '' && page.includes(`\`${rest}\``))).toBe(true)
      }
    }
  })

  test('tells of every setting by its title', () => {
    const message = spec()
    if (message.type !== 'SPEC') throw new Error('There is no spec')
    const properties = message.spec.connectionSpecification.properties as Record<string, { title: string }>
    for (const { title } of Object.values(properties)) expect(page.toLowerCase()).toContain(title.toLowerCase())
  })

  test('leads from setting up to troubleshooting', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual([
      'Set up',
      'Into DuckDB with PyAirbyte',
      'In a self-managed Airbyte',
      'On the command line',
      'Streams',
      'How it reads',
      'Limits',
      'Troubleshooting'
    ])
  })

  test('has commands that read, and go on with the states of all streams', async () => {
    const scripts = [...sectionOf(page, 'On the command line').matchAll(/```sh\n(.*?)```/gs)].map(([, code]) => code)
    const folder = await mkdtemp(join(tmpdir(), 'documents-'))
    try {
      await withLocalAlgolia({ profiles: 50, now: Date.now() - 3_600_000 }, async ({ url }) => {
        const source = `${process.execPath} ${join(ROOT, 'dist/sources/algolia-profiles/cli.js')}`
        const script = scripts.join('').replaceAll('npx source-algolia-profiles', source)
        await promisify(execFile)('sh', ['-e', '-c', script], {
          cwd: folder,
          env: {
            PATH: process.env.PATH,
            ALGOLIA_PERSONALIZATION_URL: url,
            ALGOLIA_APP_ID: 'LOCALALGOLIA',
            ALGOLIA_API_KEY: 'local-api-key',
            ALGOLIA_REGION: 'us'
          }
        })
      })
      const written = (name: string): string => readFileSync(join(folder, name), 'utf8')
      const states = JSON.parse(written('state.json')) as {
        state: { stream: { stream_descriptor: { name: string } } }
      }[]
      const named = new Set(states.map(({ state }) => state.stream.stream_descriptor.name))
      expect([...named].sort()).toEqual(['affinities', 'profiles', 'segments'])
      expect(written('messages.jsonl')).toContain('"type":"RECORD"')
      // All are known already, and none is read from further back for want of its state.
      expect(written('more.jsonl')).not.toMatch(/"type":"RECORD"|"level":"WARN"/)
      expect(written('more.jsonl')).toContain('"status":"COMPLETE"')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('tells what a key must be allowed to do, and how many calls Algolia allows', () => {
    const [setUp = '', limits = ''] = ['Set up', 'Limits'].map((heading) => sectionOf(page, heading))
    for (const permission of requiredAcl) expect(setUp).toContain(`\`${permission}\``)
    expect(limits).toContain('500 calls a minute')
  })

  test.each([
    ['profiles stay as they were', ['no schedule', 'full refresh'], 'incremental'],
    ['fewer profiles than expected', ['start date', 'other filters'], 'adjust them']
  ])('has the causes of "%s", and what to do', (seen, causes, remedy) => {
    const row = sectionOf(page, 'Troubleshooting')
      .split('\n')
      .find((line) => line.startsWith(`| ${seen} `))
    const [, , meaning = '', what = ''] = (row ?? '').split('|')
    for (const cause of causes) expect(meaning).toContain(cause)
    expect(what).toContain(remedy)
  })

  test('has what to do when something fails', () => {
    for (const cause of ['401', '402', '422', '429', 'page tokens repeat', "state can't be read"])
      expect(page).toContain(cause)
  })
})

test('contributors are told why and how windows of time are cut', () => {
  const section = sectionOf(contentOf('CONTRIBUTING.md'), 'How the source reads')
  const paragraph = section.split('\n').find((line) => line.startsWith('**Chains.**')) ?? ''
  for (const word of ['token', 'one window', 'first page', 'a sample', 'cut']) {
    expect(paragraph).toContain(word)
  }
})
