import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startLocalAlgolia, type LocalAlgolia, type LocalAlgoliaOptions, type Profile } from '../../src/local/algolia'
import { cli, start, type Ended } from '../support/command'

const KEY = 'a-key-that-nobody-may-see'
const OLD = '2026-01-01T00:00:00.123456Z'

let folder: string
let algolia: LocalAlgolia
let run: (...args: string[]) => Promise<Ended>
let variables: Record<string, string>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audiences-'))
})

afterEach(async () => {
  await algolia.close()
  await rm(folder, { recursive: true })
})

async function begin(profiles: readonly Profile[], options: LocalAlgoliaOptions = {}): Promise<void> {
  algolia = await startLocalAlgolia({ profiles, rateLimit: false, apiKey: KEY, ...options })
  variables = {
    ALGOLIA_APP_ID: 'LOCALALGOLIA',
    ALGOLIA_API_KEY: KEY,
    ALGOLIA_REGION: 'us',
    ALGOLIA_PERSONALIZATION_URL: algolia.url
  }
  run = async (...args) => {
    const ended = await start(['audiences', ...args], variables).ended
    expect(ended.stdout + ended.stderr).not.toContain(KEY)
    return ended
  }
}

const tokenOf = (index: number): string => `shopper-${String(index).padStart(6, '0')}`

/** A foreign entry stands in each profile. */
function profile(index: number, ...managed: string[]): Profile {
  const segments = [
    { id: 'cold', source: 'crm', rank: index },
    ...managed.map((id) => ({ id, source: 'segment' })),
    { id: 'vip', source: 'elsewhere' }
  ]
  return { userID: tokenOf(index), type: 'basic', affinities: [], segments, lastUpdatedAt: OLD }
}

const profiles = (count: number, ...managed: string[]): Profile[] =>
  Array.from({ length: count }, (_, index) => profile(index, ...managed))

async function file(text: string | Buffer, name = 'list.csv'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const csv = (indexes: number[], audience = 'vip'): string =>
  ['user_token,audience', ...indexes.map((index) => `${tokenOf(index)},${audience}`)].join('\n')

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

function members(audience = 'vip'): string[] {
  return [...algolia.profiles]
    .filter(({ segments }) => segments?.some(({ id, source }) => id === audience && source === 'segment'))
    .map(({ userID }) => userID)
    .sort()
}

const callsSince = (before: number): string[] => algolia.calls.slice(before).map(({ method }) => method)

interface Json {
  audiences: Record<string, number | string>[]
  calls: { made: number; repair: number }
  minutes: number
}

const jsonOf = ({ stdout }: Ended): Json => JSON.parse(stdout) as Json

/** Plan and apply. */
async function repair(list: string, ...flags: string[]): Promise<Ended> {
  const out = join(folder, 'plan.jsonl')
  const plan = await run('plan', list, '--out', out, ...flags)
  expect(plan.code).toBe(0)
  return run('apply', out)
}

test('an audience is filled, what drifted is found and repaired with two calls each, and an audit is green', async () => {
  await begin(profiles(1500))
  const list = await file(csv(range(200)))
  const filled = await repair(list)
  expect(filled.code).toBe(0)
  expect(members()).toEqual(range(200).map(tokenOf))

  for (const index of range(20)) algolia.profiles.put(profile(index))
  for (const index of range(17)) algolia.profiles.put(profile(1000 + index, 'vip'))
  const drifted = await run('audit', list, '--complete', 'vip', '--json', '--as-of', '2999-01-01')
  expect(drifted.code).toBe(3)
  expect(jsonOf(drifted)).toMatchObject({
    audiences: [
      { id: 'vip', wanted: 200, present: 197, toAdd: 20, toRemove: 17, withoutProfile: 0, changedSince: 0, invalid: 0 }
    ],
    calls: { made: 2, repair: 74 }
  })

  const out = join(folder, 'plan.jsonl')
  await run('plan', list, '--complete', 'vip', '--out', out)
  const before = algolia.calls.length
  expect((await run('apply', out)).code).toBe(0)
  expect(callsSince(before)).toHaveLength(74)
  expect(members()).toEqual(range(200).map(tokenOf))
  const green = await run('audit', list, '--complete', 'vip', '--json')
  expect(green.code).toBe(0)
  expect(jsonOf(green).calls.repair).toBe(0)
})

test('whatever is not ours stays as it was, to the last byte', async () => {
  await begin(profiles(50))
  await repair(await file(csv(range(30))))
  for (const index of range(30)) {
    const [first, second, added] = algolia.profiles.get(tokenOf(index))?.segments ?? []
    expect([first, second]).toEqual(profile(index).segments)
    expect(added).toEqual({ id: 'vip', source: 'segment' })
  }
})

describe('a list', () => {
  test('may come on standard input, and says that its age is not known', async () => {
    await begin(profiles(10))
    const out = join(folder, 'plan.jsonl')
    const { code, stderr } = await start(['audiences', 'plan', '-', '--out', out], variables, csv(range(4))).ended
    expect(code).toBe(0)
    expect(stderr).toContain('--as-of')
    expect((await run('apply', out)).code).toBe(0)
    expect(members()).toEqual(range(4).map(tokenOf))
  })

  test('that can not be gone by ends with 1 before anything is read', async () => {
    await begin(profiles(10))
    const list = await file(`${csv(range(400))}\nme@example.com,vip\n`)
    const { code, stderr } = await run('audit', list, '--complete', 'vip')
    expect(code).toBe(1)
    expect(stderr).toContain('Line 402')
    expect(stderr).not.toContain('example.com')
    expect(algolia.calls).toHaveLength(0)
  })

  test('may hold bad rows as far as --max-bad says; a token that one names is not removed', async () => {
    await begin(profiles(10, 'vip'))
    const rows = range(9).map((index) => `${tokenOf(index)},vip,`)
    const list = await file(['user_token,audience,member', ...rows, `${tokenOf(9)},vip,perhaps`].join('\n'))
    const { code, stdout } = await run('audit', list, '--complete', 'vip', '--max-bad', '1', '--json')
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as Json).audiences).toMatchObject([{ invalid: 1, toRemove: 0 }])
  })
})

