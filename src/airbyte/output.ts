import type { Writable } from 'node:stream'

/** Standard output takes no more: its reader has gone away, or its disk is full. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
  /** Whether it is no more than that the reader has had enough, as `head` has. */
  readonly byReader: boolean

  /** @param failure what the stream said */
  constructor(failure: unknown) {
    const { code } = failure as NodeJS.ErrnoException
    super(`Standard output can't be written (${code ?? String(failure)}).`)
    this.byReader = code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_DESTROYED'
  }
}

/** Lines are gathered up to this many characters before they are written. */
const CHUNK_CHARACTERS = 1 << 16

/** A character of a text takes this many bytes at most, in UTF-8. */
const MOST_BYTES_OF_A_CHARACTER = 3

/**
 * Writes messages, one a line, no faster than they are taken. Lines are gathered, as each write has its price, and made bytes
 * of in one piece of memory that is used again and again: new ones would keep the garbage collector busy.
 */
export class MessageWriter {
  private readonly gone = new AbortController()
  private readonly chunk = Buffer.allocUnsafeSlow(CHUNK_CHARACTERS * MOST_BYTES_OF_A_CHARACTER)
  private lines = ''

  constructor(private readonly output: Writable) {
    output.on('error', (failure) => this.gone.abort(new OutputClosed(failure)))
  }

  /** Aborts, with `OutputClosed`, when standard output takes no more. */
  get closed(): AbortSignal {
    return this.gone.signal
  }

  /**
   * Resolves when all has been written. Messages are taken as they are written, so at most one chunk of them is ahead.
   * @throws OutputClosed
   */
  async write(messages: Iterable<object>): Promise<void> {
    this.closed.throwIfAborted()
    for (const message of messages) {
      const line = `${jsonOf(message)}\n`
      if (this.lines.length + line.length > CHUNK_CHARACTERS) await this.flush()
      if (line.length > CHUNK_CHARACTERS) await this.send(Buffer.from(line))
      else this.lines += line
    }
    await this.flush()
  }

  private async flush(): Promise<void> {
    if (this.lines === '') return
    const bytes = this.chunk.subarray(0, this.chunk.write(this.lines))
    this.lines = ''
    await this.send(bytes)
  }

  /** Resolves when the bytes are out, and their memory may be used again. */
  private async send(bytes: Buffer): Promise<void> {
    const failure = await new Promise<unknown>((resolve) => this.output.write(bytes, resolve))
    if (failure) throw new OutputClosed(failure)
  }
}

/** Most messages are records, which differ in their data alone: with the rest of them spelt out, JSON takes a tenth less time. */
function jsonOf(message: object): string {
  const { record } = message as { record?: { stream: string; data: unknown; emitted_at: number; meta?: unknown } }
  if (record === undefined || record.meta !== undefined) return JSON.stringify(message)
  const { stream, data, emitted_at: emittedAt } = record
  return `{"type":"RECORD","record":{"stream":"${stream}","data":${JSON.stringify(data)},"emitted_at":${emittedAt}}}`
}
