import { mkdirSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  API_KEY,
  changed,
  type Bench,
  config,
  lostProfiles,
  sentTo,
  startCli,
  until,
  versionsIn,
  versionsOf,
  withBench
} from '../support/segment'

/** The lines of a text, as JSON. */
function json(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

describe('algolia-profiles sync', () => {
  it('delivers everything, sums up, and sends nothing new when it is run again', async () => {
    await withBench({ profiles: 2_000 }, async ({ start, segment, algolia }) => {
      const first = start()
      expect(await first.ended).toBe(0)
      expect(versionsOf(segment.calls)).toEqual(versionsIn(algolia.profiles))
      expect(first.stdout).toBe('')
      expect(first.stderr).toMatch(
        /^Reading profiles of the application LOCALALGOLIA \(us\): all profiles; sending to Segment \(us, http:\S+\)\.\n(?:.* a second.*\n)*Delivered: 2,000 profiles read, 2,000 sent, 0 known already, 0 rejected, 2 calls to Algolia, \d+ requests to Segment, 0 waits \(0\.0 s\), 0 retries, \d+\.\d s\.\n$/
      )
      const { requests } = segment.statistics
      const second = start()
      expect(await second.ended).toBe(0)
      expect(second.stderr).toMatch(/Delivered: \d+ profiles read, 0 sent, /)
      expect(segment.statistics.requests).toBe(requests)
    })
  })

  it('takes settings from the command line before the environment, and from there before the file', async () => {
    await withBench({ profiles: 30 }, async ({ start, file, segment }) => {
      const path = await file({
        ...config,
        region: 'mars',
        segmentRegion: 'eu',
        userIdPattern: undefined,
        identity: 'userId',
        startDate: '2100-01-01'
      })
      const running = start(
        ['--config', path, '--region', 'eu', '--start-date', '2000-01-01', '--identity', 'anonymousId'],
        { ALGOLIA_REGION: 'venus', ALGOLIA_APP_ID: '', SYNC_USER_ID_PATTERN: '' }
      )
      expect(await running.ended).toBe(0)
      expect(running.stderr).toContain('LOCALALGOLIA (eu)')
      expect(running.stderr).toContain('sending to Segment (eu, ')
      expect(segment.calls).toHaveLength(30)
      expect(segment.calls.every((call) => 'anonymousId' in call)).toBe(true)
    })
  })

  it('reads only what the filters on the command line ask for', async () => {
    await withBench({ profiles: 200 }, async ({ start, segment }) => {
      expect(await start(['--indices', 'products_fr,', '--affinities', 'category,, color:navy']).ended).toBe(0)
      expect(segment.calls.length).toBeGreaterThan(0)
      expect(segment.calls.length).toBeLessThan(200)
      for (const { traits } of sentTo(segment)) expect(traits.algolia_affinities_value).toContain('navy')
    })
  })

  it.concurrent.each<[string, string[], Record<string, string>, RegExp]>([
    [
      'settings are missing',
      [],
      { ALGOLIA_API_KEY: '', SEGMENT_WRITE_KEY: '' },
      /lacks apiKey \(ALGOLIA_API_KEY\), segmentWriteKey \(SEGMENT_WRITE_KEY\)/
    ],
    ['a setting is wrong', ['--region', 'mars'], {}, /configuration is invalid: region: must be us or eu\.\n$/],
    [
      'Segment is to be at a port that nothing calls',
      [],
      { SEGMENT_TRACKING_URL: 'http://127.0.0.1:1' },
      /Segment \(127\.0\.0\.1:1\) can't be called: .*SEGMENT_TRACKING_URL/
    ],
    ['a filter names nothing', ['--affinities', ' ,,'], {}, /--affinities must name at least one/],
    ['there is no such file', ['--config', 'no-such-file.json'], {}, /no-such-file\.json.*there is no such file/],
    ['a duration is none', ['--every', 'hourly'], {}, /every: must be a duration such as 30s, 15m, 1h or 1d/],
    ['flags contradict each other', ['--once', '--every', '1h'], {}, /cannot be used with/],
    ['a port is none', ['--metrics-port', '70000'], {}, /metricsPort: must be /],
    ['a secret comes as a flag', [`--api-key=${API_KEY}`], {}, /unknown option '--api-key'/]
  ])('exits with 1 and says why when %s', async (_, args, variables, message) => {
    await withBench({ profiles: 5 }, async ({ start, segment }) => {
      const running = start(args, variables)
      expect(await running.ended).toBe(1)
      expect(running.stderr).toMatch(message)
      expect(segment.statistics.requests).toBe(0)
    })
  })

  it('exits with 1 on an unknown setting in the file, and when Segment refuses the write key', async () => {
    await withBench({ profiles: 5 }, async ({ start, file, segment }) => {
      const misspelt = start(['--config', await file({ startDat: '2026-01-01' })])
      expect(await misspelt.ended).toBe(1)
      expect(misspelt.stderr).toContain('unknown key startDat')
      const refused = start([], { SEGMENT_WRITE_KEY: 'wrong-key' })
      expect(await refused.ended).toBe(1)
      expect(refused.stderr).toContain('Segment refused the write key (401)')
      expect(segment.calls).toEqual([])
    })
  })

  it('exits with 2 when something fails that may pass, with the state saved', async () => {
    await withBench({ profiles: 100 }, async (bench) => {
      const { start, segment, file } = bench
      segment.fault = (request) => (request > 2 ? { status: 501 } : undefined)
      const running = start(['--config', await file({ pageSize: 20 }), '--state', bench.stateFile])
      expect(await running.ended).toBe(2)
      expect(running.stderr).toMatch(
        /Error: Segment failed to answer \(501\)\..*\nError: Failed: 60 profiles read, 40 sent/
      )
      segment.fault = () => undefined
      expect(await lostProfiles(bench)).toEqual([])
      expect((await bench.sync()).summary.profiles).toMatchObject({ read: 60, sent: 60 })
    })
  })

  it('tells a failure in one line when nothing was read', async () => {
    await withBench({ profiles: 5 }, async ({ start, algolia }) => {
      algolia.faults.status(401)
      const running = start()
      expect(await running.ended).toBe(1)
      expect(running.stderr).toMatch(/^Reading .*\nError: Algolia refused the credentials \(401\).*\n$/)
      const inJson = start(['--log', 'json'])
      expect(await inJson.ended).toBe(1)
      const lines = json(inJson.stderr)
      expect(lines).toHaveLength(2)
      expect(lines[1]).toMatchObject({
        level: 'error',
        failureType: 'config_error',
        outcome: 'failed',
        summary: { profiles: { read: 0 }, algolia: { calls: 1 } }
      })
    })
  })

  it.each([['--version'], ['sync', '--version']])('answers %s %s with its version', async (...args) => {
    const { version } = JSON.parse(await readFile(join(__dirname, '../../package.json'), 'utf8'))
    const running = startCli(args, {}, __dirname)
    expect(await running.ended).toBe(0)
    expect(running.stdout).toBe(`${version}\n`)
  })

  it('answers --help with 0, and nothing in it asks for a secret', async () => {
    const running = startCli(['sync', '--help'], {}, __dirname)
    expect(await running.ended).toBe(0)
    expect(running.stdout).toContain('--every <duration>')
    expect(running.stdout).not.toMatch(/--(api|write|segment-write)-key/)
  })
})

describe('--dry-run', () => {
  it('prints what would be sent, a call a line, and leaves everything as it is', async () => {
    await withBench({ profiles: 300 }, async ({ start, segment, directory }) => {
      const dry = start(['--dry-run', '--first-seen-event'])
      expect(await dry.ended).toBe(0)
      expect(dry.stderr).toContain('Nothing was sent: 300 profiles read, 300 to be sent, 0 known already')
      expect(segment.statistics.requests).toBe(0)
      expect(await readdir(directory)).toEqual([])
      expect(await start(['--first-seen-event']).ended).toBe(0)
      const calls = json(dry.stdout)
      expect(calls).toHaveLength(600)
      // What is sent has the library's own additions on top.
      const essentials = (each: readonly Record<string, unknown>[]): string[] => {
        const asSent = each.map(({ context: _, _metadata, ...call }) => JSON.stringify(Object.entries(call).sort()))
        return asSent.sort()
      }
      expect(essentials(calls)).toEqual(essentials(segment.calls))
    })
  })

  it('leaves out what was sent, and goes on from the state without moving it', async () => {
    await withBench({ profiles: 100 }, async (bench) => {
      await bench.sync()
      const state = await bench.state()
      const dry = bench.start(['--dry-run', '--state', bench.stateFile])
      expect(await dry.ended).toBe(0)
      expect(dry.stdout).toBe('')
      expect(await bench.state()).toEqual(state)
    })
  })

  it('ends when nobody reads on', async () => {
    await withBench({ profiles: 5_000 }, async ({ start }) => {
      const dry = start(['--dry-run'])
      dry.child.stdout?.once('data', () => dry.child.stdout?.destroy())
      expect(await dry.ended).toBe(2)
      expect(dry.stderr).toMatch(/Stopped before the end: .*\n$/)
      expect(dry.stderr).not.toContain('Error')
    })
  })
})

describe('--log json', () => {
  it('logs an object a line, with the summary in the last', async () => {
    await withBench({ profiles: 50 }, async ({ start, segment }) => {
      segment.fault = (request) => (request === 1 ? { status: 500 } : undefined)
      const running = start(['--log', 'json'])
      expect(await running.ended).toBe(0)
      const lines = json(running.stderr)
      expect(lines.map(({ level }) => level)).toEqual(['info', 'warn', 'info'])
      for (const { time, message } of lines) {
        expect(new Date(String(time)).toISOString()).toBe(time)
        expect(typeof message).toBe('string')
      }
      expect(lines[2]).toMatchObject({
        outcome: 'delivered',
        summary: { profiles: { read: 50, sent: 50 }, segment: { requests: 2, retries: 1 } }
      })
    })
  })
})

describe('--metrics', () => {
  it('writes how the run ended as JSON, also when it failed', async () => {
    await withBench({ profiles: 50 }, async ({ start, segment, directory }) => {
      const metrics = async (): Promise<unknown> => JSON.parse(await readFile(join(directory, 'metrics.json'), 'utf8'))
      segment.fault = () => ({ status: 501 })
      expect(await start(['--metrics', 'metrics.json']).ended).toBe(2)
      expect(await metrics()).toMatchObject({
        outcome: 'failed',
        error: { type: 'transient_error', message: expect.stringContaining('501') },
        profiles: { read: 50, sent: 0 }
      })
      segment.fault = () => undefined
      expect(await start(['--metrics', 'metrics.json']).ended).toBe(0)
      expect(await metrics()).toEqual({
        outcome: 'delivered',
        startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        duration: expect.any(Number),
        profiles: { read: 50, sent: 50, known: 0, rejected: 0, shortened: 0, firstSeen: 50 },
        bill: { users: 50, calls: 50 },
        algolia: { calls: 1, retries: 0, waited: 0, refusals: 0 },
        segment: { requests: 1, retries: 0, waited: 0, refusals: 0 }
      })
    })
  })

  it('that cannot be written ends the sync with 1, before anything is sent', async () => {
    await withBench({ profiles: 5 }, async ({ start, segment, directory }) => {
      mkdirSync(join(directory, 'taken'))
      for (const [path, code] of [
        ['no/such/directory.json', 'ENOENT'],
        ['taken', 'EISDIR']
      ] as const) {
        const running = start(['--metrics', path])
        expect(await running.ended).toBe(1)
        expect(running.stderr).toContain(`Error: The metrics file ${path} can't be written (${code}).`)
      }
      expect(segment.statistics.requests).toBe(0)
      expect(await readdir(directory)).toEqual(['taken'])
    })
  })

  it('that can no longer be written when the run has ended is told, and no reason to fail', async () => {
    await withBench({ profiles: 5 }, async ({ start, segment, directory }) => {
      // What would be written first becomes a directory.
      segment.fault = () => void mkdirSync(join(directory, 'metrics.json.tmp'))
      const running = start(['--metrics', 'metrics.json'])
      expect(await running.ended).toBe(0)
      expect(running.stderr).toContain("Warning: The metrics file metrics.json can't be written (EISDIR).")
    })
  })
})

describe('--metrics-port', () => {
  it('serves the counts of all runs for Prometheus while the sync goes on', async () => {
    await withBench({ profiles: 50 }, async ({ start, algolia }) => {
      algolia.faults.delay(300)
      const running = start(['--every', '1s', '--metrics-port', '0'])
      await until(() => running.stderr.split('Delivered').length > 2)
      const [, port] = /served on 127\.0\.0\.1:(\d+)/.exec(running.stderr) ?? []
      await fetch(`http://127.0.0.1:${port}/metrics`)
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
      const text = await answer.text()
      const value = (name: string): number =>
        Number(new RegExp(`^algolia_profiles_sync_${name} (\\S+)$`, 'm').exec(text)?.[1])
      expect(value('profiles_sent_total')).toBe(50)
      expect(value('profiles_read_total')).toBeGreaterThanOrEqual(50)
      expect(value('runs_total{outcome="delivered"}')).toBeGreaterThanOrEqual(2)
      expect(value('algolia_calls_total')).toBeGreaterThanOrEqual(2)
      expect(value('last_delivered_timestamp_seconds')).toBeGreaterThan(1.7e9)
      expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
      running.child.kill('SIGTERM')
      await running.ended
    })
  })

  it('listens on the address that it is told, and on this machine alone otherwise', async () => {
    await withBench({ profiles: 5 }, async ({ start }) => {
      const everywhere = start(['--metrics-port', '0', '--metrics-host', '0.0.0.0'])
      expect(await everywhere.ended).toBe(0)
      expect(everywhere.stderr).toContain('Metrics are served on 0.0.0.0:')
      const here = start([], { SYNC_METRICS_PORT: '0' })
      expect(await here.ended).toBe(0)
      expect(here.stderr).toContain('Metrics are served on 127.0.0.1:')
    })
  })

  it('that is taken ends the sync with 1', async () => {
    await withBench({ profiles: 5 }, async ({ start, segment }) => {
      const running = start(['--metrics-port', new URL(segment.url).port])
      expect(await running.ended).toBe(1)
      expect(running.stderr).toMatch(/127\.0\.0\.1:\d+ for metrics can't be used \(EADDRINUSE\)/)
    })
  })
})

describe('--every', () => {
  it('runs again and again, without overlap when a run takes longer than its interval', async () => {
    await withBench({ profiles: 60, algolia: { latency: 700 } }, async ({ start, file, algolia, segment }) => {
      // Three calls to Algolia for a run, so two seconds, with an interval of one.
      const running = start(['--every', '1s', '--config', await file({ pageSize: 25 })])
      await until(() => running.stderr.split('Delivered').length > 3)
      running.child.kill('SIGTERM')
      await running.ended
      const events = running.stderr.match(/^(Reading|Delivered|Stopped)/gm) ?? []
      expect(events.filter((event, index) => (event === 'Reading') !== (index % 2 === 0))).toEqual([])
      expect(algolia.calls.length).toBeGreaterThanOrEqual(3)
      expect(segment.statistics).toMatchObject({ accepted: 60, repeated: 0 })
    })
  })

  it('finds what changes in between, goes on after a failure, and says that no run is under way when stopped while it waits', async () => {
    await withBench({ profiles: 20 }, async ({ start, segment, algolia }) => {
      segment.fault = (request) => (request === 1 ? { status: 501 } : undefined)
      const running = start(['--every', '1s'])
      await until(() => segment.calls.length === 20)
      const [known] = algolia.profiles
      algolia.profiles.put(changed(known!))
      await until(() => segment.calls.length === 21)
      await until(() => /The next run starts at \S+\.\n$/.test(running.stderr))
      running.child.kill('SIGINT')
      expect(await running.ended).toBe(2)
      expect(running.stderr).toContain('SIGINT: no run is under way.')
      expect(running.stderr).not.toContain('in flight')
      expect(running.stderr).toContain('Failed: ')
    })
  })

  it('ends with 1 when the configuration proves to be wrong', async () => {
    await withBench({ profiles: 20 }, async ({ start, algolia }) => {
      algolia.faults.status(401)
      expect(await start(['--every', '1s']).ended).toBe(1)
    })
  })
})

describe('a signal', () => {
  it.concurrent.each(['SIGTERM', 'SIGINT'] as const)(
    '%s finishes what is in flight, saves the state, and leaves with 2',
    async (signal) => {
      await withBench({ profiles: 400, segment: { latency: 150 } }, async (bench) => {
        const { start, segment, file } = bench
        const running = start(['--config', await file({ pageSize: 50 }), '--state', bench.stateFile])
        await until(() => segment.statistics.requests === 3)
        running.child.kill(signal)
        expect(await running.ended).toBe(2)
        expect(running.stderr).toContain(`${signal}: finishing what is in flight.`)
        expect(running.stderr).toMatch(/Stopped before the end: \d+ profiles read, 150 sent/)
        expect(segment.statistics).toMatchObject({ requests: 3, accepted: 150 })
        await expectTheRest(bench, 250)
      })
    }
  )

  it.concurrent('ends a sync within ten seconds though neither side answers', async () => {
    await withBench({ profiles: 400 }, async (bench) => {
      const { start, segment, algolia, file } = bench
      segment.fault = () => ({ noAnswer: 'hang' })
      algolia.faults.hang('before', { when: ({ number }) => number > 1 })
      const running = start(['--config', await file({ pageSize: 50 }), '--state', bench.stateFile])
      await until(() => segment.statistics.requests === 1)
      const killedAt = Date.now()
      running.child.kill('SIGTERM')
      expect(await running.ended).toBe(2)
      expect(Date.now() - killedAt).toBeLessThan(10_000)
      segment.fault = () => undefined
      algolia.faults.clear()
      await expectTheRest(bench, 400)
    })
  })
})

/** The next run sends this many, no more and no fewer. */
async function expectTheRest({ sync, segment, algolia }: Bench, count: number): Promise<void> {
  expect((await sync()).summary.profiles).toMatchObject({ sent: count })
  expect(versionsOf(segment.calls)).toEqual(versionsIn(algolia.profiles))
  expect(segment.statistics.repeated).toBe(0)
}

it('takes both keys from the file, and shows neither', async () => {
  await withBench({ profiles: 20 }, async ({ start, file, segment }) => {
    const path = await file(config)
    const none = { ALGOLIA_API_KEY: '', SEGMENT_WRITE_KEY: '' }
    segment.fault = (request) => (request === 1 ? { noAnswer: 'drop' } : undefined)
    expect(await start(['--config', path, '--log', 'json'], none).ended).toBe(0)
    expect(segment.calls).toHaveLength(20)
  })
})