describe('an audit', () => {
  test('writes its counts for Prometheus, and nothing to Algolia', async () => {
    await begin(profiles(20, 'vip'))
    const metrics = join(folder, 'audit.prom')
    const list = await file(csv([...range(15), 30]))
    expect((await run('audit', list, '--complete', 'vip', '--metrics', metrics)).code).toBe(3)
    const text = await readFile(metrics, 'utf8')
    for (const [name, value] of Object.entries({
      wanted: 16,
      present: 20,
      to_add: 0,
      to_remove: 5,
      without_profile: 1
    })) {
      expect(text).toMatch(new RegExp(`^algolia_audience_${name}\\{audience="vip"\\} ${value}$`, 'm'))
    }
    expect(text).toMatch(/^algolia_audience_audit_calls 1$/m)
    expect(text).toMatch(/^algolia_audience_audit_timestamp_seconds \d+/m)
    expect(new Set(callsSince(0))).toEqual(new Set(['GET']))
  })

  test('shows a table of what differs', async () => {
    await begin(profiles(1200))
    const { stdout, code } = await run('audit', await file(csv(range(1100))))
    expect(code).toBe(3)
    expect(stdout.split('\n')).toEqual([
      'audience  wanted  present  to add  to remove  without profile  changed since  invalid rows',
      'vip        1,100        0   1,100          0                0              0             0',
      ''
    ])
  })

  test('that can not finish ends with 2', async () => {
    await begin(profiles(3000), { latency: 400 })
    const { child, ended } = start(['audiences', 'audit', await file(csv(range(3000)))], variables)
    while (algolia.calls.length === 0) await new Promise((wait) => setTimeout(wait, 5))
    child.kill('SIGTERM')
    expect((await ended).code).toBe(2)
  })
})

describe('removals', () => {
  test('above a tenth of the members are refused, and nothing is written', async () => {
    await begin(profiles(50, 'vip'))
    const out = join(folder, 'plan.jsonl')
    const list = await file(csv(range(44)))
    expect((await run('plan', list, '--complete', 'vip', '--out', out)).code).toBe(0)
    const refused = await run('apply', out)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('--max-removals')
    expect(algolia.calls.some(({ method }) => method === 'PUT')).toBe(false)
    expect((await run('apply', out, '--max-removals', '12%')).code).toBe(0)
    expect(members()).toEqual(range(44).map(tokenOf))
  })

  test('of everybody are a retired audience', async () => {
    await begin(profiles(20, 'vip', 'old'))
    const out = join(folder, 'plan.jsonl')
    const list = await file(csv(range(20)))
    expect((await run('plan', list, '--retire', 'old', '--out', out)).code).toBe(0)
    expect((await run('apply', out, '--max-removals', '100%')).code).toBe(0)
    expect(members('old')).toEqual([])
    expect(members()).toHaveLength(20)
  })
})

