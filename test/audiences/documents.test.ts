import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AUDIENCES_SETTINGS, AUDIT_SETTINGS } from '../../src/cli/audiences-settings'
import { flagOf, variableOf } from '../../src/input/settings'
import { commandsOf, startServer, typed } from '../support/page-commands'

const root = join(__dirname, '../..')

test('the page, followed word by word, fills an audience, finds 37 profiles that drifted, and repairs them with 74 calls', async () => {
  const [server = '', ...steps] = await commandsOf('docs/audiences.md', 'Try it')
  const folder = await mkdtemp(join(tmpdir(), 'documents-'))
  // So many profiles as it names take their time.
  const algolia = await startServer(server.replace('--profiles 10000', '--profiles 300'))
  try {
    const blocks = steps.map((step) => step.replaceAll('http://127.0.0.1:4010', algolia.url))
    const rows = (await typed(blocks, folder)).split('\n').filter((line) => /^(summer|\d+ profiles|ended)/.test(line))
    expect(rows.map((row) => row.replace(/ +/g, ' '))).toEqual([
      // Wanted, present, to add, to remove.
      'summer 300 0 300 0 0 0 0',
      '300 profiles written, 0 right already, 0 changed since, 0 without a profile, 0 failed; 600 calls.',
      'ended with 0',
      'summer 300 263 37 0 0 0 0',
      'ended with 3',
      'summer 300 263 37 0 0 0 0',
      '37 profiles written, 0 right already, 0 changed since, 0 without a profile, 0 failed; 74 calls.',
      'summer 300 300 0 0 0 0 0',
      'ended with 0'
    ])
  } finally {
    algolia.child.kill()
    await rm(folder, { recursive: true })
  }
}, 120_000)

const variablesOf = ({ prefix, settings }: typeof AUDIENCES_SETTINGS): string[] =>
  Object.entries(settings).map(([name, setting]) => variableOf(prefix, name, setting))

test('the page names flags that there are', async () => {
  const page = await readFile(join(root, 'docs/audiences.md'), 'utf8')
  const flags = ['config', ...Object.keys(AUDIENCES_SETTINGS.settings)].map(flagOf)
  // Those of the local Algolia stand in its own command line.
  const named = page
    .split('\n')
    .filter((line) => !line.includes('local-algolia'))
    .join('\n')
    .match(/(?<![\w-])--[a-z][a-z-]+/g)
  expect((named ?? []).filter((flag) => !flags.includes(flag))).toEqual([])
})

test('the nightly job sets variables that an audit has', async () => {
  const job = await readFile(join(root, 'deploy/audit.yaml'), 'utf8')
  const named = job.match(/\b(ALGOLIA|AUDIENCES)_[A-Z_]+/g) ?? []
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((variable) => !variablesOf(AUDIT_SETTINGS).includes(variable))).toEqual([])
})
