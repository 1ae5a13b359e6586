import { gunzipSync } from 'node:zlib'
import { errors, Pool } from 'undici'
import { ReusedMemory } from './reused-memory'

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
   * Unzips the body; to be called once, as the zipped one is then gone.
   * @param memory where to put it: it stays valid until that is emptied
   * @throws NoAnswer when it was cut short on the way
   */
  readonly body: (memory: ReusedMemory) => Buffer
}

/** No whole answer came: no connection, a broken one, silence, or a body cut short. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

const TOO_LARGE = `an answer of more than ${LARGEST_BODY >> 20} MB; a smaller page size makes smaller ones`

/** Sends one GET. Rejects with `NoAnswer`, or with the signal's reason once it aborts. */
export interface Transport {
  readonly host: string
  get(path: string, signal: AbortSignal): Promise<Answer>
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
  const unused: ReusedMemory[] = []
  return {
    host: new URL(baseUrl).host,
    async get(path, signal) {
      try {
        const answer = await pool.request({ path, method: 'GET', headers: allHeaders, signal })
        const received = unused.pop() ?? new ReusedMemory()
        for await (const bytes of answer.body) {
          received.add(bytes as Buffer)
          if (received.content.length > LARGEST_BODY) throw new NoAnswer(TOO_LARGE)
        }
        const header: Answer['header'] = (name) => {
          const value = answer.headers[name]
          return Array.isArray(value) ? value[0] : value
        }
        const isZipped = /^(x-)?gzip$/i.test(header('content-encoding') ?? '')
        return {
          status: answer.statusCode,
          header,
          body: (memory) => {
            memory.empty()
            memory.add(isZipped ? unzip(received.content) : received.content)
            received.empty()
            unused.push(received)
            return memory.content
          }
        }
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