describe('profiles', () => {
  test('that do not exist are made only when told to', async () => {
    await begin(profiles(3))
    const list = await file(csv(range(5)))
    const out = join(folder, 'plan.jsonl')
    const plan = await run('plan', list, '--out', out, '--json')
    expect(jsonOf(plan).audiences).toMatchObject([{ toAdd: 3, withoutProfile: 2 }])
    await run('apply', out)
    expect(members()).toHaveLength(3)
    await run('apply', out, '--create-profiles')
    expect(members()).toEqual(range(5).map(tokenOf))
    expect((await run('audit', list)).code).toBe(0)
  })

  test('that were updated since the list was made are left to the live events', async () => {
    await begin(profiles(4))
    const list = await file(csv(range(4)))
    algolia.profiles.put({ ...profile(2), lastUpdatedAt: new Date(Date.now() + 1000).toISOString() })
    const out = join(folder, 'plan.jsonl')
    expect(jsonOf(await run('plan', list, '--out', out, '--json')).audiences).toMatchObject([
      { toAdd: 3, changedSince: 1 }
    ])
    algolia.profiles.put({ ...profile(3), lastUpdatedAt: new Date(Date.now() + 1000).toISOString() })
    expect((await run('apply', out)).code).toBe(0)
    expect(members()).toEqual([tokenOf(0), tokenOf(1)])
    expect((await run('audit', list)).code).toBe(0)
    expect((await run('apply', out, '--ignore-updates')).code).toBe(0)
    expect(members()).toEqual(range(4).map(tokenOf))
  })
})

