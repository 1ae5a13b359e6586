import type { Profile } from '../../../src/local/algolia'
import { read } from '../../../src/sources/algolia-profiles/source'
import { Chance } from '../../support/chance'
import { populate } from '../../support/populations'
import { SimulatedAlgolia } from '../../support/simulated-algolia'
import {
  catalogOf,
  configuration,
  readInProcess,
  runRead,
  type SourceOutput,
  type SourceRun,
  type StreamName,
  type SyncMode,
  withAlgolia
} from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

const STREAMS: readonly StreamName[] = ['profiles', 'affinities', 'segments']

function profileOf(userID: string, lastUpdatedAt: string, changes: Partial<Profile> = {}): Profile {
  return { userID, type: 'basic', affinities: [], segments: [], lastUpdatedAt, ...changes }
}

describe('a read of all streams', () => {
  let run: SourceRun
  let stored: Profile[]
  let paths: string[]
  beforeAll(async () => {
    await withAlgolia({ profiles: 250 }, async ({ url, profiles, calls }) => {
      run = await runRead({ url, config: configuration({ pageSize: 100 }), catalog: catalogOf(...STREAMS) })
      stored = run.userTokens().map((userToken) => profiles.get(userToken) as Profile)
      expect(profiles.size).toBe(250)
      paths = calls.map(({ path }) => path)
    })
  })

  test('succeeds, with whole messages on standard output and nothing on standard error', () => {
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toBe('')
    expect(run.stdout.endsWith('\n')).toBe(true)
  })

  test('walks the profiles once, page by page, however many streams there are', () => {
    expect(paths).toHaveLength(3)
    expect(paths[0]).toBe('/2/users?limit=100')
    for (const path of paths.slice(1)) expect(path).toMatch(/^\/2\/users\?limit=100&nextPageToken=./)
  })

  test('hands over each profile, affinity and segment once', () => {
    expect(new Set(run.userTokens()).size).toBe(250)
    expect(run.rows('profiles')).toHaveLength(250)
    expect(
      run.rows('affinities').map((row) => [row.algolia_user_id, row.algolia_affinity_name, row.algolia_affinity_value])
    ).toEqual(stored.flatMap(({ userID, affinities }) => affinities.map(({ name, value }) => [userID, name, value])))
    expect(
      run.rows('segments').map((row) => [row.algolia_user_id, row.algolia_segment_id, row.algolia_segment_source])
    ).toEqual(stored.flatMap(({ userID, segments = [] }) => segments.map(({ id, source }) => [userID, id, source])))
  })

  test('says of each stream that it started, runs, and is complete', () => {
    for (const stream of STREAMS) expect(run.statuses(stream)).toEqual(['STARTED', 'RUNNING', 'COMPLETE'])
  })

  test('gives a state of each stream after each page, behind the records that it covers, and with their count', () => {
    for (const stream of STREAMS) {
      const counts: number[] = []
      const told: unknown[] = []
      let count = 0
      for (const message of run.messages) {
        if (message.type === 'RECORD' && message.record.stream === stream) count += 1
        if (message.type !== 'STATE' || message.state.stream?.stream_descriptor.name !== stream) continue
        expect(message.state.type).toBe('STREAM')
        told.push(message.state.sourceStats?.recordCount)
        counts.push(count)
        count = 0
      }
      expect(told).toHaveLength(3)
      expect(told).toEqual(counts)
      expect(count).toBe(0)
    }
  })

  test('begins with a line on what it is going to do, and ends with one that sums up', () => {
    const logs = run.logs()
    expect(logs[0]).toBe('Reading profiles, affinities, segments of the application LOCALALGOLIA (us): all profiles.')
    expect(logs).toHaveLength(2)
    const [rows, affinities, segments] = STREAMS.map((stream) => run.rows(stream).length.toLocaleString('en-US'))
    expect(logs[1]).toMatch(
      new RegExp(
        `^Read 250 profiles in \\d+\\.\\d s, ${rows} records of profiles, ${affinities} records of affinities, ${segments} records of segments, 3 calls, 0 retries, `
      )
    )
    expect(run.messages[0]?.type).toBe('LOG')
    expect(run.messages.at(-1)?.type).toBe('LOG')
  })

  test('estimates nothing, as nothing tells how many profiles there are', () => {
    expect(run.stdout).not.toContain('ESTIMATE')
  })
})

test('each message carries the moment at which it was made, in milliseconds', async () => {
  await withAlgolia({ profiles: 20 }, async ({ url, faults }) => {
    faults.status(401, { call: 3 })
    const before = Date.now()
    const run = await runRead({ url, config: configuration({ pageSize: 5 }) })
    const after = Date.now()
    const moments = run.messages.flatMap((message): [string, number][] => {
      if (message.type === 'RECORD') return [['record', message.record.emitted_at]]
      if (message.type !== 'TRACE') return []
      return [[message.trace.error === undefined ? 'status' : 'error', message.trace.emitted_at]]
    })
    expect(new Set(moments.map(([kind]) => kind))).toEqual(new Set(['record', 'status', 'error']))
    // The machine's clock may be set while the test runs, and the source's own never goes back.
    for (const [, moment] of moments) {
      expect(moment).toBeGreaterThan(before - 1000)
      expect(moment).toBeLessThan(after + 1000)
    }
  })
})

