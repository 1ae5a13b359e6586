import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { listen, type Listening } from '../../local/http/listen'
import { BodyTooLarge, readBody } from '../../local/http/wire'
import { type Call, handlerOf, Refusal, Reply, type Routes } from './call'
import { namesThisMachine, SECURITY_HEADERS } from './guards'

/** Bytes of a request's body: some thousand events. */
const BODY_LIMIT = 1_048_576

/** A group of routes: who may call them, and what each of their answers carries. */
export interface RouteGroup {
  readonly routes: Routes
  /** Lets a call in, or throws a `Refusal`. `port` is the one that was called. */
  readonly admit: (call: Call, port: number) => void
  /** Headers of every answer, refusals too. */
  readonly headers?: (call: Call) => Record<string, string>
}

export interface ServerOptions {
  readonly port: number
  /** Each route stands in one of them. What stands in none is answered 404. */
  readonly groups: readonly RouteGroup[]
  /** The last gate: what leaves passes it. */
  readonly withoutSecrets: (answer: unknown, body: unknown) => unknown
  /** Milliseconds that a request may take to come in whole. */
  readonly requestTimeout?: number
}

/** Starts the server on 127.0.0.1; rejects with Node's error when it can't listen. */
export function serve({ port, groups, withoutSecrets, requestTimeout = 30_000 }: ServerOptions): Promise<Listening> {
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = callOf(incoming, response)
    const headers: Record<string, string> = { ...SECURITY_HEADERS }
    let body: unknown
    let reply: Reply
    try {
      if (!namesThisMachine(call.headers.host)) {
        throw new Refusal(403, 'Open the workbench as http://127.0.0.1 or http://localhost.')
      }
      const group = groups.find(({ routes }) => handlerOf(routes, call)) ?? groups[0]
      if (group) Object.assign(headers, group.headers?.(call))
      group?.admit(call, incoming.socket.localPort ?? port)
      const handler = group && handlerOf(group.routes, call)
      if (!handler) throw new Refusal(404, `There is nothing at ${call.method} ${call.path}.`)
      body = await jsonOf(incoming)
      const answer = await handler({ ...call, body })
      reply = answer instanceof Reply ? answer : new Reply(200, answer)
    } catch (thrown) {
      reply = refused(thrown)
      // What is left of the body isn't read: the connection can't be used for another request.
      if (!incoming.complete) headers.connection = 'close'
    }
    send(response, reply, headers, (answer) => withoutSecrets(answer, body))
  }
  return listen((incoming, response) => void handle(incoming, response), '127.0.0.1', port, {
    requestTimeout,
    connectionsCheckingInterval: Math.min(requestTimeout, 5_000),
    onClientError: answerClientError
  })
}

function callOf(incoming: IncomingMessage, response: ServerResponse): Call {
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('Nobody waits for the answer any longer.')))
  const { method = '', url = '', headers } = incoming
  const [path = '', query] = url.split('?', 2)
  return { method, path, query: new URLSearchParams(query), headers, body: undefined, gone: gone.signal }
}

/** JSON only: a page of another origin can send that across origins only after it has asked, and it asks in vain. */
async function jsonOf(incoming: IncomingMessage): Promise<unknown> {
  const text = await readBody(incoming, BODY_LIMIT)
  const type = incoming.headers['content-type']
  if (text === '' && type === undefined) return undefined
  if (!/^application\/json\b/i.test(type ?? '')) {
    throw new Refusal(400, 'The body must be JSON, with the header Content-Type: application/json.')
  }
  if (text === '') throw new Refusal(400, 'The body is empty, although the header says that it is JSON.')
  try {
    return JSON.parse(text, (name, value: unknown) => {
      if (name === '__proto__') throw new Error('__proto__')
      return value
    }) as unknown
  } catch (thrown) {
    const isName = (thrown as Error).message === '__proto__'
    throw new Refusal(400, isName ? 'The body holds the name __proto__.' : 'The body is not valid JSON.')
  }
}

function refused(thrown: unknown): Reply {
  if (thrown instanceof BodyTooLarge) {
    return new Reply(413, { ok: false, error: `The body has more than ${BODY_LIMIT / 2 ** 20} MiB.` })
  }
  const status = thrown instanceof Refusal ? thrown.status : 500
  return new Reply(status, { ok: false, error: (thrown as Error).message })
}

function send(
  response: ServerResponse,
  { status, body, headers: own }: Reply,
  headers: Record<string, string>,
  withoutSecrets: (answer: unknown) => unknown
): void {
  const isFile = Buffer.isBuffer(body)
  const bytes = isFile ? body : body === undefined ? '' : JSON.stringify(withoutSecrets(body))
  response
    .writeHead(status, {
      ...headers,
      ...(!isFile && body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
      'content-length': String(Buffer.byteLength(bytes)),
      ...own
    })
    .end(bytes)
}

/** What isn't HTTP, or takes too long to come, is answered before there is a request; with the same headers. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, message] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'The request took too long to come in.']
      : ['400 Bad Request', 'This is not a request that can be read.']
  const body = JSON.stringify({ ok: false, error: message })
  const headers = { ...SECURITY_HEADERS, 'content-type': 'application/json; charset=utf-8', connection: 'close' }
  const lines = Object.entries({ ...headers, 'content-length': String(body.length) }).map(
    ([name, value]) => `${name}: ${value}`
  )
  socket.end(`HTTP/1.1 ${[status, ...lines].join('\r\n')}\r\n\r\n${body}`)
}
