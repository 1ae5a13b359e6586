import type { PackageError } from '../../../src/errors'
import { createTransport, type Transport, type TransportOptions } from '../../../src/algolia/api/transport'
import type { Fault, Faults, LocalAlgolia } from '../../../src/local/algolia'
import {
  catalogOf,
  configuration,
  readInProcess,
  type ReadInProcess,
  runRead,
  stateOfWindows,
  withAlgolia
} from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

/** Reads ten pages over a real connection, as a rule one call after the other; only pauses pass on virtual time. */
function read({ url }: LocalAlgolia, state?: unknown, concurrency = 1): Promise<ReadInProcess> {
  const input = { config: configuration({ pageSize: 20, concurrency }), catalog: catalogOf('profiles'), state }
  return readInProcess(input, { clock: new VirtualClock(), random: () => 0.5, baseUrl: url })
}

/** Reads 200 profiles while something goes wrong. */
function readWith(
  breakIt: (faults: Faults) => void,
  expectations: (read: ReadInProcess, algolia: LocalAlgolia) => Promise<void> | void
) {
  return withAlgolia({ profiles: 200 }, async (algolia) => {
    breakIt(algolia.faults)
    await expectations(await read(algolia), algolia)
  })
}

/** Makes a profile of a call's page something that is no JSON. */
function breakProfile(faults: Faults, profile: number, when: (call: { number: number }) => boolean): void {
  const change: Fault['change'] = (answer) => {
    let seen = 0
    const broken = (text: string): string => (++seen === profile ? text.replace(':', ';') : text)
    return { ...answer, body: answer.body.replace(/"type":/g, broken) }
  }
  faults.add({ when, then: { change } })
}

