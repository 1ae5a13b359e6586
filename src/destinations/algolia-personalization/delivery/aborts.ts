/** Resolves when the work has ended or the signal aborts. It listens once, however much work there is. */
export function untilAborted(signal: AbortSignal | undefined, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      signal?.removeEventListener('abort', end)
      resolve()
    }
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
    work.then(end, reject)
  })
}
