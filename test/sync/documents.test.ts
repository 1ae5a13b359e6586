import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncConfigSchema } from '../../src/sync/config'
import { startCli } from '../support/segment'

const read = (path: string): Promise<string> => readFile(join(__dirname, '../..', path), 'utf8')

const documents = ['docs/profiles-into-segment.md', 'deploy/compose.yaml', 'deploy/cronjob.yaml']

/** What is told to be passed to the command: in tables, in its command lines, and in lists of arguments. */
function flagsIn(text: string): string[] {
  const lines = text
    .split('\n')
    .filter((line) => /^\||main\.js sync|segment-algolia-personalization sync|(command|args):/.test(line))
  return lines.flatMap((line) => line.match(/--[a-z][a-z-]*/g) ?? [])
}

it.each(documents)('%s names flags and variables that there are', async (path) => {
  const help = startCli(['sync', '--help'], {}, __dirname)
  await help.ended
  const text = await read(path)
  const flags = flagsIn(text)
  expect(flags).not.toEqual([])
  for (const flag of flags) expect(help.stdout).toMatch(new RegExp(`^ +${flag}\\b`, 'm'))
  const sources = (await Promise.all(['settings', 'sync'].map((name) => read(`src/sync/${name}.ts`)))).join('')
  const known = ['ALGOLIA_PERSONALIZATION_URL', ...(sources.match(/\b(ALGOLIA|SEGMENT)_[A-Z_]+/g) ?? [])]
  const named = text.match(/\b(ALGOLIA|SEGMENT)_[A-Z_]+/g) ?? []
  expect(named.filter((variable) => !known.includes(variable))).toEqual([])
})

it('the documentation names every setting and every flag', async () => {
  const text = await read('docs/profiles-into-segment.md')
  for (const setting of Object.keys(syncConfigSchema.shape)) expect(text).toContain(`\`${setting}\``)
  const help = startCli(['sync', '--help'], {}, __dirname)
  await help.ended
  const flags = help.stdout.match(/^ +--[a-z-]+/gm) ?? []
  for (const flag of flags) expect(flagsIn(text)).toContain(flag.trim())
})

it('every variable that the deployment takes stands in the documentation, and in the secret of the CronJob', async () => {
  const variables = (await read('deploy/compose.yaml')).match(/\b(ALGOLIA|SEGMENT)_[A-Z_]+(?=: )/g) ?? []
  expect(variables).toHaveLength(5)
  for (const path of ['docs/profiles-into-segment.md', 'deploy/cronjob.yaml']) {
    const text = await read(path)
    expect(variables.filter((variable) => !text.includes(variable))).toEqual([])
  }
})

it('every variable that stands in for a server, and the path to import, stand in the documentation as they are', async () => {
  const text = await read('docs/profiles-into-segment.md')
  for (const variable of ['ALGOLIA_PERSONALIZATION_URL', 'SEGMENT_TRACKING_URL']) {
    expect(text).toContain(`| \`${variable}\``)
  }
  const [, path] = /from 'segment-algolia-personalization\/(\S+)'/.exec(text) ?? []
  const library = (await import(join(__dirname, '../..', String(path)))) as Record<string, unknown>
  expect(typeof library.syncProfiles).toBe('function')
})
