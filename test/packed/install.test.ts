import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { LocalAlgolia } from '../../src/local/algolia'
import { settings, startAlgolia, stopAlgolia } from '../support/destination'
import { blocksOf, CORES, makeProject, manage, projectAt, tarball, workFolder } from './support/projects'
import type { Project } from './support/projects'

const CORE = `@segment/actions-core@${CORES.newest}`
const [manifest] = blocksOf('docs/install.md', 'json') as [string]
const [workspace] = blocksOf('docs/install.md', 'yaml') as [string]
const [load] = blocksOf('docs/install.md', 'js') as [string]

let algolia: LocalAlgolia

beforeAll(async () => {
  algolia = await startAlgolia()
})
afterAll(() => stopAlgolia(algolia))

/** What a host does with the `destination` that the document's code has made: delivers a batch of two, of which one is refused. */
const deliver = `
const { defaultValues } = require('@segment/actions-core')
const mapping = defaultValues(algoliaPersonalization.actions.syncAudience.fields)
const subscribe = algoliaPersonalization.actions.syncAudience.defaultSubscription
const personas = { computation_class: 'audience', computation_key: 'vip', computation_id: 'aud_1' }
const event = (anonymousId) => ({ type: 'track', event: 'Audience Entered', anonymousId, properties: { vip: true }, context: { personas } })
const subscription = { partnerAction: 'syncAudience', subscribe, mapping }
destination
  .onBatch([event('shopper-1'), event('not a token')], { ...${JSON.stringify(settings)}, subscription })
  .then(([{ multistatus }]) => console.log(multistatus.map(({ status }) => status).join()))
`

async function expectToWork({ node }: Project): Promise<void> {
  algolia.profiles.delete('shopper-1')
  const { out, error } = await node(load + deliver, { ALGOLIA_PERSONALIZATION_URL: algolia.url })
  expect({ out, error }).toEqual({ out: '200,400\n', error: '' })
  expect(algolia.profiles.get('shopper-1')?.segments).toEqual([{ id: 'vip', source: 'segment' }])
}

describe("the document's steps and code work", () => {
  test('with npm', () => expectToWork(projectAt('newest-core')))

  test('with npm and the oldest core of the range', () => expectToWork(projectAt('oldest-core')))

  test('with pnpm', async () => {
    const project = makeProject(path.join(workFolder(), 'pnpm'), {
      'package.json': '{}',
      'pnpm-workspace.yaml': workspace
    })
    manage(project.folder, 'npx', ['--yes', 'pnpm@10.34.9', 'add', '--silent', tarball(), CORE])
    await expectToWork(project)
  })

  test('with yarn', async () => {
    const project = makeProject(path.join(workFolder(), 'yarn'), { 'package.json': manifest })
    manage(project.folder, 'npx', ['--yes', 'yarn@1.22.22', 'add', '--silent', tarball(), CORE])
    await expectToWork(project)
  })

  test('from an ES module', async () => {
    const { node } = projectAt('newest-core')
    const script = `import('segment-algolia-personalization/destination').then(({ default: { slug } }) => console.log(slug))`
    expect(await node(script)).toMatchObject({ out: 'actions-algolia-personalization\n' })
  })
})

describe('where the pin of fast-uri is missing', () => {
  let project: Project
  beforeAll(() => {
    project = makeProject(path.join(workFolder(), 'no-pin'), { 'package.json': '{}' })
    manage(project.folder, 'npm', ['install', '--silent', '--no-audit', '--no-fund', tarball(), CORE])
  })

  test('the command says so, and what to do', async () => {
    const { code, out, error } = await project.run('npx', ['segment-algolia-personalization', 'host'])
    expect(code).toBe(1)
    expect(out).toMatch(/fast-uri (3\.1\.[6-9]|3\.1\.\d\d|3\.[2-9])/)
    expect(error).toContain('"overrides": { "fast-uri": "3.1.5" }')
  })

  test('the destination refuses to load, rather than fail at every event', async () => {
    for (const entry of ['', '/destination']) {
      const { code, error } = await project.node(`require('segment-algolia-personalization${entry}')`)
      expect(code).not.toBe(0)
      expect(error).toContain('URI scheme is malformed')
      expect(error).toContain('"overrides": { "fast-uri": "3.1.5" }')
    }
  })
})

test('where it is pinned, the command says that the destination can run, and on what', async () => {
  for (const [name, core] of [
    ['newest-core', CORES.newest],
    ['oldest-core', CORES.oldest]
  ] as const) {
    const { code, out } = await projectAt(name).run('npx', ['segment-algolia-personalization', 'host'])
    expect({ code, lines: out.trim().split('\n') }).toEqual({
      code: 0,
      lines: [
        `@segment/actions-core ${core}`,
        expect.stringContaining('liquidjs 10.'),
        'fast-uri 3.1.5',
        'The destination can run here.'
      ]
    })
  }
})

test('a core that is too old is refused', async () => {
  const project = makeProject(path.join(workFolder(), 'old-core'), { 'package.json': manifest })
  const options = ['--silent', '--no-audit', '--no-fund', '--legacy-peer-deps']
  manage(project.folder, 'npm', ['install', ...options, tarball(), '@segment/actions-core@3.153.0'])
  const { code, error } = await project.node(`require('segment-algolia-personalization/destination')`)
  expect(code).not.toBe(0)
  expect(error).toContain("@segment/actions-core 3.153.0 doesn't suit")
})

test('the range of the manifest is the one that is checked and tried', () => {
  const { peerDependencies } = JSON.parse(
    readFileSync(
      path.join(projectAt('no-core').folder, 'node_modules/segment-algolia-personalization/package.json'),
      'utf8'
    )
  ) as { peerDependencies: Record<string, string> }
  expect(peerDependencies['@segment/actions-core']).toBe(`>=${CORES.oldest} <4`)
})

test('no machine code is installed for those who take the destination or the source', () => {
  for (const name of ['newest-core', 'no-core']) {
    const files = readdirSync(path.join(projectAt(name).folder, 'node_modules'), { recursive: true }) as string[]
    expect(files.filter((file) => /\.(node|wasm)$|binding\.gyp$/.test(file))).toEqual([])
  }
})