test('an application without profiles gives no rows, but a state and a good end', async () => {
  await withAlgolia({}, async ({ url }) => {
    const run = await runRead({ url, catalog: catalogOf(...STREAMS) })
    expect(run.exitCode).toBe(0)
    for (const stream of STREAMS) {
      expect(run.rows(stream)).toEqual([])
      expect(run.states(stream)).toEqual([expect.objectContaining({ sourceStats: { recordCount: 0 } })])
      expect(run.statuses(stream)).toEqual(['STARTED', 'RUNNING', 'COMPLETE'])
    }
    expect(run.summary).toMatchObject({ profiles: 0, calls: 1 })
  })
})

test('a stream that is not selected has no messages', async () => {
  await withAlgolia({ profiles: 20 }, async ({ url }) => {
    const run = await runRead({ url, catalog: catalogOf('affinities') })
    expect(run.rows('affinities').length).toBeGreaterThan(20)
    expect(run.stdout).not.toMatch(/"(stream|name)":"(profiles|segments)"/)
  })
})

describe('sync modes', () => {
  const OLD = '2026-01-01T00:00:00.000001Z'
  interface OldProfiles {
    readonly read: (state: unknown, mode: SyncMode) => Promise<SourceRun>
    readonly update: (userID: string) => void
  }
  const withOldProfiles = (use: (profiles: OldProfiles) => Promise<void>): Promise<void> =>
    withAlgolia({ profiles: ['a', 'b', 'c'].map((userID) => profileOf(userID, OLD)) }, ({ url, profiles }) =>
      use({
        read: (state, mode) => runRead({ url, state, catalog: catalogOf(['profiles', mode]) }),
        update: (userID) => profiles.put(profileOf(userID, new Date().toISOString()))
      })
    )

  test('incremental: the first run reads all, the next ones what was updated since', async () => {
    await withOldProfiles(async ({ read, update }) => {
      const first = await read(undefined, 'incremental')
      expect(first.userTokens()).toEqual(['a', 'b', 'c'])
      expect((await read(first.lastStates, 'incremental')).userTokens()).toEqual([])
      update('b')
      update('new')
      const third = await read(first.lastStates, 'incremental')
      expect(third.userTokens()).toEqual(['b', 'new'])
      expect(third.logs('INFO')[0]).toMatch(/: profiles updated after \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.$/)
    })
  })

  test('full refresh: every run reads all', async () => {
    await withOldProfiles(async ({ read }) => {
      const first = await read(undefined, 'full_refresh')
      const second = await read(first.lastStates, 'full_refresh')
      expect(second.userTokens()).toEqual(['a', 'b', 'c'])
    })
  })

  test('of each stream its own, also where their states differ: a new stream gets everything', async () => {
    await withAlgolia({ profiles: 60 }, async ({ url, profiles }) => {
      const first = await runRead({ url, catalog: catalogOf('profiles') })
      const second = await runRead({ url, state: first.lastStates, catalog: catalogOf('profiles', 'segments') })
      expect(second.exitCode).toBe(0)
      const expected = first
        .userTokens()
        .flatMap((userToken) => (profiles.get(userToken)?.segments ?? []).map(() => userToken))
      expect(second.userTokens('segments')).toEqual(expected)
      expect(second.lastStates).toHaveLength(2)
    })
  })
})

