import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalSegment } from '../../src/local/segment'
import { startLocalAlgolia, type LocalAlgolia } from '../../src/local/algolia'
import { type Ended, start } from '../support/command'

const KEY = 'a-key-that-nobody-may-see'
const CHECKS = ['settings', 'reach', 'region', 'key', 'plan', 'config', 'calls', 'tokens', 'segments', 'write']

let algolia: LocalAlgolia
beforeEach(async () => (algolia = await startLocalAlgolia({ apiKey: KEY, profiles: 10, tokens: 'anonymous' })))
afterEach(() => algolia.close())

async function doctor(flags: readonly string[] = [], variables: Record<string, string> = {}): Promise<Ended> {
  const settings = {
    ALGOLIA_PERSONALIZATION_URL: algolia.url,
    ALGOLIA_APP_ID: 'LOCALALGOLIA',
    ALGOLIA_API_KEY: KEY,
    ALGOLIA_REGION: 'us'
  }
  const ended = await start(['doctor', ...flags], { ...settings, ...variables }).ended
  expect(ended.stdout + ended.stderr).not.toContain(KEY)
  return ended
}

test('a healthy application: ten lines in their order, and 0', async () => {
  const { code, stdout, stderr } = await doctor()
  expect([code, stderr]).toEqual([0, ''])
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ +/)[1])
  ).toEqual(CHECKS)
  expect(stdout).not.toMatch(/^(red|yellow)/m)
})

test('something red: 3, and what to do', async () => {
  algolia.application.planIncludesFeature = false
  const { code, stdout } = await doctor()
  expect(code).toBe(3)
  expect(stdout).toMatch(/^red +plan .*Ask Algolia to add it\.$/m)
})

test('--json: one object, with status, check, message and what to do for each of the ten', async () => {
  const { code, stdout } = await doctor(['--json'], { ALGOLIA_REGION: 'de' })
  expect(code).toBe(3)
  const { status, checks } = JSON.parse(stdout) as { status: string; checks: Record<string, string>[] }
  expect(status).toBe('red')
  expect(checks.map(({ check }) => check)).toEqual(CHECKS)
  for (const check of checks) expect(Object.keys(check)).toEqual(['check', 'status', 'message', 'todo'])
})

test('an unknown flag: 1', async () => {
  expect((await doctor(['--repair'])).code).toBe(1)
})

test('an unknown key in the configuration file: 1, and which', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  const config = join(folder, 'config.json')
  await writeFile(config, JSON.stringify({ region: 'us', wirteProbe: true }))
  const { code, stderr } = await doctor(['--config', config])
  expect([code, stderr]).toEqual([1, expect.stringContaining('unknown key wirteProbe')])
  await rm(folder, { recursive: true })
})

test("the address of another API, or of a server that isn't Algolia's: the address is blamed, and not the key", async () => {
  const segment = await startLocalSegment()
  for (const url of [algolia.urls.analytics, algolia.urls.search, segment.url]) {
    const { code, stdout } = await doctor([], { ALGOLIA_PERSONALIZATION_URL: url })
    expect(code).toBe(3)
    expect(stdout.match(/^red.*$/gm)).toEqual([
      expect.stringMatching(/reach .*\(404: Not Found\).*Set ALGOLIA_PERSONALIZATION_URL to the address of/)
    ])
  }
  await segment.close()
})
