import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import {
  catalogOf,
  COMMAND_LINE,
  configuration,
  type RunningSource,
  runRead,
  type RunOptions,
  startSource,
  withAlgolia
} from '../../support/source'

const SIGNALS = [
  ['SIGTERM', 143],
  ['SIGINT', 130]
] as const

function startRead(options: RunOptions): Promise<RunningSource> {
  return startSource('read', { config: configuration(), catalog: catalogOf('profiles', 'segments'), ...options })
}

/** Waits for something to become true. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(5)
}

/** @returns how many milliseconds a promise takes */
async function timeOf(promise: Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await promise
  return performance.now() - begin
}

describe.each(SIGNALS)('%s', (signal, exitCode) => {
  test('in the middle of a read: whole lines, INCOMPLETE, and a state from which the rest can be read', async () => {
    await withAlgolia({ profiles: 600, latency: 20 }, async ({ url, profiles }) => {
      const config = configuration({ pageSize: 10 })
      const running = await startRead({ url, config })
      await until(() => running.stdout.includes('"STATE"'))
      running.process.kill(signal)
      expect(await timeOf(running.ended)).toBeLessThan(5000)
      const run = await running.ended
      expect(run.exitCode).toBe(exitCode)
      expect(run.stderr).toBe('')
      expect(run.stdout.endsWith('\n')).toBe(true)
      expect(run.errors).toEqual([])
      for (const stream of ['profiles', 'segments'] as const) {
        expect(run.statuses(stream)).toEqual(['STARTED', 'RUNNING', 'INCOMPLETE'])
        expect(run.states(stream).length).toBeGreaterThan(0)
      }
      expect(run.userTokens().length).toBeLessThan(profiles.size)
      const rest = await runRead({ url, config, catalog: catalogOf('profiles', 'segments'), state: run.lastStates })
      expect(rest.exitCode).toBe(0)
      expect(new Set([...run.userTokens(), ...rest.userTokens()]).size).toBe(profiles.size)
    })
  })

  test('while a read waits for calls', async () => {
    await withAlgolia({ profiles: 100, rateLimit: { calls: 3, seconds: 3600 } }, async ({ url, calls }) => {
      const running = await startRead({ url, config: configuration({ pageSize: 10 }) })
      // A reset that is an hour away is not believed: the read asks again, ever more seldom.
      await until(() => calls.some(({ status }) => status === 429))
      running.process.kill(signal)
      expect(await timeOf(running.ended)).toBeLessThan(5000)
      const run = await running.ended
      expect(run.exitCode).toBe(exitCode)
      expect(run.statuses().slice(0, 2)).toEqual(['STARTED', 'RUNNING'])
      expect(run.statuses().at(-1)).toBe('INCOMPLETE')
      expect(run.userTokens()).toHaveLength(30)
    })
  })

  test('while a read waits to try again', async () => {
    await withAlgolia({ profiles: 100 }, async ({ url, faults, calls }) => {
      faults.status(503)
      const running = await startRead({ url })
      await until(() => calls.length >= 2)
      running.process.kill(signal)
      expect(await timeOf(running.ended)).toBeLessThan(5000)
      expect((await running.ended).statuses()).toEqual(['STARTED', 'INCOMPLETE'])
    })
  })

  test('while a read waits for an answer that never comes', async () => {
    await withAlgolia({ profiles: 100 }, async ({ url, faults, calls }) => {
      faults.hang('before')
      const running = await startRead({ url })
      await until(() => calls.length > 0)
      running.process.kill(signal)
      expect(await timeOf(running.ended)).toBeLessThan(5000)
      expect((await running.ended).statuses()).toEqual(['STARTED', 'INCOMPLETE'])
    })
  })
})

describe('SIGTERM in the middle of a wait of many seconds ends the read at once:', () => {
  test('for calls', async () => {
    await withAlgolia({ profiles: 100, rateLimit: { calls: 3, seconds: 60 } }, async ({ url }) => {
      const running = await startRead({ url, config: configuration({ pageSize: 10 }) })
      await until(() => running.stdout.includes('RATE_LIMITED'))
      running.process.kill('SIGTERM')
      expect(await timeOf(running.ended)).toBeLessThan(3000)
      const run = await running.ended
      expect(run.exitCode).toBe(143)
      expect(run.statuses().at(-1)).toBe('INCOMPLETE')
    })
  })

  test('before a call is tried again', async () => {
    await withAlgolia({ profiles: 100 }, async ({ url, faults }) => {
      faults.status(503)
      const running = await startRead({ url })
      // The pauses double: the fifth one takes four seconds at least.
      await until(() => running.stdout.split('Trying again').length > 5)
      running.process.kill('SIGTERM')
      expect(await timeOf(running.ended)).toBeLessThan(3000)
      const run = await running.ended
      expect(run.exitCode).toBe(143)
      expect(run.statuses()).toEqual(['STARTED', 'INCOMPLETE'])
    })
  })
})

