/**
 * Memory that grows to the largest content that it ever held, and is used again for the next. Bodies of answers live too
 * long to be cheap for the garbage collector: it leaves tens of megabytes of them lying about before it collects any.
 */
export class ReusedMemory {
  private memory = Buffer.alloc(0)
  private used = 0

  /** What it holds: valid until it is emptied, as the same bytes then hold something else. */
  get content(): Buffer {
    return this.memory.subarray(0, this.used)
  }

  /** Adds a copy of some bytes. */
  add(bytes: Buffer): void {
    const needed = this.used + bytes.length
    if (needed > this.memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.memory.length))
      this.content.copy(larger)
      this.memory = larger
    }
    this.used += bytes.copy(this.memory, this.used)
  }

  empty(): void {
    this.used = 0
  }
}
