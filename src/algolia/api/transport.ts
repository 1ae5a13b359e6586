import { gunzipSync } from 'node:zlib'
import { errors, Pool } from 'undici'

/** Bytes of a chunk of an unzipped body: a page of 1,000 profiles is one, where zlib's own 16 KB made sixty. */
const UNZIPPED_CHUNK = 1 << 20

/**
 * A body may have this many bytes, zipped or not: hundreds of times what a page of 1,000 profiles has. Without a limit, a
 * server that never ends an answer would fill the memory.
 */
const LARGEST_BODY = 128 << 20

/** An answer of the server, whatever its status. */
export interface Answer {
  readonly status: number
  /** A header's value by its name in lower case. */
  readonly header: (name: string) => string | undefined
  /**
   * Unzips the body. A page waits zipped for as long as it can, which takes a fifth of the memory.
   * @throws NoAnswer when it was cut short on the way
   */
  readonly body: () => Buffer
}

/** No whole answer came: no connection, a broken one, silence, or a body cut short. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

const TOO_LARGE = `an answer of more than ${LARGEST_BODY >> 20} MB; a smaller page size makes smaller ones`

/** What a request changes, where it isn't a GET. */
export interface Change {
  readonly method: 'PUT' | 'POST' | 'DELETE'
  /** JSON. */
  readonly body?: string
}

/** Sends one request. Rejects with `NoAnswer`, or with the signal's reason once it aborts. */
export interface Transport {
  readonly host: string
  send(path: string, signal: AbortSignal, change?: Change): Promise<Answer>
  close(): Promise<void>
}

export interface TransportOptions {
  /** An origin, such as `https://ai-personalization.us.algolia.com`. */
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  /** Milliseconds without a byte, before an answer and within it, after which it is given up. */
  readonly silenceTimeout: number
}

/** HTTP through undici: the only file of the source that touches the network. */
export function createTransport({ baseUrl, headers, connections, silenceTimeout }: TransportOptions): Transport {
  const pool = new Pool(baseUrl, {
    connections,
    pipelining: 1,
    connect: { timeout: 10_000 },
    headersTimeout: silenceTimeout,
    bodyTimeout: silenceTimeout
  })
  const allHeaders = { ...headers, 'accept-encoding': 'gzip' }
  return {
    host: new URL(baseUrl).host,
    async send(path, signal, change) {
      try {
        const answer = await pool.request({
          path,
          method: change?.method ?? 'GET',
          headers: change?.body === undefined ? allHeaders : { ...allHeaders, 'content-type': 'application/json' },
          body: change?.body ?? null,
          signal
        })
        const chunks: Buffer[] = []
        let received = 0
        for await (const chunk of answer.body as AsyncIterable<Buffer>) {
          chunks.push(chunk)
          received += chunk.length
          if (received > LARGEST_BODY) throw new NoAnswer(TOO_LARGE)
        }
        const header: Answer['header'] = (name) => {
          const value = answer.headers[name]
          return Array.isArray(value) ? value[0] : value
        }
        const isZipped = /^(x-)?gzip$/i.test(header('content-encoding') ?? '')
        const bytes = Buffer.concat(chunks, received)
        return { status: answer.statusCode, header, body: () => (isZipped ? unzip(bytes) : bytes) }
      } catch (thrown) {
        signal.throwIfAborted()
        throw noAnswer(thrown)
      }
    },
    close: () => pool.destroy()
  }
}

function unzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { chunkSize: UNZIPPED_CHUNK, maxOutputLength: LARGEST_BODY })
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw new NoAnswer(TOO_LARGE)
    throw noAnswer(thrown)
  }
}

/** @returns what was thrown as `NoAnswer`, unless it is a mistake in this program */
function noAnswer(thrown: unknown): unknown {
  const { code, message } = thrown as { code?: unknown; message?: unknown }
  // Errors of the network, of undici and of zlib have a code, but for an answer that is no HTTP.
  if (typeof code !== 'string' && !(thrown instanceof errors.HTTPParserError)) return thrown
  return new NoAnswer(`${typeof code === 'string' ? code : 'no HTTP'}: ${String(message)}`)
}
