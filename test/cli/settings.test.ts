import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { COMMANDS } from '../../src/cli/commands'
import { flagOf, gatherSettings, type SettingsTable, variableOf } from '../../src/input/settings'
import { list, number, yesOrNo } from '../../src/input/values'

const { withSettings } = jest.requireActual<{
  withSettings: (document: string, tables: Record<string, SettingsTable | undefined>, names: object) => string
}>('../../scripts/settings-tables.js')

const TABLE: SettingsTable = {
  prefix: 'TEST',
  settings: {
    apiKey: { description: 'a key', secret: true, variable: 'THE_KEY', required: true },
    pageSize: { description: 'a size', argument: '<count>', read: number },
    names: { description: 'names', argument: '<names>', read: list },
    loud: { description: 'a switch', read: yesOrNo }
  }
}

const schema = z.strictObject({
  apiKey: z.string(),
  pageSize: z.int().default(10),
  names: z.array(z.string()).optional(),
  loud: z.boolean().default(false)
})

let directory = ''
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'settings-'))))
afterEach(() => rm(directory, { recursive: true }))

async function file(name: string, content: string, mode = 0o600): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  await chmod(path, mode)
  return path
}

const warnings: string[] = []
beforeEach(() => void (warnings.length = 0))

function gather(variables: Record<string, string>, flags: Record<string, unknown> = {}, path?: string) {
  return gatherSettings(TABLE, schema, { file: path, variables, flags, warn: (line) => warnings.push(line) })
}

describe('the settings of a command', () => {
  it('come from flags before variables, from those before the file, and by their defaults', async () => {
    const path = await file('config.json', JSON.stringify({ apiKey: 'f', pageSize: 1, names: ['f'], loud: true }))
    expect(await gather({ TEST_PAGE_SIZE: '2', TEST_LOUD: 'no' }, { pageSize: '3' }, path)).toEqual({
      apiKey: 'f',
      pageSize: 3,
      names: ['f'],
      loud: false
    })
    expect(await gather({ THE_KEY: 'v', TEST_NAMES: 'a, b,' })).toEqual({
      apiKey: 'v',
      pageSize: 10,
      names: ['a', 'b'],
      loud: false
    })
  })

  it('take an empty variable, and null in the file, for none', async () => {
    const path = await file('config.json', JSON.stringify({ apiKey: 'f', pageSize: null }))
    expect(await gather({ TEST_PAGE_SIZE: '', THE_KEY: '' }, {}, path)).toMatchObject({ apiKey: 'f', pageSize: 10 })
  })

  it.each<[string, Record<string, string>, Record<string, unknown>, string]>([
    ['that are missing', {}, {}, 'The configuration lacks apiKey (THE_KEY).'],
    ['that no number is read from', { THE_KEY: 'k' }, { pageSize: 'many' }, '--page-size must be a number.'],
    ['that are neither yes nor no', { THE_KEY: 'k', TEST_LOUD: 'maybe' }, {}, 'TEST_LOUD must be true or false.'],
    ['that name nothing', { THE_KEY: 'k' }, { names: ' ,,' }, '--names must name at least one, with commas between.'],
    ['that the schema refuses', { THE_KEY: 'k', TEST_PAGE_SIZE: '1.5' }, {}, 'pageSize: must be a whole number.']
  ])('%s are told as a wrong configuration', async (_, variables, flags, message) => {
    await expect(gather(variables, flags)).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(message)
    })
  })

  it('that nobody knows are refused in a file', async () => {
    const path = await file('config.json', JSON.stringify({ apiKey: 'k', pageSise: 1 }))
    await expect(gather({}, {}, path)).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('pageSise')
    })
  })
})

describe('a secret', () => {
  it('may stand in a file of its own, with a line break at its end', async () => {
    const path = await file('key', 'from-a-file\n')
    expect(await gather({ THE_KEY_FILE: path })).toMatchObject({ apiKey: 'from-a-file' })
    expect(await gather({ THE_KEY_FILE: path, THE_KEY: 'v' })).toMatchObject({ apiKey: 'v' })
    expect(warnings).toEqual([])
  })

  it.each(['key', 'config.json'])('in the file %s that others can read is taken, with a warning', async (name) => {
    const path = await file(name, name === 'key' ? 'open-secret' : '{"apiKey":"open-secret"}', 0o644)
    const settings = name === 'key' ? await gather({ THE_KEY_FILE: path }) : await gather({}, {}, path)
    expect(settings.apiKey).toBe('open-secret')
    expect(warnings).toEqual([expect.stringContaining(path)])
    expect(warnings.join()).not.toContain('open-secret')
  })

  it('that is not in its file is told, with the variable', async () => {
    const message = expect.stringMatching(/THE_KEY_FILE names can't be read \(ENOENT\)/)
    await expect(gather({ THE_KEY_FILE: join(directory, 'none') })).rejects.toMatchObject({ kind: 'config', message })
    const empty = await file('empty', '\n')
    await expect(gather({ THE_KEY_FILE: empty })).rejects.toMatchObject({
      message: expect.stringContaining('is empty')
    })
  })
})

describe('the tables of settings', () => {
  it('give every setting but the secrets a flag in the help of its command', async () => {
    for (const { load } of COMMANDS) {
      const { settings } = await load()
      for (const [name, setting] of Object.entries(settings?.settings ?? {})) {
        expect(setting.description).not.toMatch(/\.$/)
        if (setting.secret) expect(setting.argument).toBeUndefined()
        expect(flagOf(name)).toMatch(/^--[a-z]+(-[a-z]+)*$/)
      }
    }
  })

  it('stand in the documents as they are: if not, run npm run settings', async () => {
    const tables = Object.fromEntries(
      await Promise.all(COMMANDS.map(async ({ name, load }) => [name, (await load()).settings] as const))
    )
    const folder = join(__dirname, '../../docs')
    for (const name of (await readdir(folder)).filter((name) => name.endsWith('.md'))) {
      const text = await readFile(join(folder, name), 'utf8')
      expect(cellsOf(text)).toEqual(cellsOf(withSettings(text, tables, { flagOf, variableOf })))
    }
  })
})

/** The rows of a document's tables, however wide its columns are. */
function cellsOf(text: string): string[] {
  const rows = text.split('\n').filter((line) => line.startsWith('|'))
  return rows.map((row) => row.replace(/-+/g, '-').replace(/\s+/g, ' '))
}
