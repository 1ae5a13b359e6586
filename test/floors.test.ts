import { join } from 'node:path'
import { ESLint, type Linter } from 'eslint'

const root = join(__dirname, '..')

/** The rules on who may import whom, as the linter has them; the code that is linted is plain JavaScript. */
function linter(): ESLint {
  const configs = jest.requireActual<Linter.Config[]>('../eslint.config.js')
  const floors = configs.find(({ rules, files }) => rules?.['import-x/no-cycle'] && files?.[0] === 'src/**/*.ts')
  return new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: [floors!] })
}

async function breaches(file: string, imported: string): Promise<string[]> {
  const [result] = await linter().lintText(`import { x } from '${imported}'\nx()\n`, { filePath: join(root, file) })
  return result!.messages.map(({ ruleId, message }) => ruleId ?? message)
}

describe('the linter', () => {
  it.each([
    ['src/destinations/algolia-personalization/index.ts', '../../sources/algolia-profiles'],
    ['src/destinations/algolia-personalization/api/request.ts', '../../../errors'],
    ['src/algolia/api/client.ts', '../../airbyte/protocol'],
    ['src/segment/client.ts', '../algolia/api/client'],
    ['src/airbyte/output.ts', '../sources/algolia-profiles/streams'],
    ['src/sources/algolia-profiles/source.ts', '../../sync/sync'],
    ['src/sync/run.ts', '../cli/session'],
    ['src/sync/run.ts', '../local/segment'],
    ['src/cli/sync.ts', '../local/segment'],
    ['src/report/words.ts', '../input/origin'],
    ['src/errors.ts', './input/origin'],
    ['src/local/segment/server.ts', '../../errors']
  ])('lets %s not import %s', async (file, imported) => {
    expect(await breaches(file, imported)).toContain('import-x/no-restricted-paths')
  })

  it.each([
    ['src/cli/sync.ts', '../sync/sync'],
    ['src/cli/local-segment.ts', '../local/segment'],
    ['src/demo/cli.ts', '../local/algolia'],
    ['src/sync/run.ts', '../segment/client'],
    ['src/segment/client.ts', '../errors'],
    ['src/destinations/algolia-personalization/index.ts', './presets']
  ])('lets %s import %s', async (file, imported) => {
    expect(await breaches(file, imported)).toEqual([])
  })

  it('finds two files that import each other', async () => {
    // `server.ts` imports it.
    expect(await breaches('src/local/segment/intake.ts', './server')).toEqual(['import-x/no-cycle'])
  })
})
