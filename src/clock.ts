import { setTimeout as delay } from 'node:timers/promises'

/** A clock that never goes back, in Unix milliseconds by the machine's reckoning, and a pause. */
export interface Clock {
  now(): number
  /** Rejects with the signal's reason when it aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  async sleep(milliseconds, signal) {
    try {
      await delay(milliseconds, undefined, { signal })
    } catch (thrown) {
      signal.throwIfAborted()
      throw thrown
    }
  }
}
