import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { projectAt, tarball } from './support/projects'

const MEBIBYTE = 2 ** 20
const folder = path.join(projectAt('no-core').folder, 'node_modules/segment-algolia-personalization')
const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) =>
  statSync(path.join(folder, file)).isFile()
)
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8')
const documents = files.filter((file) => /^(README|docs\/[^/]+)\.md$/.test(file))

const manifest = JSON.parse(read('package.json')) as {
  main: string
  types: string
  bin: Record<string, string>
  exports: Record<string, Record<string, string> | string>
}

test('every file that the manifest names is there', () => {
  const { main, types, bin, exports: entries } = manifest
  const named = [
    main,
    types,
    ...Object.values(bin),
    ...Object.values(entries).flatMap((entry) => Object.values(typeof entry === 'string' ? { entry } : entry))
  ]
  expect(named.filter((file) => !files.includes(path.normalize(file)))).toEqual([])
})

test('there are the entry points that the documents name, and none into dist', () => {
  const names = Object.keys(manifest.exports)
  expect(names).toEqual(expect.arrayContaining(['.', './destination', './source', './sync', './package.json']))
  expect(names.filter((name) => name.includes('*') || name.includes('dist'))).toEqual([])
})

test.each(documents)('%s names only files that are in the package', (document) => {
  // Pictures are for readers in a clone or on a website: they weigh more than all the rest.
  const links = [...read(document).matchAll(/(?<!!\[[^\]]*)\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link]) =>
    String(link)
  )
  const targets = links.map((link) => path.join(folder, path.dirname(document), link))
  expect(targets.filter((target) => !existsSync(target))).toEqual([])
  expect(read(document)).not.toMatch(/segment-algolia-personalization\/dist/)
})

test("README links work from a registry's page: each is whole, and leads to a file of the package", () => {
  const pages = 'https://unpkg.com/segment-algolia-personalization/'
  const links = [...read('README.md').matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => String(link))
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((link) => !link.startsWith(pages) || !files.includes(link.slice(pages.length)))).toEqual([])
})

test('no source map names a source that is not there', () => {
  const dangling = files
    .filter((file) => /\.m?js$/.test(file))
    .filter((file) => {
      const map = /\/\/# sourceMappingURL=(\S+)/.exec(read(file))?.[1]
      if (map === undefined) return false
      const target = path.join(path.dirname(file), map)
      if (!files.includes(target)) return true
      const { sources, sourcesContent } = JSON.parse(read(target)) as { sources: string[]; sourcesContent?: string[] }
      return (
        sourcesContent === undefined &&
        sources.some((source) => !existsSync(path.join(folder, path.dirname(target), source)))
      )
    })
  expect(dangling).toEqual([])
})

test('nothing is packed that is for a clone alone', () => {
  expect(
    files.filter((file) => /^(src\/(?!destinations\/)|test\/|bench\/|scripts\/)|dist\/demo\/|tsbuildinfo$/.test(file))
  ).toEqual([])
})

// The figures of docs/install.md. Whoever raises a limit changes them there, too.
describe('an install weighs no more than it did', () => {
  const sizeOf = (where: string): number =>
    (readdirSync(where, { recursive: true }) as string[])
      .map((file) => statSync(path.join(where, file)))
      .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)

  test('the package: 0.6 MiB packed, of which the workbench is 0.08, and 2.2 MiB unpacked', () => {
    expect(statSync(tarball()).size).toBeLessThan(0.6 * MEBIBYTE)
    expect(sizeOf(folder)).toBeLessThan(2.2 * MEBIBYTE)
  })

  test.each([
    ['without the core', 'no-core', 17, 20],
    ['with it', 'newest-core', 24, 45]
  ])('all that is installed %s', (_, name, megabytes, packages) => {
    const modules = path.join(projectAt(name).folder, 'node_modules')
    const installed = JSON.parse(readFileSync(path.join(modules, '.package-lock.json'), 'utf8')) as { packages: object }
    expect(sizeOf(modules)).toBeLessThan(megabytes * MEBIBYTE)
    expect(Object.keys(installed.packages).length).toBeLessThanOrEqual(packages)
  })
})