describe('a plan', () => {
  async function planned(): Promise<string> {
    const out = join(folder, 'plan.jsonl')
    await run('plan', await file(csv(range(4))), '--out', out)
    return out
  }

  test('is for its owner alone, holds no secret, and can be read by a person', async () => {
    await begin(profiles(4))
    const out = await planned()
    expect((await stat(out)).mode & 0o777).toBe(0o600)
    const text = await readFile(out, 'utf8')
    expect(text).not.toContain(KEY)
    const lines = text.trimEnd().split('\n')
    for (const line of lines) JSON.parse(line)
    expect(lines).toHaveLength(6)
  })

  test('of another application, damaged in whatever way, or a week old is refused', async () => {
    await begin(profiles(4))
    const out = await planned()
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n')
    const [head = '', first, ...rest] = lines
    const aWeekAgo = new Date(Date.now() - 8 * 86_400_000).toISOString()
    const plans: [string, (string | undefined)[]][] = [
      ['is for the application OTHER', [head.replace('LOCALALGOLIA', 'OTHER'), first, ...rest]],
      ['it has 3 entries, and should have 4', [head, ...rest]],
      ['its end is missing', lines.slice(0, -1)],
      ['line 2 is not JSON', [head, '{', ...rest]],
      ['is 8 days old', [head.replace(/"startedAt":"[^"]*"/, `"startedAt":"${aWeekAgo}"`), first, ...rest]]
    ]
    for (const [why, changed] of plans) {
      await writeFile(out, `${changed.join('\n')}\n`)
      const { code, stderr } = await run('apply', out)
      expect([why, code, stderr]).toEqual([why, 1, expect.stringContaining(why)])
      expect(members()).toEqual([])
    }
    expect((await run('apply', out, '--old-plan')).code).toBe(0)
    expect(members()).toHaveLength(4)
  })

  test('that is killed in the middle is ended by the next run, and nothing is written twice', async () => {
    await begin(profiles(120), { latency: 5 })
    const out = join(folder, 'plan.jsonl')
    await run('plan', await file(csv(range(120))), '--out', out)
    for (let kill = 0; kill < 3; kill += 1) {
      const before = algolia.calls.length
      const { child, ended } = start(['audiences', 'apply', out], variables)
      while (algolia.calls.length < before + 50 && child.exitCode === null)
        await new Promise((wait) => setTimeout(wait, 5))
      child.kill('SIGKILL')
      await ended
    }
    expect((await run('apply', out)).code).toBe(0)
    expect(members()).toHaveLength(120)
    const writes = algolia.calls.filter(({ method }) => method === 'PUT')
    expect(writes).toHaveLength(120)
  })

  test('whose journal can not be written ends the run with 2, and the next one goes on', async () => {
    await begin(profiles(60))
    const out = join(folder, 'plan.jsonl')
    await run('plan', await file(csv(range(60))), '--out', out)
    // No file may have more than a kilobyte, which is 25 lines.
    const command = `trap "" XFSZ; ulimit -f 1; exec ${process.execPath} ${cli} audiences apply ${out}`
    const full = promisify(execFile)('bash', ['-c', command], { env: { PATH: process.env.PATH, ...variables } })
    await expect(full).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('plan.jsonl.journal (EFBIG)') })
    const written = algolia.calls.filter(({ method }) => method === 'PUT').length
    expect(written).toBeLessThan(60)
    expect((await run('apply', out)).code).toBe(0)
    expect(members()).toHaveLength(60)
    // Nothing is written again.
    expect(algolia.calls.filter(({ method }) => method === 'PUT')).toHaveLength(60)
  })

  test('that another process is applying is refused', async () => {
    await begin(profiles(9))
    const out = join(folder, 'plan.jsonl')
    await run('plan', await file(csv(range(9))), '--out', out)
    // The others wait for the first answer.
    algolia.faults.delay(60_000, { call: algolia.calls.length + 1 })
    const first = start(['audiences', 'apply', out], variables)
    while (!algolia.calls.some(({ path }) => path.startsWith('/2/users/')))
      await new Promise((wait) => setTimeout(wait, 5))
    const second = await run('apply', out)
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(`Another process (${first.child.pid})`)])
    expect(members()).toEqual([])
    first.child.kill('SIGKILL')
    await first.ended
    expect((await run('apply', out)).code).toBe(0)
    expect(members()).toHaveLength(9)
  })

  test('stops in order when it is told to, and says how to go on', async () => {
    await begin(profiles(60), { latency: 20 })
    const out = join(folder, 'plan.jsonl')
    await run('plan', await file(csv(range(60))), '--out', out)
    const { child, ended } = start(['audiences', 'apply', out], variables)
    while (!algolia.calls.some(({ method }) => method === 'PUT')) await new Promise((wait) => setTimeout(wait, 5))
    child.kill('SIGTERM')
    expect((await ended).code).toBe(2)
    expect((await run('apply', out)).code).toBe(0)
    expect(members()).toHaveLength(60)
  })
})

async function stopped(command: string, ...flags: string[]): Promise<Ended> {
  algolia.clearCalls()
  const { child, ended } = start(['audiences', command, ...flags], variables)
  while (algolia.calls.length === 0) await new Promise((wait) => setTimeout(wait, 5))
  child.kill('SIGINT')
  return ended
}

describe('Ctrl-C', () => {
  const told = expect.stringMatching(/SIGINT.*\n(.*\n)*.*Stopped before the end: nothing was written to Algolia/)

  test.each(['plan', 'audit'])('ends %s with 2 and in words', async (command) => {
    await begin(profiles(10), { latency: 400 })
    const out = command === 'plan' ? ['--out', join(folder, 'plan.jsonl')] : []
    const { code, stdout, stderr } = await stopped(command, await file(csv(range(10))), ...out)
    expect([code, stdout, stderr]).toEqual([2, '', told])
    expect(stderr).not.toMatch(/unexpectedly|AbortError/)
  })

  test('or a failure leaves the plan that was there, and nothing else', async () => {
    await begin(profiles(10), { latency: 50 })
    const list = await file(csv(range(10)))
    const out = join(folder, 'plan.jsonl')
    await run('plan', list, '--out', out)
    const before = await readFile(out, 'utf8')
    expect((await stopped('plan', list, '--out', out)).code).toBe(2)
    algolia.application.planIncludesFeature = false
    expect((await run('plan', list, '--out', out)).code).toBe(1)
    expect(await readFile(out, 'utf8')).toBe(before)
    expect(await readdir(folder)).toEqual(['list.csv', 'plan.jsonl'])
    algolia.application.planIncludesFeature = true
    expect((await run('apply', out)).code).toBe(0)
    expect(members()).toHaveLength(10)
  })
})

