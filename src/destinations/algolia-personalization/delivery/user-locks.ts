/** For each key the end of its line: settles when the task that came last has ended. */
const lines = new Map<string, Promise<void>>()

/**
 * Runs the tasks of each key one after another, in the order of these calls, whichever batch or `Destination` of this
 * process they come from. To read a profile and write it back is such a task: two at once would lose an update.
 *
 * A task must not line up again, and who lines up for several keys must do so without waiting in between: then each
 * task waits only for tasks that came before it, and no two for each other.
 */
export function inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
  const turn = (lines.get(key) ?? Promise.resolve()).then(task)
  const leave = () => {
    if (lines.get(key) === end) lines.delete(key)
  }
  const end = turn.then(leave, leave)
  lines.set(key, end)
  return turn
}

/** How many keys have a line: none, when nothing is under way. */
export function linesInUse(): number {
  return lines.size
}
