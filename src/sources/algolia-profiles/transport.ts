import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Pool } from 'undici'

const unzip = promisify(gunzip)

/** An answer of the server, whatever its status. */
export interface Answer {
  readonly status: number
  /** A header's value by its name in lower case. */
  readonly header: (name: string) => string | undefined
  readonly body: string
}

/** No whole answer came: no connection, a broken one, silence, or a body cut short. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

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
  return {
    host: new URL(baseUrl).host,
    async get(path, signal) {
      try {
        const answer = await pool.request({ path, method: 'GET', headers: allHeaders, signal })
        const bytes = Buffer.from(await answer.body.arrayBuffer())
        const body = answer.headers['content-encoding'] === 'gzip' ? await unzip(bytes) : bytes
        return {
          status: answer.statusCode,
          header: (name) => {
            const value = answer.headers[name]
            return Array.isArray(value) ? value[0] : value
          },
          body: body.toString('utf8')
        }
      } catch (thrown) {
        signal.throwIfAborted()
        throw new NoAnswer(reasonOf(thrown))
      }
    },
    close: () => pool.destroy()
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const { code } = thrown as { code?: unknown }
  return typeof code === 'string' ? `${code}: ${thrown.message}` : thrown.message
}
