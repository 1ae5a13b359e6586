/** How a call to any of the APIs goes: counted, perhaps broken on purpose, let in or not, answered. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { failure, success, type Answer } from '../http/answer'
import { listen, type Listening } from '../http/listen'
import { acceptsGzip, breakConnection, readBody, sendAnswer } from '../http/wire'
import type { Api } from './api'
import { aclOf, livesThere, type Application } from './application'
import { CallLog, type Call } from './call-log'
import type { CallFaults } from './faults'
import { takeCall, type RateLimitUse } from './rate-limit'
import { readRequest, type Request } from './request'

/** One API of a local Algolia, running on an origin of its own. */
export interface ApiServer<Faults extends CallFaults = CallFaults> extends Listening {
  readonly faults: Faults
  /** The calls since the start or the last `clearCalls`: at least the last 50,000. */
  readonly calls: readonly Call[]
  /** Forgets the calls; the next one has the number 1 again. */
  clearCalls(): void
}

export interface ServeOptions<Faults extends CallFaults> {
  readonly host: string
  readonly port: number
  readonly application: Application
  readonly faults: Faults
  readonly gzip: boolean
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number
}

/** Shorter bodies, in characters, are not worth compressing. */
const compressFrom = 1000

/** Starts one API; resolves when it listens. */
export async function serveApi<Faults extends CallFaults>(
  api: Api,
  options: ServeOptions<Faults>
): Promise<ApiServer<Faults>> {
  const { application, faults, clock } = options
  const log = new CallLog()
  const admit = createAdmission(api, application, clock)

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming
    if (url.startsWith('/_local/')) return sendAnswer(response, answerLocal(method, url, log, api))
    if (api.forBrowsers && method === 'OPTIONS') return sendAnswer(response, preflight)
    const { number, answered } = log.record(method, url, clock())
    const request = readRequest(api.routes, method, url, await readBody(incoming))
    const call = { ...request, number }
    const fault = faults.of(call)
    const admission = admit(headers, request)
    const latency = faults.latency + (fault.delay ?? 0)
    if (latency > 0) await wait(latency, undefined, { ref: false })

    const { noAnswer } = fault
    if (noAnswer?.when === 'before') return refuseToAnswer(response, noAnswer.how)
    let answer: Answer
    if (fault.answer) {
      answer = { ...fault.answer, headers: withoutNulls({ ...admission.headers, ...fault.answer.headers }) }
    } else {
      const { status, headers, body } = admission.refused ?? api.answer(request)
      answer = { status, headers: { ...admission.headers, ...headers }, body }
      if (fault.change) answer = fault.change(answer, call)
    }
    if (noAnswer) return refuseToAnswer(response, noAnswer.how)

    answered(answer.status)
    const date = new Date(clock()).toUTCString()
    answer.headers = { date, ...(api.forBrowsers && anyOrigin), ...answer.headers }
    const compressed = options.gzip && answer.body.length >= compressFrom && acceptsGzip(incoming)
    await sendAnswer(response, answer, compressed, fault)
  }

  const server = await listen(
    (incoming, response) => {
      handle(incoming, response).catch((error: unknown) => {
        // A client that went away while it was sending; or a rule of a test that throws.
        if (response.headersSent || response.destroyed) response.destroy()
        else void sendAnswer(response, failure(500, `The local Algolia failed: ${String(error)}`))
      })
    },
    options.host,
    options.port
  )
  return { ...server, faults, calls: log.calls, clearCalls: () => log.clear() }
}

/** What is known about a call when it arrives, by its credentials and the rate limit. */
interface Admission {
  refused?: Answer
  headers: Record<string, string>
}

function createAdmission(
  api: Api,
  application: Application,
  clock: () => number
): (headers: IncomingMessage['headers'], request: Request) => Admission {
  let use: RateLimitUse | undefined
  return (headers, request) => {
    const credential = (name: string): unknown => headers[name] ?? (api.forBrowsers && inQuery(request.query, name))
    const acl = aclOf(application, credential('x-algolia-application-id'), credential('x-algolia-api-key'))
    if (!acl || (api.regional && !livesThere(application, headers.host))) {
      return { refused: api.unauthenticated, headers: {} }
    }
    const missing = api.requiredAcl(request).filter((permission) => !acl.includes(permission))
    const refused = missing.length > 0 ? api.forbidden(missing) : undefined
    const limit = api.rateLimit(request)
    if (!limit) return { headers: {}, ...(refused && { refused }) }
    const decision = takeCall(limit, use, clock())
    use = decision.use
    if (!decision.allowed) return { refused: failure(429, 'Too Many Requests'), headers: decision.headers }
    return { headers: decision.headers, ...(refused && { refused }) }
  }
}

/** Algolia's libraries write the names of these parameters in several ways. */
function inQuery(query: URLSearchParams, name: string): string | undefined {
  return [...query].find(([key]) => key.toLowerCase() === name)?.[1]
}

const anyOrigin = { 'access-control-allow-origin': '*' }
const preflight: Answer = {
  status: 204,
  headers: {
    ...anyOrigin,
    'access-control-allow-methods': 'GET, POST, PUT, DELETE',
    'access-control-allow-headers': '*',
    'access-control-max-age': '600'
  },
  body: ''
}

/** The server's own calls, beside the API. */
function answerLocal(method: string, path: string, log: CallLog, { local = {} }: Api): Answer {
  const own = method === 'GET' ? local[path] : undefined
  if (own) return success(JSON.stringify(own()))
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
