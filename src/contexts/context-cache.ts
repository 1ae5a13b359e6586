/** What is known of one user token, and for how long; times are Unix milliseconds. */
export interface Known {
  readonly contexts: readonly string[]
  /** From then on Algolia is asked anew, while the contexts are still given out. */
  readonly askAgainAt: number
  /** From then on the contexts are no longer given out. */
  readonly keptUntil: number
}

/** The user tokens that were looked up most recently, a bounded number of them. */
export class ContextCache {
  private readonly known = new Map<string, Known>()

  constructor(private readonly maxTokens: number) {}

  /** Finds what is known, and counts it as used. */
  get(userToken: string): Known | undefined {
    const known = this.known.get(userToken)
    if (known !== undefined) {
      // A map is in the order of insertion, so the first is the one that was not used for the longest time.
      this.known.delete(userToken)
      this.known.set(userToken, known)
    }
    return known
  }

  set(userToken: string, known: Known): void {
    this.known.delete(userToken)
    this.known.set(userToken, known)
    if (this.known.size > this.maxTokens) this.known.delete(this.known.keys().next().value as string)
  }
}
