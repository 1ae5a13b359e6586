import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { requiredAcl } from '../../../src/local/algolia/application'
import { discover, spec } from '../../../src/sources/algolia-profiles/source'

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
    expect(headings).toEqual(['Set up', 'Streams', 'How it reads', 'Limits', 'Troubleshooting'])
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

test('contributors are told why and how windows of time are split', () => {
  const section = sectionOf(contentOf('CONTRIBUTING.md'), 'How the source reads')
  const paragraph = section.split('\n').find((line) => line.startsWith('**Windows.**')) ?? ''
  for (const word of ['token', 'one window', 'twenty pages', 'split', 'cuts', 'read again']) {
    expect(paragraph).toContain(word)
  }
})