test('a plan takes the place of another one or of an empty file, and of nothing else', async () => {
  await begin(profiles(10))
  const list = await file(csv(range(4)))
  const notes = await file('what matters', 'notes.txt')
  const places = [list, notes, folder]
  const refused = await Promise.all(places.map((out) => run('plan', list, '--out', out)))
  for (const [index, { code, stderr }] of refused.entries()) {
    const out = places[index]!
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${out} is there already and is no plan`)])
    expect(stderr).toContain('Name another file with --out')
  }
  expect(await readFile(list, 'utf8')).toBe(csv(range(4)))
  expect(await readFile(notes, 'utf8')).toBe('what matters')
  expect(algolia.calls).toHaveLength(0)
  const out = await file('', 'plan.jsonl')
  for (const count of [4, 5]) {
    expect((await run('plan', await file(csv(range(count))), '--out', out)).code).toBe(0)
    expect((await stat(out)).mode & 0o777).toBe(0o600)
    expect((await readFile(out, 'utf8')).split('\n')).toHaveLength(count + 3)
  }
})

test('one configuration file serves all three commands, and a key that none of them has is refused', async () => {
  await begin(profiles(4))
  const list = await file(csv(range(4)))
  const out = join(folder, 'plan.jsonl')
  const settings = { complete: ['vip'], out, metrics: join(folder, 'audit.prom'), createProfiles: true }
  const right = await file(JSON.stringify(settings), 'right.json')
  const wrong = await file(JSON.stringify({ ...settings, maxRemoval: { count: 1 } }), 'wrong.json')
  for (const [command, argument] of [
    ['plan', list],
    ['apply', out],
    ['audit', list]
  ] as const) {
    const refused = await run(command, argument, '--config', wrong)
    expect([command, refused.code, refused.stderr]).toEqual([
      command,
      1,
      expect.stringContaining('unknown key maxRemoval.')
    ])
    expect([command, (await run(command, argument, '--config', right)).code]).toEqual([command, 0])
  }
})

test('a plan warns of removals that "apply" refuses, and does not recommend it', async () => {
  await begin(profiles(1200, 'vip'))
  const list = await file(csv([1]))
  const out = join(folder, 'plan.jsonl')
  const { code, stderr } = await run('plan', list, '--complete', 'vip', '--out', out)
  expect(code).toBe(0)
  expect(stderr).toContain('Too many members would be removed from vip (1,199 of 1,200 members). "audiences apply"')
  expect(stderr).toContain('--max-removals')
  expect(stderr).not.toContain('does it')
  expect((await run('apply', out)).stderr).toContain('vip (1,199 of 1,200 members)')
  const allowed = await run('plan', list, '--complete', 'vip', '--out', out, '--max-removals', '100%')
  expect(allowed.stderr).toContain('does it')
  expect(allowed.stderr).not.toContain('Too many')
})

test('all numbers have their thousands set apart', async () => {
  await begin([])
  const list = await file(csv(range(1100)))
  const out = join(folder, 'plan.jsonl')
  expect((await run('plan', list, '--out', out, '--calls-per-minute', '1500')).stderr).toContain('1,500 a minute')
  expect((await run('apply', out)).stdout).toContain(' 1,100 without a profile, ')
  const bad = await run('audit', await file(`${csv(range(1100))}\n,vip`), '--max-bad', '0')
  expect(bad.stderr).toContain('1 row of 1,101 is bad, which is too many.')
})

describe('a list that comes to nothing', () => {
  test('has only a header: 1, and says so; but it may retire an audience', async () => {
    await begin(profiles(4, 'vip'))
    const list = await file('user_token,audience\n')
    for (const flags of [[], ['--complete', 'vip']]) {
      const { code, stderr } = await run('audit', list, ...flags)
      expect([code, stderr]).toEqual([1, expect.stringContaining(`The list ${list} has no rows`)])
    }
    expect((await run('audit', list, '--retire', 'vip')).code).toBe(3)
  })

  test('names nobody who has a profile: points to --create-profiles', async () => {
    await begin(profiles(4))
    const out = join(folder, 'plan.jsonl')
    const { code, stderr } = await run('plan', await file(csv([7, 8])), '--out', out)
    expect([code, stderr]).toEqual([0, expect.stringContaining('No member of the list has a profile')])
    expect(stderr).toContain('--create-profiles')
    expect((await run('plan', await file(csv([3, 8])), '--out', out)).stderr).not.toContain('--create-profiles')
  })
})
