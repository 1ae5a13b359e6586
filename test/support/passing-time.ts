import { setImmediate as nextTurn } from 'node:timers/promises'

/** In each test of the file, time is the test's to advance: timers, `Date` and `performance` alike. */
export function simulateTime(): void {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] })
  })
  afterEach(() => void jest.useRealTimers())
}

/** Lets time pass until something has ended; files are written in real time meanwhile. */
export async function passing<Value>(work: Promise<Value>): Promise<Value> {
  let isOver = false
  const end = work.finally(() => (isOver = true))
  end.catch(() => undefined)
  while (!isOver) {
    await nextTurn()
    await nextTurn()
    if (!isOver && jest.getTimerCount() > 0) await jest.advanceTimersToNextTimerAsync()
  }
  return end
}