test('a check that is stopped answers nothing, and ends at once', async () => {
  await withAlgolia({}, async ({ url, faults, calls }) => {
    faults.hang('before')
    const running = await startSource('check', { url, config: configuration() })
    await until(() => calls.length > 0)
    running.process.kill('SIGTERM')
    expect(await timeOf(running.ended)).toBeLessThan(2000)
    const run = await running.ended
    expect([run.stdout, run.stderr, run.exitCode]).toEqual(['', '', 143])
  })
})

describe('standard output that its reader closes', () => {
  test('stops the read within two seconds, without a word, and without reading on', async () => {
    await withAlgolia({ profiles: 5000, latency: 20 }, async ({ url, calls }) => {
      const running = await startRead({ url, config: configuration({ pageSize: 50 }) })
      await until(() => running.stdout.includes('\n'))
      running.process.stdout.destroy()
      expect(await timeOf(once(running.process, 'exit'))).toBeLessThan(2000)
      const { stderr, exitCode } = await running.ended
      expect(stderr).toBe('')
      expect(exitCode).toBe(1)
      expect(calls.length).toBeLessThan(60)
    })
  })

  test('before the first line stops it as well', async () => {
    await withAlgolia({ profiles: 5000, latency: 20 }, async ({ url, calls }) => {
      const running = await startRead({ url, config: configuration({ pageSize: 50 }) })
      running.process.stdout.destroy()
      const { stderr, exitCode } = await running.ended
      expect([stderr, exitCode]).toEqual(['', 1])
      expect(calls.length).toBeLessThan(60)
    })
  })

  test('ends a read that waits for calls as soon', async () => {
    await withAlgolia({ profiles: 100, rateLimit: { calls: 3, seconds: 60 } }, async ({ url, calls }) => {
      const running = await startRead({ url, config: configuration({ pageSize: 10 }) })
      // What it has to say of the wait is said.
      await until(() => running.stdout.includes('Still waiting for Algolia'))
      running.process.stdout.destroy()
      expect(await timeOf(once(running.process, 'exit'))).toBeLessThan(3000)
      expect([(await running.ended).stderr, running.process.exitCode]).toEqual(['', 1])
      expect(calls.length).toBeLessThanOrEqual(3)
    })
  })

  test.each(['spec', 'discover'])('does not make %s fail aloud', async (command) => {
    const running = await startSource(command, command === 'spec' ? {} : { config: configuration() })
    running.process.stdout.destroy()
    expect((await running.ended).stderr).toBe('')
  })
})

// Linux has a device that stands in for a full disk.
if (existsSync('/dev/full')) {
  test('standard output on a disk that is full is told on standard error', () => {
    const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const
    const { status, stderr } = spawnSync(process.execPath, [COMMAND_LINE, 'spec'], { stdio: [...stdio] })
    expect(status).toBe(1)
    expect(String(stderr)).toMatch(/^Standard output can't be written \(ENOSPC\)\. Make room.*\n$/)
  })
}

describe('a slow reader of standard output', () => {
  test('holds the reading up after a few pages; once it reads, everything comes', async () => {
    await withAlgolia({ profiles: 4000 }, async ({ url, calls, profiles }) => {
      const running = await startRead({ url, config: configuration({ pageSize: 200 }) })
      running.process.stdout.pause()
      await until(() => calls.length > 0)
      await wait(700)
      expect(calls.length).toBeLessThanOrEqual(3)
      running.process.stdout.resume()
      const run = await running.ended
      expect(run.exitCode).toBe(0)
      expect(run.userTokens().sort()).toEqual([...profiles].map(({ userID }) => userID).sort())
    })
  })

  test('does not keep a read from ending when it is stopped', async () => {
    await withAlgolia({ profiles: 4000 }, async ({ url, calls }) => {
      const running = await startRead({ url, config: configuration({ pageSize: 200 }) })
      const exit = once(running.process, 'exit')
      running.process.stdout.pause()
      await until(() => calls.length > 0)
      await wait(700)
      running.process.kill('SIGTERM')
      try {
        expect(await timeOf(Promise.race([exit, wait(8000, undefined, { ref: false })]))).toBeLessThan(6000)
        expect(await exit).toEqual([143, null])
      } finally {
        running.process.kill('SIGKILL')
        running.process.stdout.resume()
        await running.ended
      }
    })
  })

  test('has at most a few pages of each window waiting for it', async () => {
    await withAlgolia({ profiles: 20_000, latency: 5 }, async (algolia) => {
      const { url, calls } = algolia
      const config = configuration({ pageSize: 50, concurrency: 4 })
      const first = await startRead({ url, config })
      await until(() => /"windows":\[\{[^\]]*\},\{[^\]]*\},\{/.test(first.stdout))
      first.process.kill('SIGTERM')
      const { lastStates } = await first.ended
      algolia.clearCalls()
      const second = await startRead({ url, config, state: lastStates })
      second.process.stdout.pause()
      await until(() => calls.length > 0)
      await wait(700)
      expect(calls.length).toBeGreaterThanOrEqual(4)
      expect(calls.length).toBeLessThanOrEqual(12)
      second.process.stdout.resume()
      expect((await second.ended).exitCode).toBe(0)
    })
  })
})
