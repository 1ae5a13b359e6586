import { TURN_PATIENCE_MS } from '../constants'

/** Those who wait for one key, and what holds it up. */
interface Line {
  /** Settles when all who have lined up so far have ended. */
  end: Promise<unknown>
  /** What keeps the turn after its task has ended, see {@link inTurn}. */
  holds: number
  waiting: Set<Waiter>
}

interface Waiter {
  /** The lines of it that are held. */
  holds: number
  timeout: NodeJS.Timeout | undefined
  giveUp: () => void
}

const lines = new Map<string, Line>()

/** Keeps the turn beyond the end of its task, until this settles. */
export type Hold = (until: Promise<unknown>) => void

/**
 * Runs the tasks of each key one after another, in the order of these calls, whichever batch or `Destination` of this
 * process they come from. To read a profile and write it back is such a task: two at once would lose an update.
 *
 * A task that leaves something behind that may still happen holds its turn until that is known. Who waits for a turn that is
 * held so longer than ten seconds gives up, and `late` says what becomes of it.
 *
 * A task with several keys has its turn when it is its turn for each. It must not line up again: then each task waits only
 * for tasks that came before it, and no two for each other.
 */
export function inTurn<T>(keys: readonly string[], task: (hold: Hold) => Promise<T>, late: () => T): Promise<T> {
  const own = [...new Set(keys)].map((key) => ({ key, line: lineOf(key) }))
  const before = Promise.all(own.map(({ line }) => line.end))
  const waiter: Waiter = { holds: 0, timeout: undefined, giveUp: () => {} }
  const patience = new Promise<'late'>((resolve) => (waiter.giveUp = () => resolve('late')))
  for (const { line } of own) {
    line.waiting.add(waiter)
    if (line.holds > 0) change(waiter, line.holds)
  }
  const holds: Promise<unknown>[] = []
  const hold: Hold = (until) => {
    holds.push(until)
    for (const { line } of own) changeHolds(line, 1)
    const release = () => own.forEach(({ line }) => changeHolds(line, -1))
    void until.then(release, release)
  }
  const turn = Promise.race([before, patience]).then((came) => {
    for (const { line } of own) line.waiting.delete(waiter)
    clearTimeout(waiter.timeout)
    return came === 'late' ? late() : task(hold)
  })
  const end = turn.then(ignore, ignore).then(() => Promise.all([before, ...holds]).then(ignore, ignore))
  for (const { key, line } of own) {
    line.end = end
    void end.then(() => {
      if (line.end === end) lines.delete(key)
    })
  }
  return turn
}

function lineOf(key: string): Line {
  const line = lines.get(key) ?? { end: Promise.resolve(), holds: 0, waiting: new Set() }
  lines.set(key, line)
  return line
}

function changeHolds(line: Line, by: number): void {
  line.holds += by
  for (const waiter of line.waiting) change(waiter, by)
}

/** Someone's patience counts from the moment at which the turn is held, and no longer when nothing holds it. */
function change(waiter: Waiter, by: number): void {
  waiter.holds += by
  if (waiter.holds > 0) waiter.timeout ??= setTimeout(waiter.giveUp, TURN_PATIENCE_MS)
  else {
    clearTimeout(waiter.timeout)
    waiter.timeout = undefined
  }
}

function ignore(): void {}

/** How many keys have a line: none, when nothing is under way. */
export function linesInUse(): number {
  return lines.size
}
