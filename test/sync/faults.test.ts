import { startLocalSegment, type Fault } from '../../src/local/segment'
import type { Affinity, Profile } from '../../src/local/algolia'
import { type Bench, lostProfiles, profile, versionsIn, versionsOf, withBench, WRITE_KEY } from '../support/segment'

/** Profiles of about 25 KB: not twenty of them go into a batch. */
function largeProfiles(count: number): Profile[] {
  const affinities = Array.from({ length: 130 }, (_, index): Affinity => {
    const value = `${index} ${'x'.repeat(80)}`
    return { name: 'category', value, indices: [], score: 10, lastUpdatedAt: '2026-01-02T03:04:05Z' }
  })
  return Array.from({ length: count }, (_, index) => profile(`user-${index}`, { affinities }))
}

async function expectAllDelivered(bench: Bench): Promise<void> {
  bench.segment.fault = () => undefined
  expect((await bench.sync()).outcome).toBe('delivered')
  expect(versionsOf(bench.segment.calls)).toEqual(versionsIn(bench.algolia.profiles))
}

function warningsIn(log: readonly string[]): string[] {
  return log.filter((line) => line.startsWith('warn: '))
}

describe('a Segment that fails for a while', () => {
  it.concurrent.each<[string, Fault, string]>([
    ['answers 500', { status: 500 }, 'Segment failed to answer (500).'],
    ['answers 500 though it took the batch', { status: 500, taken: true }, 'Segment failed to answer (500).'],
    ['breaks the connection', { noAnswer: 'drop' }, 'Segment (HOST) could not be reached: '],
    [
      'breaks the connection though it took the batch',
      { noAnswer: 'drop', taken: true },
      'Segment (HOST) could not be reached: '
    ],
    ['never answers', { noAnswer: 'hang' }, 'Segment (HOST) did not answer within 3 s.'],
    ['asks to wait', { status: 429, headers: { 'retry-after': '1' } }, 'Segment allows no more requests for now (429).']
  ])('and %s gets the batch again, and has all of it once', async (_, fault, told) => {
    await withBench({ profiles: 200 }, async ({ sync, segment, algolia, log }) => {
      segment.fault = (request) => (request === 1 ? fault : undefined)
      const { outcome, summary } = await sync({ patience: 3_000 })
      expect(outcome).toBe('delivered')
      expect(summary.segment).toMatchObject({ requests: 2, retries: 1 })
      expect(versionsOf(segment.calls)).toEqual(versionsIn(algolia.profiles))
      expect(segment.statistics.repeated).toBe(fault.taken ? 200 : 0)
      const warnings = warningsIn(log)
      expect(warnings).toEqual([expect.stringMatching(/ Trying again in \d\.\d s\.$/)])
      expect(warnings).toEqual([expect.stringContaining(told.replace('HOST', new URL(segment.url).host))])
    })
  })

  it('is shown to be waited for, until it is back', async () => {
    await withBench({ profiles: 30 }, async ({ sync, segment }) => {
      segment.fault = (request) => (request === 2 ? { status: 503 } : undefined)
      const waits: (string | undefined)[] = []
      await sync({ config: { pageSize: 10 }, onProgress: ({ waiting }) => waits.push(waiting?.for) })
      expect(waits).toEqual([undefined, 'Segment', undefined, undefined])
    })
  })

  it('counts its refusals and the time waited for them', async () => {
    await withBench({ profiles: 10 }, async ({ sync, segment }) => {
      segment.fault = (request) => (request === 1 ? { status: 429, headers: { 'retry-after': '1' } } : undefined)
      const { summary } = await sync()
      expect(summary.segment.refusals).toBe(1)
      expect(summary.segment.waited).toBeGreaterThanOrEqual(990)
    })
  })
})

