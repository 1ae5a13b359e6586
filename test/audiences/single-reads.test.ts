import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalAlgolia, type LocalAlgolia, type Profile } from '../../src/local/algolia'
import { type Ended, start } from '../support/command'

let folder: string
let algolia: LocalAlgolia

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'single-reads-'))
})
afterEach(async () => {
  await algolia.close()
  await rm(folder, { recursive: true })
})

const tokenOf = (index: number): string => `shopper-${String(index).padStart(5, '0')}`

function profile(index: number, segments: Profile['segments']): Profile {
  const lastUpdatedAt = '2026-01-01T00:00:00Z'
  return { userID: tokenOf(index), type: 'basic', affinities: [], ...(segments && { segments }), lastUpdatedAt }
}

/** @param segmentsOf what each profile has; undefined for none at all */
async function begin(count: number, segmentsOf: (index: number) => Profile['segments']): Promise<void> {
  const profiles = Array.from({ length: count }, (_, index) => profile(index, segmentsOf(index)))
  algolia = await startLocalAlgolia({ profiles, rateLimit: false })
}

/** @param members which profiles are on the list, or how many of the first ones */
async function audit(
  members: number | readonly number[],
  ...flags: string[]
): Promise<Ended & { calls: string[]; counts: object }> {
  const list = join(folder, 'list.csv')
  const indexes = typeof members === 'number' ? Array.from({ length: members }, (_, index) => index) : members
  const rows = indexes.map((index) => `${tokenOf(index)},vip`)
  await writeFile(list, ['user_token,audience', ...rows].join('\n'))
  algolia.clearCalls()
  const ended = await start(['audiences', 'audit', list, '--json', ...flags], {
    ALGOLIA_APP_ID: 'LOCALALGOLIA',
    ALGOLIA_API_KEY: 'local-api-key',
    ALGOLIA_REGION: 'us',
    ALGOLIA_PERSONALIZATION_URL: algolia.url
  }).ended
  const calls = algolia.calls.map(({ path }) => (path.startsWith('/2/users?') ? 'list' : 'read'))
  const [counts] = ended.stdout === '' ? [{}] : (JSON.parse(ended.stdout) as { audiences: object[] }).audiences
  return { ...ended, calls, counts: counts! }
}

const managed = [{ id: 'vip', source: 'segment' }]

describe('lists that do not hold segments', () => {
  test('end the comparison with 1 after three single reads, and it says what single reads would cost', async () => {
    await begin(1500, () => managed)
    algolia.application.listsHoldSegments = false
    const { code, stdout, stderr, calls } = await audit(1200)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain("don't hold segments")
    expect(stderr).toContain('--single-reads reads each by itself: 1,200 calls')
    expect(calls.filter((call) => call === 'read').length).toBeLessThanOrEqual(3)
  })

  test('are compared by reading each profile of the list, once, when told to', async () => {
    await begin(1500, (index) => (index < 1000 ? managed : []))
    algolia.application.listsHoldSegments = false
    const { code, calls, counts, stderr } = await audit(1200, '--single-reads')
    expect(code).toBe(3)
    expect(counts).toMatchObject({ wanted: 1200, present: 1000, toAdd: 200, toRemove: 0, withoutProfile: 0 })
    expect(calls).toEqual(Array(1200).fill('read'))
    expect(stderr).toContain('takes about 1,200 calls')
  })

  test('are listed, and each profile read, where a list is the whole truth; it says how many calls that is', async () => {
    await begin(1500, () => managed)
    algolia.application.listsHoldSegments = false
    const { code, calls, counts, stderr } = await audit(1200, '--single-reads', '--complete', 'vip')
    expect(code).toBe(3)
    expect(counts).toMatchObject({ present: 1500, toAdd: 0, toRemove: 300 })
    expect(calls.filter((call) => call === 'read')).toHaveLength(1500)
    const [, told = ''] = /takes about (\S+) calls/.exec(stderr) ?? []
    expect(Number(told.replace(',', ''))).toBeGreaterThanOrEqual(1500)
  })

  test('are not supposed where no profile has any segment yet: three reads settle it, however many pages there are', async () => {
    await begin(2500, () => undefined)
    const { code, calls, counts } = await audit(2500)
    expect(code).toBe(3)
    expect(counts).toMatchObject({ present: 0, toAdd: 2500 })
    expect(calls.filter((call) => call === 'read')).toHaveLength(3)
  })
})

describe('a list of a few tokens', () => {
  test('is read singly where none of them is on the first page: that costs less than to go on', async () => {
    await begin(5000, () => managed)
    const { code, calls, counts } = await audit([4000, 4500, 4999])
    expect(code).toBe(0)
    expect(counts).toMatchObject({ wanted: 3, toAdd: 0, withoutProfile: 0 })
    // The second page may be on its way by then.
    expect(calls.filter((call) => call === 'list').length).toBeLessThanOrEqual(2)
    expect(calls.filter((call) => call === 'read')).toHaveLength(3)
  })

  test('ends the comparison as soon as all of them have come', async () => {
    await begin(5000, () => managed)
    const { code, calls } = await audit([1, 2, 3])
    expect(code).toBe(0)
    expect(calls.length).toBeLessThanOrEqual(2)
  })

  test('is not longer than it is worth: one that is far away is read singly, the others come with the pages', async () => {
    await begin(5000, () => managed)
    const { code, calls } = await audit([1, 2, 3, 4999])
    expect(code).toBe(0)
    expect(calls.filter((call) => call === 'list').length).toBeLessThanOrEqual(2)
    expect(calls.filter((call) => call === 'read')).toHaveLength(1)
  })

  test('that is the whole truth takes all pages nevertheless', async () => {
    await begin(5000, (index) => (index > 4990 ? managed : []))
    const { code, calls, counts } = await audit([4999], '--complete', 'vip')
    expect(code).toBe(3)
    expect(counts).toMatchObject({ present: 9, toRemove: 8 })
    expect(calls.filter((call) => call === 'list').length).toBeGreaterThanOrEqual(5)
  })
})
