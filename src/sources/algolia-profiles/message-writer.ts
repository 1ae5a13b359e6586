import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** The reader of standard output has gone away. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/** Writes messages, one a line, no faster than they are taken. */
export class MessageWriter {
  private readonly gone = new AbortController()

  constructor(private readonly output: Writable) {
    output.on('error', () => this.gone.abort(new OutputClosed('Standard output was closed.')))
  }

  /** Aborts when the reader has gone away. */
  get closed(): AbortSignal {
    return this.gone.signal
  }

  /**
   * Resolves when more may be written.
   * @throws OutputClosed
   */
  async write(messages: Iterable<object>): Promise<void> {
    this.closed.throwIfAborted()
    let lines = ''
    for (const message of messages) lines += `${JSON.stringify(message)}\n`
    if (lines === '' || this.output.write(lines)) return
    try {
      await once(this.output, 'drain', { signal: this.closed })
    } catch {
      this.closed.throwIfAborted()
    }
  }
}