describe('a Segment that keeps failing', () => {
  it.concurrent.each<[string, Fault, string, RegExp]>([
    ['answers 500', { status: 500 }, 'transient_error', /failed to answer \(500\).*the state is kept/],
    ['takes the batches but answers 500', { status: 500, taken: true }, 'transient_error', /the state is kept/],
    ['answers 429', { status: 429 }, 'transient_error', /allows no more requests for now/],
    ['asks to wait', { status: 429, headers: { 'retry-after': '1' } }, 'transient_error', /allows no more requests/],
    ['never answers', { noAnswer: 'hang' }, 'transient_error', /did not answer within 1 s\. .*the state is kept/],
    ['refuses the write key', { status: 401 }, 'config_error', /refused the write key \(401\)/],
    ['refuses the batch', { status: 400 }, 'system_error', /malformed or too large \(400\)/],
    ['leads elsewhere', { status: 302, headers: { location: '/login' } }, 'config_error', /does not answer as/],
    ['is something else', { status: 404 }, 'config_error', /does not answer as.*SEGMENT_TRACKING_URL/]
  ])(
    'and %s ends the run, loses nothing, and gets the rest in the next run',
    async (_, fault, failureType, message) => {
      await withBench({ profiles: 300 }, async (bench) => {
        const { sync, segment } = bench
        segment.fault = (request) => (request > 1 ? fault : undefined)
        const result = await sync({ patience: 1_000, config: { pageSize: 100 } })
        expect(result).toMatchObject({
          outcome: 'failed',
          error: { failureType, message: expect.stringMatching(message) },
          summary: { profiles: { read: 200, sent: 100 } }
        })
        expect(await lostProfiles(bench)).toEqual([])
        await expectAllDelivered(bench)
        // Each try after the first, and the next run.
        expect(segment.statistics.repeated).toBe(fault.taken ? 100 * (result.summary.segment.retries + 1) : 0)
      })
    }
  )

  it('and can no longer be reached is named with its address and the cause, in each line and in the error', async () => {
    await withBench({ profiles: 5 }, async ({ sync, segment, log }) => {
      await segment.close()
      const result = await sync({ patience: 500 })
      const what = `Segment \\(${new URL(segment.url).host}\\) could not be reached: ECONNREFUSED\\.`
      expect(result).toMatchObject({
        outcome: 'failed',
        error: {
          failureType: 'transient_error',
          message: expect.stringMatching(`^${what} Check .*SEGMENT_TRACKING_URL.* run again`)
        }
      })
      const warnings = warningsIn(log)
      expect(warnings.length).toBeGreaterThan(0)
      const line = expect.stringMatching(`^warn: ${what} Trying again in \\d+\\.\\d s\\.$`)
      expect(warnings).toEqual(warnings.map(() => line))
    })
  })

  it('and asks to wait for longer than a batch is held back ends the run at once', async () => {
    await withBench({ profiles: 5 }, async ({ sync, segment }) => {
      segment.fault = () => ({ status: 429, headers: { 'retry-after': '3600' } })
      // If it waited, it would say so, and be stopped.
      const stop = new AbortController()
      const onLog = (level: string): void => {
        if (level === 'warn') stop.abort()
      }
      const result = await sync({ signal: stop.signal, onLog })
      expect(result).toMatchObject({ outcome: 'failed', summary: { segment: { requests: 1, refusals: 1 } } })
    })
  })

  it('and refuses one batch of a page gets that one again, and not those that it has', async () => {
    await withBench({ profiles: largeProfiles(150) }, async (bench) => {
      const { sync, segment } = bench
      segment.fault = (request) => (request === 2 ? { status: 501 } : undefined)
      const { outcome, summary } = await sync()
      expect(outcome).toBe('failed')
      expect(summary.profiles.sent).toBe(segment.statistics.accepted)
      expect(await lostProfiles(bench)).toEqual([])
      await expectAllDelivered(bench)
      expect(segment.statistics).toMatchObject({ accepted: 150, repeated: 0 })
    })
  })

  it('and goes away is waited for, given up, and sent the rest once it is back', async () => {
    await withBench({ profiles: 300 }, async (bench) => {
      const { sync, segment, algolia } = bench
      let closed: Promise<void> | undefined
      const result = await sync({
        patience: 500,
        config: { pageSize: 100 },
        onProgress: () => void (closed ??= segment.close())
      })
      await closed
      expect(result).toMatchObject({ outcome: 'failed', error: { failureType: 'transient_error' } })
      expect(await lostProfiles(bench)).toEqual([])

      const back = await startLocalSegment({ port: Number(new URL(segment.url).port), writeKey: WRITE_KEY })
      try {
        expect((await sync()).outcome).toBe('delivered')
        expect(versionsOf([...segment.calls, ...back.calls])).toEqual(versionsIn(algolia.profiles))
      } finally {
        await back.close()
      }
    })
  })

  it('is left alone by the batches of a page that were not sent yet when one failed', async () => {
    await withBench({ profiles: largeProfiles(300), segment: { latency: 50 } }, async ({ sync, segment }) => {
      segment.fault = (request) => (request === 1 ? { status: 501 } : undefined)
      expect((await sync()).outcome).toBe('failed')
      // Of sixteen batches, those that were under way, and what these may have been followed by at that moment.
      expect(segment.statistics.requests).toBeLessThan(8)
    })
  })
})

