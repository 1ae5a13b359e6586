import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startLocalAlgolia, type LocalAlgolia } from '../../../src/local/algolia'
import { call } from '../../support/local-algolia'
import { ROOT } from '../dockerfile'
import { SOURCES } from '../sources'
import { installPacked } from './packed'
import { judge, type PyAirbyte, startPyAirbyte } from './pyairbyte'
import { pythonWith } from './python'

/** What a read came to: records handed over, and rows of each stream's table afterwards. */
interface ReadResult {
  readonly processed: number
  readonly tables: Readonly<Record<string, number>>
}

const PROFILES = 300
const WRONG_KEY = 'wrong-key-5b1f2c9e7d'
const HOUR = 3_600_000

let folder: string
let bins: string
let python: string
let oldPython: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyairbyte-'))
  python = pythonWith('requirements.txt')
  oldPython = pythonWith('requirements-old.txt')
  bins = installPacked(folder)
}, 900_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(SOURCES)(
  'PyAirbyte with the packed and installed source-$name',
  ({ name, origin, config, streams, api }) => {
    let algolia: LocalAlgolia
    let host: PyAirbyte
    let files: string
    beforeAll(async () => {
      // What is an hour old lies before the ten minutes that a run reads again.
      algolia = await startLocalAlgolia({
        ...{ profiles: PROFILES, rateLimit: false, analyticsRateLimit: false },
        now: Date.now() - HOUR
      })
      files = join(folder, name)
      mkdirSync(files)
      const source = `source-${name}`
      host = startPyAirbyte(python, [source, join(bins, source), files], { [origin]: algolia.urls[api] })
      await host.ask('configure', { config })
    })
    afterAll(async () => {
      await host.close()
      await algolia.close()
    })

    test('checks the connection', async () => {
      await host.ask('check')
    })

    test('finds the streams, and the properties of each', async () => {
      const found = await host.ask<{ streams: string[]; schemas: Record<string, { properties: object }> }>('describe')
      expect(found.streams).toEqual(streams)
      for (const stream of streams) {
        expect(Object.keys(found.schemas[stream]?.properties ?? {}).length).toBeGreaterThan(1)
      }
    })

    test('reads all streams into DuckDB, and a full refresh reads the same again', async () => {
      const first = await host.ask<ReadResult>('read', { cache: 'full', full: true })
      for (const stream of streams) expect(first.tables[stream]).toBeGreaterThan(0)
      expect(await host.ask<ReadResult>('read', { cache: 'full', full: true })).toEqual(first)
    })

    test('reads a selected stream alone', async () => {
      const stream = String(streams.at(-1))
      const { tables } = await host.ask<ReadResult>('read', { cache: 'selected', streams: [stream] })
      expect(Object.keys(tables)).toEqual([stream])
      expect(tables[stream]).toBeGreaterThan(0)
    })

    test('is told of a wrong key, without the key', async () => {
      await host.ask('configure', { config: { ...config, apiKey: WRONG_KEY } })
      const told = await host.ask('check').catch((thrown: unknown) => String(thrown))
      expect(told).toMatch(/AirbyteConnectorCheckFailedError.*credentials/s)
      const read = await host.ask('read', { cache: 'wrong' }).catch((thrown: unknown) => String(thrown))
      expect(read).toMatch(/AirbyteConnectorFailedError/)
      expect(`${String(told)}${String(read)}${host.said()}`).not.toContain(WRONG_KEY)
      await host.ask('configure', { config })
    })

    test('runs the ten lines of its document', async () => {
      const page = readFileSync(join(ROOT, `docs/${name}.md`), 'utf8')
      const [, program = ''] = /```python\n(.*?)```/s.exec(page) ?? []
      expect(
        program
          .trim()
          .split('\n')
          .filter((line) => !line.startsWith('#')).length
      ).toBeLessThanOrEqual(10)
      const { appId, apiKey, region } = config
      const run = promisify(execFile)(python, ['-W', 'ignore', '-c', program], {
        cwd: folder,
        env: {
          ...process.env,
          AIRBYTE_OFFLINE_MODE: '1',
          [origin]: algolia.urls[api],
          ALGOLIA_APP_ID: appId,
          ALGOLIA_API_KEY: apiKey,
          ALGOLIA_REGION: region
        }
      })
      for (const stream of streams) expect((await run).stdout).toMatch(new RegExp(`'${stream}': [1-9]`))
    })

    if (name === 'algolia-profiles') {
      test('reads incrementally: the second read finds what has changed meanwhile, and nothing else', async () => {
        const read = () => host.ask<ReadResult>('read', { streams: ['profiles'], cache: 'incremental' })
        expect(await read()).toEqual({ processed: PROFILES, tables: { profiles: PROFILES } })
        expect(await read()).toEqual({ processed: 0, tables: { profiles: PROFILES } })
        const listed = await call(algolia, '/2/users?limit=5')
        const changed = (listed.body.users as { userID: string }[]).map(({ userID }) => userID)
        for (const userID of changed) {
          const body = JSON.stringify({ segments: [{ id: 'host-tried', source: 'segment' }] })
          await call(algolia, `/2/users/${encodeURIComponent(userID)}/segments`, { method: 'PUT', body })
        }
        expect(await read()).toEqual({ processed: changed.length, tables: { profiles: PROFILES } })
        const sql = "SELECT algolia_user_id FROM profiles WHERE algolia_segment_ids::VARCHAR LIKE '%host-tried%'"
        const rows = await host.ask<{ algolia_user_id: string }[]>('query', { cache: 'incremental', sql })
        expect(rows.map((row) => row.algolia_user_id).sort()).toEqual([...changed].sort())
      })
    }

    test("has every message of all these runs taken by Airbyte's models, old and new, and every record by its schema", () => {
      const lines = readFileSync(join(files, 'lines.jsonl'), 'utf8')
      const types = ['CATALOG', 'CONNECTION_STATUS', 'LOG', 'RECORD', 'SPEC', 'STATE', 'TRACE']
      for (const [interpreter, models] of [
        [python, 'pydantic2'],
        [python, 'dataclasses'],
        [oldPython, 'pydantic1']
      ] as const) {
        const { counts, faults, records_checked: checked } = judge(interpreter, models, lines)
        expect({ models, faults: faults.slice(0, 5) }).toEqual({ models, faults: [] })
        expect(Object.keys(counts).sort()).toEqual(types)
        expect(checked).toBe(interpreter === python)
      }
    })
  }
)
