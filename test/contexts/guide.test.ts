import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type LocalAlgolia, recordOf } from '../../src/local/algolia'
import { Host, startAlgolia, stopAlgolia } from '../support/destination'

const root = path.join(__dirname, '../..')
const SHOPPER = 'segment-anonymous-1'
const KEYS = { 'search-key': ['search'], 'admin-key': ['editSettings'] }

/** The n-th block of code of the guide's section, as it stands there. */
async function codeIn(section: string, language: string): Promise<string> {
  const guide = await readFile(path.join(root, 'docs/rule-contexts.md'), 'utf8')
  const text = guide.split(/^## /m).find((part) => part.startsWith(section)) ?? ''
  const [, code] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text) ?? []
  if (code === undefined) throw new Error(`The guide has no ${language} under ${section}.`)
  return code
}

/** The search client of the guide looks for Algolia's hosts; here it is led to the stand-in. */
function withHosts(code: string, algolia: LocalAlgolia): string {
  const host = JSON.stringify({ url: new URL(algolia.urls.search).host, accept: 'readWrite', protocol: 'http' })
  return code.replace(/(algoliasearch\([^)]*)\)/, `$1, { hosts: [${host}] })`)
}

let algolia: LocalAlgolia
let backend: ChildProcess | undefined
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'guide-'))
  algolia = await startAlgolia({ keys: KEYS })
})

afterEach(async () => {
  if (backend && backend.exitCode === null && backend.signalCode === null) {
    backend.kill()
    await once(backend, 'exit')
  }
  await stopAlgolia(algolia)
  await rm(directory, { recursive: true, force: true })
})

/** Runs code as an ES module that finds the packages of this repository, this one included. */
function run(code: string, variables: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      ALGOLIA_PERSONALIZATION_URL: algolia.url,
      ALGOLIA_APP_ID: algolia.application.appId,
      ALGOLIA_API_KEY: algolia.application.apiKey,
      ALGOLIA_SEARCH_KEY: 'search-key',
      ALGOLIA_ADMIN_KEY: 'admin-key',
      ...variables
    }
  })
  child.stdin?.end(code)
  return child
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = ''
  child.stdout?.on('data', (chunk) => (output += String(chunk)))
  child.stderr?.on('data', (chunk) => (output += String(chunk)))
  const [exitCode] = (await once(child, 'close')) as [number]
  if (exitCode !== 0) throw new Error(output)
  return output
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The guide's backend, with answers that are asked for again at once, so that the test needn't wait five minutes. */
async function startBackend(): Promise<string> {
  const port = await freePort()
  const code = withHosts(await codeIn('2. ', 'js'), algolia).replace('freshSeconds: 300', 'freshSeconds: 0')
  expect(code).toContain('freshSeconds: 0')
  backend = run(code, { PORT: String(port) })
  let complaints = ''
  backend.stderr?.on('data', (chunk) => (complaints += String(chunk)))
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (backend.exitCode !== null || backend.signalCode !== null) break
    const isThere = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
    if (isThere) return `http://127.0.0.1:${port}`
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`The backend has not started. ${complaints}`)
}

interface SearchClient {
  search(requests: object[]): Promise<{ results: { hits: { objectID: string }[] }[] }>
}

/** The guide's search client, as in a page of that backend. */
async function openPage(origin: string): Promise<SearchClient> {
  const code = await codeIn('3. ', 'js')
  const fetchThere = (address: string, init: RequestInit) => fetch(origin + address, init)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function('fetch', `${code}; return searchClient`)(fetchThere) as SearchClient
}

/** The brands of the hits for a query, in their order. */
async function brandsFound(page: SearchClient): Promise<string[]> {
  const params = { query: 'tents', userToken: SHOPPER }
  const { results } = await page.search([{ indexName: 'products', params }])
  return results.flatMap(({ hits }) => hits.map(({ objectID }) => recordOf('products', objectID)?.brand ?? ''))
}

/** The first search after a change still has what was known before it. */
async function brandsFoundInTheEnd(page: SearchClient): Promise<string[]> {
  await brandsFound(page)
  await new Promise((resolve) => setTimeout(resolve, 300))
  return brandsFound(page)
}

const audienceEvent = (event: 'Audience Entered' | 'Audience Exited') => ({
  type: 'track' as const,
  event,
  anonymousId: SHOPPER,
  timestamp: new Date().toISOString(),
  properties: { audience_key: 'vip_customers', vip_customers: event === 'Audience Entered' },
  context: { personas: { computation_class: 'audience', computation_key: 'vip_customers', computation_id: 'aud_1' } }
})

test('the order of hits changes when the shopper enters the audience, and back when they leave it', async () => {
  await writeFile(path.join(directory, 'rules.json'), await codeIn('1. ', 'json'))
  const saving = withHosts(await codeIn('1. ', 'js'), algolia)
  await outputOf(run(saving.replace("'rules.json'", JSON.stringify(path.join(directory, 'rules.json')))))

  const page = await openPage(await startBackend())
  const host = new Host()
  const before = await brandsFoundInTheEnd(page)
  expect(before.slice(0, 3)).toEqual(['Vaude', 'Fjällräven', 'Salomon'])

  await host.deliver('syncAudience', audienceEvent('Audience Entered'))
  const inside = await brandsFoundInTheEnd(page)
  expect(inside.slice(0, 3)).toEqual(['Fjällräven', 'Fjällräven', 'Vaude'])
  expect([...inside].sort()).toEqual([...before].sort())
  const contexts = ['vip_customers']
  expect(algolia.search.searches.all.at(-1)).toMatchObject({ ruleContexts: contexts, analyticsTags: contexts })

  await host.deliver('syncAudience', audienceEvent('Audience Exited'))
  expect(await brandsFoundInTheEnd(page)).toEqual(before)
})

test('while profiles cannot be read, the shopper gets the search that everybody gets', async () => {
  algolia.application.planIncludesFeature = false
  const page = await openPage(await startBackend())
  expect((await brandsFoundInTheEnd(page))[0]).toBe('Vaude')
})

test('the pure function gives what the guide says', async () => {
  const code = await codeIn('Without the look-up', 'js')
  const said = /^\/\/ (.*)$/m.exec(code)?.[1]
  expect((await outputOf(run(code))).trim()).toBe(said)
})
