import { gunzipSync } from 'node:zlib'
import { errors, Pool } from 'undici'
import { type Answer, NoAnswer, type Transport, type TransportOptions } from './answer'

export { type Answer, type Change, NoAnswer, type Transport, type TransportOptions } from './answer'

/** Bytes of a chunk of an unzipped body: a page of 1,000 profiles is one, where zlib's own 16 KB made sixty. */
const UNZIPPED_CHUNK = 1 << 20

/**
 * A body may have this many bytes, zipped or not: hundreds of times what a page of 1,000 profiles has. Without a limit, a
 * server that never ends an answer would fill the memory.
 */
const LARGEST_BODY = 128 << 20

const TOO_LARGE = `an answer of more than ${LARGEST_BODY >> 20} MB; a smaller page size makes smaller ones`

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
