import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { failure, success, type Answer } from './answer'
import { answerRequest } from './endpoints'
import { isAuthenticated, refusal, requiredAcl, unauthenticated, type Application } from './application'
import { CallLog, type Call } from './call-log'
import { Faults } from './faults'
import { makeUpProfiles } from './made-up-profiles'
import type { Profile } from './profile'
import { ProfileStore } from './profile-store'
import { takeCall, type RateLimit, type RateLimitUse } from './rate-limit'
import { readRequest } from './request'
import { risingTimestamps } from './timestamps'
import { acceptsGzip, breakConnection, readBody, sendAnswer } from './wire'

export interface LocalAlgoliaOptions {
  /** Default: '127.0.0.1'. */
  host?: string
  /** Default: any free one. */
  port?: number
  /** How many profiles to make up (default: none), or the profiles themselves. */
  profiles?: number | readonly Profile[]
  /** What made-up profiles come from (default: 1). The same seed and `now` make the same profiles. */
  seed?: number
  /** The moment before which made-up profiles were updated, in milliseconds since the Unix epoch (default: the server's now). */
  now?: number
  /** Default: 'LOCALALGOLIA'. */
  appId?: string
  /** Default: 'local-api-key'. */
  apiKey?: string
  /** Default: 500 calls in 60 seconds, as Algolia allows. */
  rateLimit?: RateLimit | false
  /** Milliseconds that the server's clock is ahead of the machine's (default: 0). */
  clockOffset?: number
  /** Milliseconds before each answer (default: 0). */
  latency?: number
  /** Whether to compress for clients that ask for it (default: true). */
  gzip?: boolean
}

/** A running server. */
export interface LocalAlgolia {
  /** Such as 'http://127.0.0.1:4010'. */
  readonly url: string
  readonly profiles: ProfileStore
  readonly application: Application
  readonly faults: Faults
  /** The calls since the start or the last `clearCalls`: at least the last 50,000. */
  readonly calls: readonly Call[]
  /** Forgets the calls; the next one has the number 1 again. */
  clearCalls(): void
  /** Stops listening and breaks every connection. */
  close(): Promise<void>
}

/** Shorter bodies, in characters, are not worth compressing. */
const compressFrom = 1000

/**
 * Starts a server; resolves when it listens. Rejects with Node's error when it can't, and with a `RangeError` for a rate
 * limit that is not made of whole seconds.
 */
export async function startLocalAlgolia(options: LocalAlgoliaOptions = {}): Promise<LocalAlgolia> {
  const { host = '127.0.0.1', port = 0, seed = 1, rateLimit = { calls: 500, seconds: 60 }, clockOffset = 0 } = options
  if (rateLimit && !(Number.isInteger(rateLimit.seconds) && rateLimit.seconds > 0)) {
    throw new RangeError(`The rate limit must be for a whole number of seconds, not ${rateLimit.seconds}`)
  }
  const clock = (): number => Date.now() + clockOffset
  const now = options.now ?? clock()
  const [count, given] = typeof options.profiles === 'object' ? [0, options.profiles] : [options.profiles ?? 0, []]
  const profiles = new ProfileStore(makeUpProfiles({ count, seed, now }))
  profiles.putAll(given)
  const application: Application = {
    appId: options.appId ?? 'LOCALALGOLIA',
    apiKey: options.apiKey ?? 'local-api-key',
    acl: [...requiredAcl],
    planIncludesFeature: true,
    segmentsEndpoint: true,
    rateLimit
  }
  const faults = new Faults(options.latency)
  const log = new CallLog()
  const admit = createAdmission(application, clock)
  const timestamp = risingTimestamps(clock)

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming
    if (url.startsWith('/_local/')) return sendAnswer(response, answerLocal(method, url, log))
    const { number, answered } = log.record(method, url, clock())
    const request = readRequest(method, url, await readBody(incoming))
    const call = { ...request, number }
    const fault = faults.of(call)
    const admission = admit(headers)
    const latency = faults.latency + (fault.delay ?? 0)
    if (latency > 0) await wait(latency, undefined, { ref: false })

    const { noAnswer } = fault
    if (noAnswer?.when === 'before') return refuseToAnswer(response, noAnswer.how)
    let answer: Answer
    if (fault.answer) {
      answer = { ...fault.answer, headers: withoutNulls({ ...admission.headers, ...fault.answer.headers }) }
    } else {
      const { status, headers, body } =
        admission.refused ?? refusal(application) ?? answerRequest(request, { application, profiles, now: timestamp() })
      answer = { status, headers: { ...admission.headers, ...headers }, body }
      if (fault.change) answer = fault.change(answer, call)
    }
    if (noAnswer) return refuseToAnswer(response, noAnswer.how)

    answered(answer.status)
    answer.headers = { date: new Date(clock()).toUTCString(), ...answer.headers }
    const compressed = options.gzip !== false && answer.body.length >= compressFrom && acceptsGzip(incoming)
    await sendAnswer(response, answer, compressed, fault)
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // A client that went away while it was sending; or a rule of a test that throws.
      if (response.headersSent || response.destroyed) response.destroy()
      else void sendAnswer(response, failure(500, `The local Algolia failed: ${String(error)}`))
    })
  })
  // A connection that closes while the next request is on its way would be a fault that nobody asked for.
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    profiles,
    application,
    faults,
    calls: log.calls,
    clearCalls: () => log.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

/** What is known about a call when it arrives, by its headers and the rate limit. */
interface Admission {
  refused?: Answer
  headers: Record<string, string>
}

function createAdmission(
  application: Application,
  clock: () => number
): (headers: IncomingMessage['headers']) => Admission {
  let use: RateLimitUse | undefined
  return (headers) => {
    if (!isAuthenticated(application, headers)) return { refused: unauthenticated, headers: {} }
    if (!application.rateLimit) return { headers: {} }
    const decision = takeCall(application.rateLimit, use, clock())
    use = decision.use
    return { ...(!decision.allowed && { refused: failure(429, 'Too Many Requests') }), headers: decision.headers }
  }
}

/** The server's own calls, beside the API. */
function answerLocal(method: string, path: string, log: CallLog): Answer {
  if (method === 'GET' && path === '/_local/stats') return success(JSON.stringify(log.counts))
  if (method === 'POST' && path === '/_local/stats/reset') {
    log.clear()
    return success(JSON.stringify(log.counts))
  }
  return failure(404, 'Not Found')
}

function refuseToAnswer(response: ServerResponse, how: 'drop' | 'hang'): void {
  if (how === 'drop') breakConnection(response)
}

function withoutNulls(headers: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null))
}
