import type { Clock } from '../../src/clock'

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/**
 * Time that passes only while everybody sleeps: whenever the process has nothing else to do, the clock jumps to the moment
 * at which the next sleeper wakes. Minutes of waiting take no time, and what happens is the same each time.
 */
export class VirtualClock implements Clock {
  private readonly sleepers: Sleeper[] = []
  private deadlines: { readonly at: number; readonly controller: AbortController }[] = []
  private isTicking = false

  /** @param time Unix milliseconds */
  constructor(private time = Date.parse('2026-03-01T12:00:00Z')) {}

  now(): number {
    return this.time
  }

  /** Lets time pass without waking anybody, as while no run is going on. */
  advance(milliseconds: number): void {
    this.time += milliseconds
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const abort = (): void => {
        this.sleepers.splice(this.sleepers.indexOf(sleeper), 1)
        reject(signal?.reason as Error)
      }
      const wake = (): void => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const sleeper = { until: this.time + Math.max(0, milliseconds), wake }
      signal?.addEventListener('abort', abort, { once: true })
      const place = this.sleepers.findIndex(({ until }) => until > sleeper.until)
      this.sleepers.splice(place < 0 ? this.sleepers.length : place, 0, sleeper)
      this.tick()
    })
  }

  /** Stands in for `AbortSignal.timeout`: aborts after so many virtual milliseconds, if time gets so far. */
  timeout(milliseconds: number): AbortSignal {
    const controller = new AbortController()
    this.deadlines.push({ at: this.time + milliseconds, controller })
    return controller.signal
  }

  private tick(): void {
    if (this.isTicking) return
    this.isTicking = true
    setImmediate(() => {
      this.isTicking = false
      const next = this.sleepers[0]
      if (next === undefined) return
      const due = this.deadlines.filter(({ at }) => at < next.until)
      if (due.length > 0) {
        this.deadlines = this.deadlines.filter(({ at }) => at >= next.until)
        this.time = Math.max(this.time, ...due.map(({ at }) => at))
        for (const { controller } of due) controller.abort(new DOMException('It took too long', 'TimeoutError'))
      } else {
        this.sleepers.shift()
        this.time = Math.max(this.time, next.until)
        next.wake()
      }
      this.tick()
    })
  }
}
