/** Lets one in at a time, in the order in which they came. */
export class Turn {
  private isTaken = false
  private readonly waiting: (() => void)[] = []

  /** Resolves when it is one's turn, which lasts until `end`. Rejects with the signal's reason when it aborts. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.isTaken) {
      this.isTaken = true
      return
    }
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(begin), 1)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.waiting.push(begin)
    })
  }

  /** Ends the present turn: the next one's begins. */
  end(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.isTaken = false
    else next()
  }
}