describe('how a long read gets on', () => {
  const longRead = async (
    rateLimit?: { calls: number; seconds: number },
    { profiles = 200, latency = 1000, concurrency = 1 } = {}
  ): Promise<[SourceOutput, number]> => {
    const clock = new VirtualClock()
    const begin = clock.now()
    const algolia = new SimulatedAlgolia({ clock, rateLimit, latency: () => latency })
    populate(algolia, 'uniform', profiles, new Chance(1))
    const input = { config: configuration({ pageSize: 2, concurrency }), catalog: catalogOf('profiles') }
    const output = await readInProcess(input, { clock, random: () => 0.5, createTransport: () => algolia })
    expect(output.thrown).toBeUndefined()
    return [output, (clock.now() - begin) / 1000]
  }

  test('is told in a line at most every few seconds, with profiles, pages and rate', async () => {
    const [output, seconds] = await longRead()
    const lines = output.logs('INFO').slice(1, -1)
    expect(lines.length).toBeGreaterThan(seconds / 10)
    expect(lines.length).toBeLessThanOrEqual(seconds / 5)
    for (const line of lines) expect(line).toMatch(/^Read [\d,]+ profiles on [\d,]+ pages?, \d+ a second\.$/)
    expect(lines.at(-1)).toMatch(/^Read 200 profiles on 100 pages, 2 a second\.$/)
  })

  test('says how many calls are left, where Algolia tells', async () => {
    const [output] = await longRead({ calls: 500, seconds: 60 })
    expect(output.logs('INFO')[1]).toMatch(/, \d+ calls left for now\.$/)
  })

  test('includes that it waits for calls, until when, and that it goes on', async () => {
    const [output] = await longRead({ calls: 30, seconds: 60 })
    const traces = output.statusTraces()
    const waits = traces.flatMap(({ reasons }) => reasons ?? [])
    expect(waits.length).toBeGreaterThan(1)
    let lastReset = Date.parse('2026-03-01T12:00:00Z')
    for (const { type, rate_limited: { quota_reset: reset = 0 } = {} } of waits) {
      expect(type).toBe('RATE_LIMITED')
      expect(reset).toBeGreaterThan(lastReset)
      lastReset = reset
    }
    // Where the next wait begins before a page has come, the streams go on waiting.
    const afterLastWait = traces.findLastIndex(({ reasons }) => reasons !== undefined) + 1
    expect(traces[afterLastWait]).toEqual({ stream_descriptor: { name: 'profiles' }, status: 'RUNNING' })
    expect(traces.map(({ status }) => status)).toEqual([
      'STARTED',
      ...traces.slice(1, -1).map(() => 'RUNNING'),
      'COMPLETE'
    ])
    expect(output.logs('INFO')).toContainEqual(
      expect.stringMatching(/too few calls for now; going on at 2026-03-01T12:/)
    )
    expect(output.summary.refusals).toBe(0)
    expect(output.summary.secondsWaited).toBeGreaterThan(60)
  })

  test('says that it goes on when a wait is over, not when it begins', async () => {
    const [output] = await longRead({ calls: 10, seconds: 60 })
    const traces = output.messages.flatMap((message) => (message.type === 'TRACE' ? [message.trace] : []))
    traces.forEach(({ stream_status: status, emitted_at: saidAt }, index) => {
      if (status?.reasons === undefined) return
      const goesOn = traces.slice(index + 1).find((trace) => trace.stream_status?.reasons === undefined)
      expect(goesOn?.emitted_at).toBeGreaterThan(saidAt + 1000)
    })
  })

  test('includes no wait that is over in a moment, as those between calls that are spread evenly', async () => {
    const [output, seconds] = await longRead(
      { calls: 500, seconds: 60 },
      { profiles: 3000, latency: 200, concurrency: 4 }
    )
    expect(seconds).toBeGreaterThan(120)
    expect(output.summary.secondsWaited).toBeGreaterThan(20)
    const waits = output.statusTraces().filter(({ reasons }) => reasons !== undefined)
    expect(waits.length).toBeLessThanOrEqual(seconds / 60)
  })

  test('includes a warning where the answers tell no time, as the cursor then goes by the clock of the machine', async () => {
    const clock = new VirtualClock()
    const algolia = new SimulatedAlgolia({ clock, onCall: () => ({ headers: { date: '' } }) })
    const input = { config: configuration(), catalog: catalogOf('profiles') }
    const output = await readInProcess(input, { clock, random: () => 0.5, createTransport: () => algolia })
    expect(output.logs('WARN')).toEqual([expect.stringContaining('carry no date') as string])
  })
})

test('the next page is asked for while the present one is being taken, and no further one', async () => {
  const clock = new VirtualClock()
  const algolia = new SimulatedAlgolia({ clock })
  populate(algolia, 'uniform', 100, new Chance(1))
  const input = { config: configuration({ pageSize: 10 }), catalog: catalogOf('profiles') }
  const environment = { clock, random: () => 0.5, createTransport: () => algolia }
  for await (const group of read(input, environment, new AbortController().signal)) {
    if ([...group].every(({ type }) => type !== 'RECORD')) continue
    await clock.sleep(60_000)
    break
  }
  expect(algolia.calls).toBe(2)
})

describe('the cursor', () => {
  test.each([0, 3_600_000, -3_600_000])(
    'goes by when the pass began, not by what it found: by the clock of the server, %d ms ahead, or an earlier one of the machine',
    async (clockOffset) => {
      const clock = new VirtualClock()
      const algolia = new SimulatedAlgolia({ clock, clockOffset, latency: () => 30_000 })
      algolia.put('a', Date.parse('2025-01-01T00:00:00Z') * 1000)
      algolia.put('b', Date.parse('2030-01-01T00:00:00Z') * 1000)
      const began = Math.min(algolia.now(), clock.now())
      const input = { config: configuration({ pageSize: 1 }), catalog: catalogOf('profiles') }
      const output = await readInProcess(input, { clock, random: () => 0.5, createTransport: () => algolia })
      const [{ stream } = {}] = output.lastStates as { stream?: { stream_state: { cursor: string } } }[]
      const cursor = Date.parse(stream?.stream_state.cursor ?? '')
      expect(cursor).toBeLessThanOrEqual(began - 600_000)
      expect(cursor).toBeGreaterThan(began - 602_000 - 30_000)
      const warnings = clockOffset > 0 ? [expect.stringContaining("this machine's clock is 60 minutes behind")] : []
      expect(output.logs('WARN')).toEqual(warnings)
    }
  )
})
