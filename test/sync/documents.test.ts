import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SYNC_SETTINGS } from '../../src/cli/sync-settings'
import { variableOf } from '../../src/input/settings'
import { SYNC_METRICS } from '../../src/sync/metrics'
import { noProfiles } from '../../src/sync/progress'
import { commandsOf, startServer, typed } from '../support/page-commands'
import { startCli } from '../support/segment'
import manifest from '../../package.json'

const read = (path: string): Promise<string> => readFile(join(__dirname, '../..', path), 'utf8')

const documents = ['docs/profiles-into-segment.md', 'deploy/compose.yaml', 'deploy/cronjob.yaml']

/** The variables that stand for servers, beside those of the settings. */
const SERVERS = ['ALGOLIA_PERSONALIZATION_URL', 'SEGMENT_TRACKING_URL']

const variables = Object.entries(SYNC_SETTINGS.settings).flatMap(([name, setting]) => {
  const variable = variableOf(SYNC_SETTINGS.prefix, name, setting)
  return setting.secret ? [variable, `${variable}_FILE`] : [variable]
})

function variablesIn(text: string): string[] {
  return text.match(/\b(ALGOLIA|SEGMENT|SYNC)_[A-Z_]+/g) ?? []
}

it.each(documents)('%s names flags and variables that there are', async (path) => {
  const help = startCli(['sync', '--help'], {}, __dirname)
  await help.ended
  const text = await read(path)
  // In tables, and in command lines of the sync.
  const lines = text.split('\n').filter((line) => /^\||main\.js sync|personalization sync/.test(line))
  const flags = lines.flatMap((line) => line.match(/`?(?<![\w-])--[a-z][a-z-]*/g) ?? [])
  for (const flag of flags) expect(help.stdout).toMatch(new RegExp(`^ +${flag.replace('`', '')}\\b`, 'm'))
  const known = [...variables, ...SERVERS]
  expect(variablesIn(text).filter((variable) => !known.includes(variable))).toEqual([])
})

it('every variable that the deployment needs stands in the documentation, and in the secret of the CronJob', async () => {
  const compose = await read('deploy/compose.yaml')
  const needed = variablesIn(compose).filter((variable) => compose.includes(`\${${variable}:?}`))
  expect(new Set(needed)).toContain('SEGMENT_WRITE_KEY')
  for (const path of ['docs/profiles-into-segment.md', 'deploy/cronjob.yaml']) {
    const text = await read(path)
    expect(needed.filter((variable) => !text.includes(variable))).toEqual([])
  }
})

it.each(['deploy/compose.yaml', 'deploy/cronjob.yaml'])('%s sets the sync up by variables alone', async (path) => {
  expect(await read(path)).not.toMatch(/^ *(command|args):/m)
})

it('the documentation names every metric and every field of a summary', async () => {
  const text = await read('docs/profiles-into-segment.md')
  for (const [name, help] of SYNC_METRICS.counters)
    expect(text).toMatch(new RegExp(`\\| \`${name}_total\` +\\| ${help}`))
  for (const [name] of SYNC_METRICS.gauges) expect(text).toContain(`| \`${name}\``)
  for (const name of Object.keys(noProfiles())) expect(text).toContain(`\`${name}\``)
})

it('every variable that stands in for a server, and the path to import, stand in the documentation as they are', async () => {
  const text = await read('docs/profiles-into-segment.md')
  for (const variable of SERVERS) expect(text).toContain(`| \`${variable}\``)
  const [, path] = /from 'segment-algolia-personalization\/(\S+)'/.exec(text) ?? []
  const entry = (manifest.exports as Record<string, { default: string } | string>)[`./${path}`] as { default: string }
  const library = (await import(join(__dirname, '../..', entry.default))) as Record<string, unknown>
  expect(typeof library.syncProfiles).toBe('function')
})

it('the documentation, followed word by word, shows a call, sends every profile once, and has nothing to send the second time', async () => {
  const [algoliaCommand = '', segmentCommand = '', ...steps] = await commandsOf(documents[0]!, 'Try it')
  const folder = await mkdtemp(join(tmpdir(), 'documents-'))
  const algolia = await startServer(algoliaCommand.replace('--profiles 10000', '--profiles 1500'))
  const segment = await startServer(segmentCommand)
  try {
    const blocks = steps.map((step) =>
      step.replaceAll('http://127.0.0.1:4010', algolia.url).replaceAll('http://127.0.0.1:4020', segment.url)
    )
    const [call = '', , statistics = '', ...rest] = (await typed(blocks, folder)).split('\n')
    expect(JSON.parse(call)).toMatchObject({ type: 'identify', messageId: expect.stringMatching(/^algolia-/) })
    expect(JSON.parse(statistics.replace(/ended with 0$/, ''))).toMatchObject({
      accepted: 1500,
      repeated: 0,
      rejected: 0
    })
    expect(rest.join('')).toBe('')
  } finally {
    algolia.child.kill()
    segment.child.kill()
    await rm(folder, { recursive: true })
  }
}, 60_000)
