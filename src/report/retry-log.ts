/**
 * Tells of calls that are tried again. Calls that are on their way at the same time fail at the same time: what is told of
 * one of them holds for the others until that one is tried again.
 */
export class RetryLog {
  private told = ''
  private toldUntil = 0

  /** @param now a clock, in milliseconds */
  constructor(
    private readonly now: () => number,
    private readonly warn: (line: string) => void
  ) {}

  /** @param what what happened, in a sentence @param pause milliseconds until the next try */
  failed(what: string, pause: number): void {
    const now = this.now()
    if (what === this.told && now < this.toldUntil) return
    this.told = what
    this.toldUntil = now + pause
    this.warn(`${what} Trying again in ${(pause / 1000).toFixed(1)} s.`)
  }
}
