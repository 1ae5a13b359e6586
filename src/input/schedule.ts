import type { Clock } from '../clock'

export interface Schedule {
  /** Milliseconds from the start of one run to the start of the next. */
  readonly interval: number
  readonly clock: Clock
  /** Ends the repeating: at once while waiting, else when the run has ended. */
  readonly signal: AbortSignal
  /** Told when the next run starts that has to be waited for, in Unix milliseconds by the clock. */
  readonly onWait?: (nextStart: number) => void
}

/**
 * Runs something again and again, never two at the same time. A run that takes longer than the interval is followed by the
 * next right away; starts that were missed are not made up for.
 * @param run resolves to whether to go on
 */
export async function keepSyncing(run: () => Promise<boolean>, schedule: Schedule): Promise<void> {
  const { interval, clock, signal, onWait } = schedule
  for (;;) {
    const startedAt = clock.now()
    if (!(await run()) || signal.aborted) return
    const nextStart = startedAt + interval
    const pause = nextStart - clock.now()
    if (pause <= 0) continue
    onWait?.(nextStart)
    try {
      await clock.sleep(pause, signal)
    } catch {
      return
    }
  }
}

/** The longest that a timer of Node can wait, rounded down to days, in milliseconds. */
const LONGEST = 24 * 86_400_000

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** @returns the milliseconds of a duration such as 30s, 15m, 1h or 1d, or undefined when it is none, or over 24 days. */
export function toMilliseconds(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const milliseconds = Number(count) * (UNITS[unit] ?? 0)
  return milliseconds > 0 && milliseconds <= LONGEST ? milliseconds : undefined
}
