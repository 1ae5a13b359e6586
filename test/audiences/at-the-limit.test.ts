import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAudienceApi } from '../../src/audiences/algolia'
import { CALLS_AT_ONCE } from '../../src/audiences/api'
import { applyPlan } from '../../src/audiences/apply'
import { minutesFor } from '../../src/audiences/estimate'
import { PlanWriter } from '../../src/audiences/plan-file'
import { OLDEST_READ_MS } from '../../src/destinations/algolia-personalization/constants'
import { AlgoliaInMemory } from '../support/algolia-in-memory'
import { Chance } from '../support/chance'
import { passing, simulateTime } from '../support/passing-time'

const MINUTE = 60_000
const LATENCY = 80

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'at-the-limit-'))))
afterAll(() => rm(folder, { recursive: true }))
simulateTime()

const tokenOf = (index: number): string => `shopper-${index}`

/** Applies a plan that adds so many members. @param missing of whom so many have no profile */
async function apply(count: number, callsPerMinute: number, missing = 0): Promise<AlgoliaInMemory> {
  const chance = new Chance(count)
  const algolia = new AlgoliaInMemory(() => 1 + chance.below(LATENCY / 2))
  const path = join(folder, `plan-${count}-${callsPerMinute}-${missing}.jsonl`)
  const now = new Date().toISOString()
  const head = { application: 'APP', region: 'us', startedAt: now, asOf: now, list: 'list', audiences: ['vip'] }
  const writer = await PlanWriter.open(path, head)
  for (let index = 0; index < count; index += 1) {
    const profile = { userID: tokenOf(index), type: 'basic', affinities: [], lastUpdatedAt: '2026-01-01T00:00:00Z' }
    const isMissing = index < missing
    if (!isMissing) algolia.put(profile, [])
    await writer.add({
      userToken: tokenOf(index),
      add: ['vip'],
      remove: [],
      ...(isMissing && { withoutProfile: true })
    })
  }
  await writer.end([])
  const { api } = openAudienceApi(
    { appId: 'APP', apiKey: 'key', region: 'us', callsPerMinute },
    algolia.environment('apply'),
    { warn: () => undefined }
  )
  const result = await passing(
    applyPlan({
      path,
      application: 'APP',
      region: 'us',
      ignoreUpdates: false,
      createProfiles: true,
      mostRemovals: { part: 1 },
      oldPlan: false,
      api,
      signal: new AbortController().signal,
      now: () => Date.now(),
      log: () => undefined,
      onProgress: () => undefined
    })
  )
  expect(result).toMatchObject({ written: count, failed: 0, calls: 2 * count })
  return algolia
}

test.each([
  [40, 20, 0],
  [40, 20, 10],
  [9, 2, 0],
  [30, 7, 3]
])(
  'where %i profiles are written with %i calls a minute, %i of them new, no write is made of an old read',
  async (count, callsPerMinute, missing) => {
    const { calls } = await apply(count, callsPerMinute, missing)
    const readAt = new Map<string, number>()
    for (const { method, path, at } of calls) {
      const user = path.split('/')[3]!
      if (method === 'GET') readAt.set(user, at)
      else expect(at - readAt.get(user)!).toBeLessThanOrEqual(OLDEST_READ_MS + LATENCY)
      // And the share is kept.
      const within = calls.filter((call) => call.at > at - MINUTE + LATENCY && call.at <= at)
      expect(within.length).toBeLessThanOrEqual(callsPerMinute)
    }
  }
)

test.each([
  [40, 20],
  [300, 250],
  [500, 250]
])('%i profiles, %i calls a minute: it takes as long as was forecast', async (count, callsPerMinute) => {
  const { calls } = await apply(count, callsPerMinute)
  const minutes = (calls.at(-1)!.at - calls[0]!.at) / MINUTE
  const forecast = minutesFor(calls.length, { callsPerMinute, latency: LATENCY / 2, atOnce: CALLS_AT_ONCE })
  expect(minutes).toBeGreaterThan(forecast * 0.9)
  expect(minutes).toBeLessThan(forecast * 1.1)
})