describe('over a real connection', () => {
  test.each<[string, (faults: Faults) => void]>([
    ['a connection that breaks before the call is carried out', (faults) => faults.drop('before', { call: [1, 4] })],
    ['a connection that breaks afterwards', (faults) => faults.drop('after', { call: [1, 4] })],
    ['gzip cut short', (faults) => faults.cutBody('whole', { call: [1, 4] })],
    ['gzip cut short by a broken connection', (faults) => faults.cutBody('broken', { call: [1, 4] })],
    ['a page of HTML', (faults) => faults.htmlPage({ call: [1, 4] })],
    ['a page without users', (faults) => faults.pagesWithoutUsers({ call: [1, 4] })],
    ['a page broken at its end', (faults) => breakProfile(faults, 20, ({ number }) => number === 1 || number === 4)],
    ['a server that fails', (faults) => faults.status(503, { call: [1, 4] })]
  ])('%s costs another call, and no profile', async (_, breakIt) => {
    await readWith(breakIt, (output, { calls, profiles }) => {
      expect(output.thrown).toBeUndefined()
      expect(output.userTokens()).toEqual([...profiles].map(({ userID }) => userID))
      expect(calls).toHaveLength(12)
      expect(output.summary.retries).toBe(2)
    })
  })

  test.each<[string, 'whole' | 'broken']>([
    ['cut short', 'whole'],
    ['cut short by a broken connection', 'broken']
  ])('JSON that is not compressed, %s, costs another call, and no profile', async (_, framing) => {
    await withAlgolia({ profiles: 200, gzip: false }, async (algolia) => {
      algolia.faults.cutBody(framing, { call: [1, 4] })
      const output = await read(algolia)
      expect(output.thrown).toBeUndefined()
      expect(output.userTokens()).toEqual([...algolia.profiles].map(({ userID }) => userID))
      expect(algolia.calls).toHaveLength(12)
    })
  })

  test('a slow connection is waited for', async () => {
    await readWith(
      (faults) => faults.add({ when: () => true, then: { slow: { bytes: 2000, milliseconds: 2 } } }),
      (output, { calls, profiles }) => {
        expect(output.thrown).toBeUndefined()
        expect(output.userTokens()).toHaveLength(profiles.size)
        expect(calls).toHaveLength(10)
      }
    )
  })

  test.each<[string, (faults: Faults) => void, RegExp]>([
    ['repeats at once', (faults) => faults.repeatPageToken(), /page tokens repeat/],
    ['goes round in a circle', (faults) => faults.cyclePageTokens(3), /page tokens repeat/],
    ['is never taken', (faults) => faults.expirePageTokens(), /refused a page token \(422\)/]
  ])(
    'a page token that %s ends the read with a transient error, and the state is usable',
    async (_, breakIt, message) => {
      await readWith(breakIt, async (output, algolia) => {
        expect(output.thrown).toMatchObject({
          failureType: 'transient_error',
          message: expect.stringMatching(message) as string
        })
        expect(algolia.calls.length).toBeLessThan(15)
        await expectTheRest(output, algolia)
      })
    }
  )

  test.each<[string, (faults: Faults) => void, number]>([
    ['empty pages with a token', (faults) => faults.emptyPages({ call: [3, 6] }), 12],
    ['a token after the last page', (faults) => faults.tokenAfterLastPage(), 11],
    ['a token that expired', (faults) => faults.expirePageTokens({ call: 5 }), 15]
  ])('%s: all profiles come', async (_, breakIt, calls) => {
    await readWith(breakIt, (output, algolia) => {
      expect(output.thrown).toBeUndefined()
      expect(new Set(output.userTokens()).size).toBe(200)
      expect(algolia.calls).toHaveLength(calls)
    })
  })

  test.each<[number, PackageError['failureType']]>([
    [401, 'config_error'],
    [402, 'config_error'],
    [403, 'config_error'],
    [422, 'transient_error']
  ])('%d in the middle, for good, ends the read with a %s, and the state is usable', async (status, failureType) => {
    await readWith(
      (faults) => faults.status(status, { when: ({ query }) => query.has('nextPageToken') }),
      async (output, algolia) => {
        expect(output.thrown).toMatchObject({ failureType })
        expect(output.statuses().at(-1)).toBe('INCOMPLETE')
        await expectTheRest(output, algolia)
      }
    )
  })

  test('a connection that is refused is tried again for a while, then is a transient error', async () => {
    const { url } = await withAlgolia({}, (algolia) => Promise.resolve(algolia))
    const input = { config: configuration(), catalog: catalogOf('profiles') }
    const output = await readInProcess(input, { clock: new VirtualClock(), random: () => 0.5, baseUrl: url })
    expect(output.thrown).toMatchObject({
      failureType: 'transient_error',
      message: expect.stringMatching(/127\.0\.0\.1:\d+ could not be reached.*ECONNREFUSED.*Check the network/) as string
    })
    expect(output.summary.calls).toBeGreaterThan(5)
    expect(output.summary.calls).toBeLessThan(20)
  })

  test.each([1, 8])(
    'a page that is broken in its middle ends the read, without a state for it (concurrency %d)',
    async (concurrency) => {
      await withAlgolia({ profiles: 200 }, async (algolia) => {
        breakProfile(algolia.faults, 11, ({ number }) => number === 4)
        const output = await read(algolia, undefined, concurrency)
        expect(output.thrown).toMatchObject({
          failureType: 'transient_error',
          message: expect.stringMatching(/profile 11 is not JSON.*the state is kept/) as string
        })
        const all = [...algolia.profiles].map(({ userID }) => userID)
        expect(all.slice(0, 70)).toEqual(expect.arrayContaining(output.userTokens()))
        expect(output.userTokens().slice(0, 60)).toEqual(all.slice(0, 60))
        expect(output.summary.profiles).toBe(output.userTokens().length)
        expect(output.states()).toHaveLength(3)
        expect(output.statuses()).toEqual(['STARTED', 'RUNNING', 'INCOMPLETE'])
        await expectTheRest(output, algolia)
      })
    }
  )

  async function expectTheRest(first: ReadInProcess, algolia: LocalAlgolia): Promise<void> {
    algolia.faults.clear()
    const rest = await read(algolia, first.lastStates)
    expect(rest.thrown).toBeUndefined()
    expect(new Set([...first.userTokens(), ...rest.userTokens()]).size).toBe(algolia.profiles.size)
  }
})

