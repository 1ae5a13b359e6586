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