describe('an Algolia that fails', () => {
  it.each([
    [401, 'config_error'],
    [402, 'config_error'],
    [500, 'transient_error']
  ])('with %d ends the run as a %s, with what came before delivered and nothing lost', async (status, failureType) => {
    await withBench({ profiles: 300 }, async (bench) => {
      const { sync, segment, algolia } = bench
      const rule = algolia.faults.status(status, { when: ({ number }) => number > 2 })
      const result = await sync({ patience: 1_000, config: { pageSize: 100 } })
      expect(result).toMatchObject({ outcome: 'failed', error: { failureType } })
      expect(segment.calls).toHaveLength(200)
      algolia.faults.remove(rule)
      expect(await lostProfiles(bench)).toEqual([])
      await expectAllDelivered(bench)
      expect(segment.statistics.repeated).toBe(0)
    })
  })

  it('for a while is waited for, as the log and the summary tell', async () => {
    await withBench({ profiles: 100 }, async ({ sync, algolia, segment, log }) => {
      algolia.faults.status(500, { times: 1 })
      const { outcome, summary } = await sync()
      expect({ outcome, ...summary.algolia }).toMatchObject({ outcome: 'delivered', calls: 2, retries: 1 })
      expect(segment.calls).toHaveLength(100)
      expect(warningsIn(log)).toEqual([
        expect.stringMatching(/^warn: A call to Algolia failed \(HTTP 500: [^)]*\)\. Trying again in \d\.\d s\.$/)
      ])
    })
  })
})

describe('a sync that is stopped', () => {
  it('finishes what is in flight, keeps the state, and goes on from there', async () => {
    await withBench({ profiles: 300, segment: { latency: 100 } }, async (bench) => {
      const { sync, segment } = bench
      const stop = new AbortController()
      // Once the second page's batch has arrived.
      segment.fault = (request) => {
        if (request === 2) stop.abort()
        return undefined
      }
      const result = await sync({ signal: stop.signal, config: { pageSize: 100 } })
      expect(result).toMatchObject({ outcome: 'stopped', summary: { profiles: { sent: 200 } } })
      expect(segment.statistics.requests).toBe(2)
      expect(await lostProfiles(bench)).toEqual([])
      const next = await sync()
      expect(next.summary.profiles).toMatchObject({ read: 100, sent: 100, known: 0 })
      expect(segment.statistics).toMatchObject({ accepted: 300, repeated: 0 })
    })
  })

  it.concurrent('gives up on a Segment that does not answer, within seconds, and loses nothing', async () => {
    await withBench({ profiles: 300 }, async (bench) => {
      const { sync, segment } = bench
      const stop = new AbortController()
      segment.fault = (request) => {
        if (request === 1) return undefined
        stop.abort()
        return { noAnswer: 'hang' }
      }
      const begunAt = Date.now()
      const result = await sync({ signal: stop.signal, config: { pageSize: 100 } })
      expect(result).toMatchObject({ outcome: 'stopped', summary: { profiles: { sent: 100 } } })
      expect(Date.now() - begunAt).toBeLessThan(10_000)
      expect(await lostProfiles(bench)).toEqual([])
      await expectAllDelivered(bench)
    })
  })

  it('stops at once while it waits for calls to Algolia, of which it has told', async () => {
    await withBench({ profiles: 300, algolia: { rateLimit: { calls: 1, seconds: 60 } } }, async (bench) => {
      const stop = new AbortController()
      const lines: string[] = []
      const onLog = (_: string, line: string): void => {
        lines.push(line)
        if (/^Algolia allows too few calls for now; going on in \d+ s\.$/.test(line)) stop.abort()
      }
      const result = await bench.sync({ signal: stop.signal, config: { pageSize: 100 }, onLog })
      expect(result).toMatchObject({ outcome: 'stopped', summary: { algolia: { calls: 1 } } })
      expect(lines).toHaveLength(2)
    })
  })

  it('stops at once while it waits to try Segment again', async () => {
    await withBench({ profiles: 5 }, async ({ sync, segment }) => {
      const stop = new AbortController()
      segment.fault = () => ({ status: 429, headers: { 'retry-after': '60' } })
      const onLog = (level: string): void => {
        if (level === 'warn') stop.abort()
      }
      expect(await sync({ signal: stop.signal, onLog })).toMatchObject({
        outcome: 'stopped',
        summary: { segment: { requests: 1, retries: 0 } }
      })
    })
  })
})