test('a refusal whose body can not be unzipped is a refusal all the same', async () => {
  await withAlgolia({ profiles: 20, gzip: false }, async (algolia) => {
    algolia.faults.status(401, { headers: { 'content-encoding': 'gzip' }, body: 'not zipped' })
    const { thrown } = await read(algolia)
    expect(thrown).toMatchObject({ failureType: 'config_error', internalMessage: 'HTTP 401: (unreadable)' })
    expect(algolia.calls).toHaveLength(1)
  })
})

test('windows are read at the same time, each over a connection of its own', async () => {
  await withAlgolia({ profiles: 200, latency: 300 }, async ({ url, faults, calls }) => {
    let mostUnderWay = 0
    const count = (): boolean => {
      mostUnderWay = Math.max(mostUnderWay, calls.filter(({ status }) => status === 0).length)
      return false
    }
    faults.add({ when: count, then: {} })
    const now = Math.floor(Date.now() / 1000) * 1000
    const cuts = [70, 45, 20, 0].map((days) => now - days * 86_400_000)
    const run = await runRead({
      url,
      config: configuration({ pageSize: 10, concurrency: 4 }),
      state: stateOfWindows(['profiles'], now, cuts)
    })
    expect(run.exitCode).toBe(0)
    expect(new Set(run.userTokens()).size).toBe(200)
    expect(mostUnderWay).toBe(4)
  })
})

describe('through the command line', () => {
  test('a fault that passes leaves no trace but a warning', async () => {
    await withAlgolia({ profiles: 100 }, async ({ url, faults }) => {
      faults.status(502, { call: 1 })
      const run = await runRead({ url })
      expect(run.exitCode).toBe(0)
      expect(run.logs('WARN')).toEqual([
        expect.stringMatching(/^A call failed \(HTTP 502: .*\)\. Trying again in 0\.\d s\.$/) as string
      ])
      expect(run.userTokens()).toHaveLength(100)
    })
  })

  test('a fault that does not pass ends with exit code 1, INCOMPLETE, and an error as its last message', async () => {
    await withAlgolia({ profiles: 100 }, async ({ url, faults }) => {
      faults.status(401, { when: ({ query }) => query.has('nextPageToken') })
      const run = await runRead({ url, config: configuration({ pageSize: 10 }) })
      expect(run.exitCode).toBe(1)
      expect(run.stderr).toBe('')
      expect(run.statuses()).toEqual(['STARTED', 'RUNNING', 'INCOMPLETE'])
      expect(run.error.failure_type).toBe('config_error')
      expect(run.messages.at(-1)).toMatchObject({ type: 'TRACE', trace: { type: 'ERROR' } })
      expect(run.states()).toHaveLength(1)
    })
  })

  test('a refused call is waited for until the next period', async () => {
    await withAlgolia({ profiles: 100, rateLimit: { calls: 5, seconds: 1 } }, async ({ url, faults }) => {
      faults.status(429, { call: 2 })
      const run = await runRead({ url, config: configuration({ pageSize: 10 }) })
      expect(run.exitCode).toBe(0)
      expect(run.userTokens()).toHaveLength(100)
      expect(run.summary.refusals).toBe(1)
    })
  })
})

test('a server that hangs is asked again, after half a minute', async () => {
  await withAlgolia({ profiles: 100 }, async ({ url, faults }) => {
    faults.hang('before', { call: 2 })
    const silences: number[] = []
    const impatient = (options: TransportOptions): Transport => {
      silences.push(options.silenceTimeout)
      return createTransport({ ...options, silenceTimeout: 300 })
    }
    const input = { config: configuration({ pageSize: 10 }), catalog: catalogOf('profiles') }
    // The local Algolia goes by this machine's clock: another one would be warned of.
    const clock = new VirtualClock(Date.now())
    const environment = { clock, random: () => 0.5, baseUrl: url, createTransport: impatient }
    const output = await readInProcess(input, environment)
    expect(silences).toEqual([30_000])
    expect(output.thrown).toBeUndefined()
    expect(output.userTokens()).toHaveLength(100)
    expect(output.summary.retries).toBe(1)
    expect(output.logs('WARN')).toEqual([expect.stringMatching(/^A call failed \(UND_ERR_HEADERS_TIMEOUT/) as string])
  })
})
