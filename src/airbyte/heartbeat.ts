import { setTimeout as delay } from 'node:timers/promises'

/**
 * Hands on what comes, and something else whenever nothing has come for a while.
 * @param longest milliseconds
 */
export async function* breakSilence<Value>(
  values: AsyncGenerator<Value, void>,
  longest: number,
  something: () => Value
): AsyncGenerator<Value, void> {
  try {
    for (;;) {
      const next = values.next()
      while (!(await settlesWithin(next, longest))) yield something()
      const result = await next
      if (result.done) return
      yield result.value
    }
  } finally {
    await values.return()
  }
}

async function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const settled = new AbortController()
  const settles = promise.then(
    () => true,
    () => true
  )
  const isOver = delay(milliseconds, false, { signal: settled.signal }).catch(() => false)
  try {
    return await Promise.race([settles, isOver])
  } finally {
    settled.abort()
  }
}
