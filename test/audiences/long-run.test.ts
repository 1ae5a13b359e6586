import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pace } from '../../src/destinations/algolia-personalization/api/pace'
import { SETTLING_MS } from '../../src/destinations/algolia-personalization/constants'
import type { LocalAlgolia } from '../../src/local/algolia'
import { entriesIn } from '../support/algolia-in-memory'
import { audienceTrack } from '../support/audience-events'
import { Chance } from '../support/chance'
import { start } from '../support/command'
import { Host, startAlgolia, stopAlgolia } from '../support/destination'
import { callForText } from '../support/local-algolia'

/** The command line, the destination and somebody else, each over its own connections; `apply` is killed again and again. */

const isLong = process.env.LONG === '1'
const PROFILES = isLong ? 20_000 : 400
const KILLS = isLong ? 20 : 2
/** Users that a batch of live events is about. */
const BATCH = isLong ? 50 : 10

const tokenOf = (index: number): string => `shopper-${String(index).padStart(6, '0')}`
const managed = (id: string): string => `{"id":"${id}","source":"segment"}`
const foreignOf = (index: number): string =>
  `{ "source":"crm","id":"vip","account":12345678901234567890,"rate":${index}.0 }`

let algolia: LocalAlgolia
let folder: string
const chance = new Chance(Number(process.env.SEED ?? 4711))
const settling = { ...SETTLING_MS }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'long-run-'))
  algolia = await startAlgolia({ latency: 5 })
  // Other processes need their time to write what they have read: as in production.
  SETTLING_MS.least = 750
  jest.spyOn(pace, 'oldestRead').mockRestore()
})
afterAll(async () => {
  Object.assign(SETTLING_MS, settling)
  await stopAlgolia(algolia)
  await rm(folder, { recursive: true })
})

/** Live events, batch by batch, each delivered until it is answered for good. @returns who was touched, and by how many */
async function liveEvents(isOver: () => boolean): Promise<Set<string>> {
  const host = new Host()
  const touched = new Set<string>()
  while (!isOver()) {
    const users = Array.from({ length: BATCH }, () => tokenOf(chance.below(PROFILES)))
    for (const user of users) touched.add(user)
    let waiting = [...new Set(users)].map((user) => audienceTrack(user, 'live', true))
    while (waiting.length > 0) {
      const answers = await host.deliverBatch('syncAudience', waiting)
      waiting = waiting.filter((_, index) => answers[index]?.status !== 200)
    }
    await wait(50)
  }
  return touched
}

/** Somebody else, who writes whole lists, and looks after what it wrote when all is quiet. */
async function notes(isOver: () => boolean): Promise<Map<string, string>> {
  const written = new Map<string, string>()
  for (let number = 0; !isOver(); number += 1) {
    const user = tokenOf(chance.below(PROFILES))
    if (!written.has(user)) {
      written.set(user, `{"id":"note-${number}","source":"notes","at":${number}.0}`)
      await annotate(user, written.get(user)!)
    }
    await wait(20)
  }
  return written
}

async function annotate(user: string, entry: string): Promise<void> {
  const entries = entriesIn(await callForText(algolia, 'GET', `/2/users/${user}`))
  if (entries.includes(entry)) return
  await callForText(algolia, 'PUT', `/2/users/${user}/segments`, `{"segments":[${[...entries, entry].join(',')}]}`)
}

test('a plan that is killed again and again, beside live events and a foreign writer, ends as the list says and changes nothing else', async () => {
  const variables = {
    ALGOLIA_APP_ID: 'LOCALALGOLIA',
    ALGOLIA_API_KEY: 'local-api-key',
    ALGOLIA_REGION: 'us',
    ALGOLIA_PERSONALIZATION_URL: algolia.url
  }
  for (let index = 0; index < PROFILES; index += 1) {
    const segments = [foreignOf(index), ...(index % 4 === 0 ? [managed('vip')] : [])]
    algolia.profiles.putJson(
      `{"userID":"${tokenOf(index)}","type":"basic","affinities":[],"segments":[${segments.join(',')}],"lastUpdatedAt":"2026-01-01T00:00:00Z"}`
    )
  }
  // Who has an odd number is to be a member: a half of all, of whom nobody is yet, and a quarter has to leave.
  const list = join(folder, 'list.csv')
  const members = Array.from({ length: PROFILES }, (_, index) => index).filter((index) => index % 2 === 1)
  await writeFile(list, ['user_token,audience', ...members.map((index) => `${tokenOf(index)},vip`)].join('\n'))
  const plan = join(folder, 'plan.jsonl')
  expect((await start(['audiences', 'plan', list, '--complete', 'vip', '--out', plan], variables).ended).code).toBe(0)
  const pages = algolia.calls.length
  expect(pages).toBeLessThan(PROFILES / 1000 + 10)
  const entries = (await readFile(plan, 'utf8')).split('\n').length - 3
  algolia.clearCalls()

  let isOver = false
  const others = Promise.all([liveEvents(() => isOver), notes(() => isOver)])
  let kills = 0
  for (;;) {
    const { child, ended } = start(['audiences', 'apply', plan, '--max-removals', '100%'], variables)
    if (kills < KILLS) {
      await wait(400 + chance.below(isLong ? 3000 : 500))
      child.kill('SIGKILL')
    }
    const { code, stderr } = await ended
    if (code === 0) break
    expect([code, stderr]).toEqual(['SIGKILL', expect.anything()])
    kills += 1
  }
  isOver = true
  const [live, written] = await others
  for (const [user, entry] of written) await annotate(user, entry)

  const isTouched = (user: string): boolean => live.has(user) || written.has(user)
  const callsOf = new Map<string, number>()
  for (const { path } of algolia.calls) {
    const user = path.split(/[/?]/)[3] ?? ''
    callsOf.set(user, (callsOf.get(user) ?? 0) + 1)
  }
  let untouchedCalls = 0
  let untouched = 0
  for (let index = 0; index < PROFILES; index += 1) {
    const user = tokenOf(index)
    const found = entriesIn(algolia.profiles.json(user)!)
    const foreign = found.filter((entry) => !entry.includes('"source":"segment"'))
    expect(foreign.sort()).toEqual([foreignOf(index), ...(written.has(user) ? [written.get(user)!] : [])].sort())
    if (live.has(user)) expect(found).toContain(managed('live'))
    if (isTouched(user)) continue
    expect(found.includes(managed('vip'))).toBe(index % 2 === 1)
    untouched += 1
    untouchedCalls += callsOf.get(user) ?? 0
  }
  expect(entries).toBe((PROFILES * 3) / 4)
  expect(untouched).toBeGreaterThan(PROFILES / 10)
  // At each kill, eight may have been under way: read, or written and not yet in the journal.
  expect(untouchedCalls).toBeLessThanOrEqual(2 * untouched + 16 * kills)
}, 600_000)
