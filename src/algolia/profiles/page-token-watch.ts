/**
 * Notices when the page tokens of a chain repeat, at once or in a cycle of any length, in the memory of one token
 * (Brent's algorithm): a token is kept and compared with those that follow, and replaced after 1, 2, 4, 8 … of them.
 */
export class PageTokenWatch {
  private sinceKept = 0
  private keepFor = 1

  /** @param kept the token that the chain starts from, if any */
  constructor(private kept: string | undefined) {}

  /** @returns whether the chain has come back to where it has been. */
  repeats(pageToken: string): boolean {
    if (pageToken === this.kept) return true
    this.sinceKept += 1
    if (this.sinceKept === this.keepFor) {
      this.kept = pageToken
      this.sinceKept = 0
      this.keepFor *= 2
    }
    return false
  }
}
