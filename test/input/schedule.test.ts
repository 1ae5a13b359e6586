import { keepSyncing } from '../../src/sync'
import { VirtualClock } from '../support/virtual-clock'

const MINUTE = 60_000

/** Runs of these lengths, in minutes, one each hour; gives the minutes at which they began. The last one ends it all. */
async function startsOf(lengths: readonly number[]): Promise<number[]> {
  const clock = new VirtualClock(0)
  const stop = new AbortController()
  const starts: number[] = []
  let running = 0
  await keepSyncing(
    async () => {
      expect(running).toBe(0)
      running += 1
      starts.push(clock.now() / MINUTE)
      await clock.sleep(lengths[starts.length - 1]! * MINUTE)
      running -= 1
      if (starts.length === lengths.length) stop.abort()
      return true
    },
    { interval: 60 * MINUTE, clock, signal: stop.signal }
  )
  return starts
}

describe('runs that are repeated', () => {
  it('begin an interval apart, however long they take within it', async () => {
    expect(await startsOf([0, 1, 59, 30])).toEqual([0, 60, 120, 180])
  })

  it('begin right after one that took longer than its interval, without overlap, and make up for none', async () => {
    expect(await startsOf([150, 10, 60, 61, 1, 1])).toEqual([0, 150, 210, 270, 331, 391])
  })

  it('end at once when they are stopped in between', async () => {
    const clock = new VirtualClock(0)
    const stop = new AbortController()
    let runs = 0
    const onWait = (): void => stop.abort()
    const run = (): Promise<boolean> => Promise.resolve((runs += 1) > 0)
    await keepSyncing(run, { interval: MINUTE, clock, signal: stop.signal, onWait })
    expect([runs, clock.now()]).toEqual([1, 0])
  })

  it('end when a run says so', async () => {
    const clock = new VirtualClock(0)
    let runs = 0
    const run = (): Promise<boolean> => Promise.resolve((runs += 1) < 3)
    await keepSyncing(run, { interval: MINUTE, clock, signal: new AbortController().signal })
    expect([runs, clock.now()]).toEqual([3, 2 * MINUTE])
  })
})
