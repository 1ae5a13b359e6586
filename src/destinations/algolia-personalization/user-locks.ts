/** For each key the end of its line: settles when the last task that stands in it has ended. */
const lines = new Map<string, Promise<void>>()

/**
 * Runs tasks with the same key one after another, in the order of these calls, whichever batch or `Destination` of this
 * process they come from. Reading a profile and writing it back is such a task: two at once would lose an update.
 *
 * A caller that lines up for several keys at once must do so without waiting in between, and a task must not line up
 * again: so every task waits only for tasks that came before it, and none for each other.
 */
export function inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
  const turn = (lines.get(key) ?? Promise.resolve()).then(task)
  const end = turn.then(
    () => undefined,
    () => undefined
  )
  lines.set(key, end)
  void end.then(() => {
    if (lines.get(key) === end) lines.delete(key)
  })
  return turn
}

/** How many keys have a line: 0 when nothing is under way. */
export function linesInUse(): number {
  return lines.size
}
