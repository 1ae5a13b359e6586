import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { CORE_RANGE } from '../src/host/inspect-core'

const root = path.join(__dirname, '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const manifest = JSON.parse(read('package.json')) as {
  version: string
  scripts: Record<string, string>
  bin: Record<string, string>
  dependencies: Record<string, string>
  overrides: Record<string, Record<string, string>>
  peerDependencies: Record<string, string>
  peerDependenciesMeta: Record<string, object>
}
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'bench/README.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
]
/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    String(heading)
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/ /g, '-')
  )

describe('the package', () => {
  it('tells one version everywhere', () => {
    expect(read('src/sources/algolia-profiles/metadata.yaml')).toContain(`dockerImageTag: ${manifest.version}`)
    expect(read('src/sources/algolia-profiles/Dockerfile')).toContain(`io.airbyte.version="${manifest.version}"`)
    expect(read('CHANGELOG.md')).toContain(`## ${manifest.version}`)
  })

  it('pins fast-uri for this clone; those who install the package pin it themselves (docs/install.md)', () => {
    expect(manifest.overrides.ajv).toEqual({ 'fast-uri': '3.1.5' })
  })

  it('names the same range of the core everywhere', () => {
    const { from, below } = CORE_RANGE
    const range = `>=${from.join('.')}.0 <${below[0]}`
    expect(manifest.peerDependencies['@segment/actions-core']).toBe(range)
    expect(manifest.peerDependenciesMeta['@segment/actions-core']).toEqual({ optional: true })
  })

  it('gives its exports by name to ES modules and to CommonJS alike', () => {
    const names = '{ algoliaPersonalization, browseProfiles, read, SourceError }'
    const entry = path.join(root, 'dist/index.js')
    const namesFrom = (kind: string, load: string): unknown => {
      const script = `${load}; console.log(Object.entries(${names}).map(([name, value]) => name + ' ' + typeof value).join())`
      return String(execFileSync(process.execPath, [`--input-type=${kind}`, '--eval', script])).trim()
    }
    const loaded = namesFrom('commonjs', `const ${names} = require(${JSON.stringify(entry)})`)
    expect(loaded).toBe('algoliaPersonalization object,browseProfiles function,read function,SourceError function')
    expect(namesFrom('module', `import ${names} from ${JSON.stringify(pathToFileURL(entry).href)}`)).toBe(loaded)
  })

  it('has a command line behind each bin', () => {
    for (const file of Object.values(manifest.bin)) {
      expect(read(file).startsWith('#!/usr/bin/env node\n')).toBe(true)
    }
  })

  it('keeps addresses of registries out of its lock file', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved"|https?:\/\/[^"]*\.tgz/)
  })
})

describe.each(documents)('%s', (document) => {
  it('names only scripts that there are', () => {
    const scripts = [...read(document).matchAll(/npm run (?:--silent )?([a-z:-]+)/g)].map(([, script]) => script)
    expect(scripts.filter((script) => !(String(script) in manifest.scripts))).toEqual([])
  })

  it('links only to files that there are', () => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => String(link))
    const folder = path.dirname(path.join(root, document))
    expect(links.filter((link) => !existsSync(path.join(folder, link)))).toEqual([])
  })

  it('links only to headings that there are', () => {
    const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)]
    const folder = path.dirname(path.join(root, document))
    const dangling = links.filter(([, link, anchor]) => {
      const target = link ? path.join(folder, link) : path.join(root, document)
      return !anchorsOf(target).includes(String(anchor))
    })
    expect(dangling.map(([link]) => link)).toEqual([])
  })

  it('reaches into no folder of the package by its name', () => {
    expect(read(document)).not.toMatch(/segment-algolia-personalization\/(dist|src)\//)
  })
})

it('has a README that can be read in five minutes', () => {
  expect(
    read('README.md')
      .split(/\s+/)
      .filter((word) => /\w/.test(word)).length
  ).toBeLessThan(900)
})
