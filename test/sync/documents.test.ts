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
    .filter((line) => /^\||sync\/cli\.js sync|algolia-profiles sync|(command|args):/.test(line))
  return lines.flatMap((line) => line.match(/--[a-z][a-z-]*/g) ?? [])
}

it.each(documents)('%s names flags and variables that there are', async (path) => {
  const help = startCli(['sync', '--help'], {}, __dirname)
  await help.ended
  const text = await read(path)
  const flags = flagsIn(text)
  expect(flags.length).toBeGreaterThan(1)
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
