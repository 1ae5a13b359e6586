/**
 * The server's clock, as the dates of pages tell it: a cursor goes by it, as the machine's clock may be an hour off. Only
 * whole pages count. Whoever else answers on the way, such as a proxy that refuses a call, has a clock of its own, and a
 * cursor that lies too late would lose profiles without a word.
 */
export class ServerClock {
  /** Server clock less local clock: the least that any page showed, as a cursor may lie too early, but never too late. */
  private offset: number | undefined

  /** Whether a page has told. */
  get isKnown(): boolean {
    return this.offset !== undefined
  }

  /**
   * @param localTime when a page arrived
   * @param date its date; both in milliseconds
   */
  learn(localTime: number, date: number | undefined): void {
    if (date !== undefined) this.offset = Math.min(this.offset ?? Infinity, date - localTime)
  }

  /** @returns the server's clock at a local time, never ahead of it; the local time itself until a page told. */
  at(localTime: number): number {
    return localTime + (this.offset ?? 0)
  }
}
