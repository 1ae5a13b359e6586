import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { failure, type Answer } from './answer'
import { answerRequest } from './answers'
import { isAuthenticated, refusal, requiredAcl, type Application } from './application'
import { Faults } from './faults'
import { makeUpProfiles } from './made-up-profiles'
import type { Profile } from './profile'
import { ProfileStore } from './profile-store'
import { takeCall, type RateLimit, type RateLimitUse } from './rate-limit'
import { readRequest, type Request } from './request'
import { formatTimestamp } from './timestamps'

const compress = promisify(gzip)

export interface LocalAlgoliaOptions {
  /** Default: '127.0.0.1'. */
  host?: string
  /** Default: any free one. */
  port?: number
  /** How many profiles to make up (default: none), or the profiles themselves. */
  profiles?: number | readonly Profile[]
  /** What made-up profiles come from (default: 1). */
  seed?: number
  /** The moment up to which made-up profiles were updated, in milliseconds since the Unix epoch (default: the server's now). */
  now?: number
  /** Default: 'LOCALALGOLIA'. */
  appId?: string
  /** Default: 'local-api-key'. */
  apiKey?: string
  /** Default: 500 calls in 60 seconds, as Algolia allows. `false` sends no rate limit headers either. */
  rateLimit?: RateLimit | false
  /** Milliseconds that the server's clock is ahead of the machine's (default: 0). */
  clockOffset?: number
  /** Milliseconds before each answer (default: 0). */
  latency?: number
  /** Whether to compress for clients that ask for it (default: true). */
  gzip?: boolean
}

/** One call that reached the server. */
export interface Call {
  /** From 1, in the order in which they arrived. */
  readonly number: number
  readonly method: string
  /** As it was sent, with the query. */
  readonly path: string
  /** What was answered; 0 as long as nothing was. */
  status: number
  /** When it arrived: milliseconds since the Unix epoch, by the server's clock. */
  readonly at: number
}

/** A running server. */
export interface LocalAlgolia {
  /** Such as 'http://127.0.0.1:4010'. */
  readonly url: string
  readonly profiles: ProfileStore
  readonly application: Application
  /** The calls since the start or the last `clearCalls`. */
  readonly calls: readonly Call[]
  /** Empties `calls`; the next call has the number 1 again. */
  clearCalls(): void
  readonly faults: Faults
  /** Stops listening and closes every connection. */
  close(): Promise<void>
}

/** Starts a server; resolves when it listens, and rejects when it can't. */
export async function startLocalAlgolia(options: LocalAlgoliaOptions = {}): Promise<LocalAlgolia> {
  const { host = '127.0.0.1', port = 0, seed = 1, clockOffset = 0, rateLimit = { calls: 500, seconds: 60 } } = options
  const clock = (): number => performance.timeOrigin + performance.now() + clockOffset
  const given = typeof options.profiles === 'object' ? options.profiles : []
  const count = typeof options.profiles === 'number' ? options.profiles : 0
  const profiles = new ProfileStore(makeUpProfiles({ count, seed, now: Math.floor(options.now ?? clock()) }), given)
  const application: Application = {
    appId: options.appId ?? 'LOCALALGOLIA',
    apiKey: options.apiKey ?? 'local-api-key',
    acl: [...requiredAcl],
    planIncludesFeature: true,
    segmentsEndpoint: true
  }
  const faults = new Faults(options.latency)
  const calls: Call[] = []
  let use: RateLimitUse | undefined

  function answer(request: Request, headers: IncomingMessage['headers']): Answer {
    if (!isAuthenticated(application, headers)) return failure(401, 'Invalid Application-Id or API-Key')
    const decision = rateLimit ? takeCall(rateLimit, use, clock()) : undefined
    use = decision?.use
    const real = decision?.allowed === false ? failure(429, 'Too Many Requests') : answerAllowed(request)
    return { ...real, headers: { ...decision?.headers, ...real.headers } }
  }

  function answerAllowed(request: Request): Answer {
    const now = formatTimestamp(Math.floor(clock() * 1000))
    return refusal(application) ?? answerRequest(request, { application, profiles, now })
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = incoming
    const call: Call = { number: calls.length + 1, method, path: url, status: 0, at: clock() }
    calls.push(call)
    const request = readRequest(method, url, await readBody(incoming))
    if (faults.latency > 0) await new Promise((resolve) => setTimeout(resolve, faults.latency))
    const { status, headers, body } = answer(request, incoming.headers)
    let bytes: Buffer = Buffer.from(JSON.stringify(body))
    const compressed = options.gzip !== false && bytes.length > 1000 && acceptsGzip(incoming)
    if (compressed) bytes = await compress(bytes, { level: 1 })
    call.status = status
    response.writeHead(status, {
      date: new Date(clock()).toUTCString(),
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(bytes.length),
      ...(compressed && { 'content-encoding': 'gzip' }),
      ...headers
    })
    response.end(bytes)
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error as Error))
  })
  // A connection that closes while the next request is on its way would be a fault nobody asked for.
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    profiles,
    application,
    calls,
    clearCalls: () => void calls.splice(0),
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(headers['accept-encoding'] ?? ''))
}
