import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { listen } from '../http/listen'
import { breakConnection, readBody } from '../http/wire'
import { type Intake, readBatch, readCall, type SegmentCall, TYPES, writeKeyIn } from './intake'
import { readMessage, type WebhookMessage } from './webhook'

export interface LocalSegmentOptions {
  /** Default: '127.0.0.1'. */
  readonly host?: string
  /** Default: any free one. */
  readonly port?: number
  /** Default: 'local-write-key'. */
  readonly writeKey?: string
  /** Milliseconds before each answer (default: 0). */
  readonly latency?: number
}

/** What goes wrong with a request: another answer than it would have had, or none. */
export type Fault = (
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** `hang`: no answer ever comes; `drop`: the connection breaks. */
  | { readonly noAnswer: 'hang' | 'drop' }
) & {
  /** The calls are taken in all the same: only the answer gets lost. */
  readonly taken?: boolean
}

/** Counts since the start, or the last reset. */
export interface Statistics {
  requests: number
  /** Calls that were taken in. */
  accepted: number
  /** Calls that were dropped, as one with their messageId had been taken in. */
  repeated: number
  /** Calls that were answered 200 and dropped, as Segment does with calls that it can't use. */
  rejected: number
  /** Answers by their status; 0 for those that never went out. */
  byStatus: Record<string, number>
}

/** A running server. */
export interface LocalSegment {
  /** Such as 'http://127.0.0.1:4020'. */
  readonly url: string
  /** The one that is taken; it can be changed. */
  writeKey: string
  /** Calls that were taken in, each once, in their order. */
  readonly calls: readonly SegmentCall[]
  /** Why calls were rejected, a reason for each. */
  readonly rejected: readonly string[]
  readonly statistics: Statistics
  /** What came to the webhook at `/_local/webhook`, which takes what Slack's takes. */
  messages: readonly WebhookMessage[]
  /** Asked at each message to the webhook, by its number from 1, what goes wrong with it. */
  webhookFault: (message: number) => Fault | undefined
  /** Asked at each request, by its number from 1 and its body, what goes wrong with it. */
  fault: (request: number, body: string) => Fault | undefined
  /** Stops listening and breaks every connection. */
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body: object
  readonly headers?: Readonly<Record<string, string>>
}

/** Pages call it, too. */
const ANY_ORIGIN = { 'access-control-allow-origin': '*' }
const PREFLIGHT: Answer = {
  status: 200,
  headers: { 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'authorization, content-type' },
  body: {}
}

const failed: Answer = { status: 500, body: { success: false } }

/**
 * Starts a server that stands in for Segment's tracking API: `POST /v1/batch`, `/v1/track` and so on, with its limits and its dropping of
 * repeats. Unlike Segment, which answers 200 to a write key that it doesn't know, it answers 401.
 * Rejects with Node's error when it can't listen.
 */
export async function startLocalSegment(options: LocalSegmentOptions = {}): Promise<LocalSegment> {
  const { host = '127.0.0.1', port = 0, writeKey = 'local-write-key', latency = 0 } = options
  const calls: SegmentCall[] = []
  const rejected: string[] = []
  const messageIds = new Set<string>()
  const statistics: Statistics = noRequests()
  let webhookRequests = 0

  function takeIn(read: Reader, body: string, authorization: string | undefined): Answer {
    if (!isAuthenticated(segment.writeKey, authorization, body)) {
      return { status: 401, body: { success: false, message: 'the write key is missing or not known' } }
    }
    const intake = read(body)
    for (const call of intake.calls) {
      if (messageIds.has(call.messageId)) {
        statistics.repeated += 1
        continue
      }
      messageIds.add(call.messageId)
      calls.push(call)
      statistics.accepted += 1
    }
    rejected.push(...intake.rejected)
    statistics.rejected += intake.rejected.length
    const success = intake.status === 200
    return { status: intake.status, body: success ? { success } : { success, message: intake.message } }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    if (method === 'OPTIONS') return send(response, PREFLIGHT)
    if (method === 'POST' && url === '/_local/webhook') {
      const body = await readBody(request)
      webhookRequests += 1
      const fault = segment.webhookFault(webhookRequests)
      if (latency > 0) await wait(latency, undefined, { ref: false })
      answerWith(response, fault, (isTaken) => (isTaken ? takeMessage(body, segment) : failed))
      return
    }
    if (url.startsWith('/_local/')) return send(response, answerLocal(method, url, segment))
    statistics.requests += 1
    const number = statistics.requests
    const body = await readBody(request)
    const fault = segment.fault(number, body)
    if (latency > 0) await wait(latency, undefined, { ref: false })
    const status = answerWith(response, fault, (isTaken) =>
      answerCall(method, url, (read) => (isTaken ? takeIn(read, body, headers.authorization) : failed))
    )
    count(statistics, status)
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    // A client that went away while it was sending.
    handle(request, response).catch(() => response.destroy())
  }
  const server = await listen(listener, host, port)
  const segment: LocalSegment = {
    ...server,
    writeKey,
    calls,
    rejected,
    statistics,
    messages: [],
    webhookFault: () => undefined,
    fault: () => undefined
  }
  return segment
}

/**
 * Answers, unless something is to go wrong.
 * @param answer what would be answered, and whether the call is taken in
 * @returns the status; 0 where no answer goes out
 */
function answerWith(response: ServerResponse, fault: Fault | undefined, answer: (isTaken: boolean) => Answer): number {
  const given = fault === undefined || fault.taken ? answer(true) : answer(false)
  if (fault !== undefined && 'noAnswer' in fault) {
    if (fault.noAnswer === 'drop') breakConnection(response)
    return 0
  }
  const { status, body, headers }: Answer = fault === undefined ? given : { ...failed, ...fault }
  send(response, { status, body, ...(headers && { headers }) })
  return status
}

type Reader = (body: string) => Intake

/** What reads the body of a request to an address: each kind of call has one, and so have batches. */
const READERS: ReadonlyMap<string, Reader> = new Map([
  ...TYPES.flatMap((type): [string, Reader][] => {
    const read = (body: string): Intake => readCall(type, body)
    return [type, type.charAt(0)].map((name) => [`/v1/${name}`, read])
  }),
  ...['batch', 'b'].map((name): [string, Reader] => [`/v1/${name}`, readBatch])
])

function answerCall(method: string, url: string, takeIn: (read: Reader) => Answer): Answer {
  const read = READERS.get(url)
  if (read === undefined) return { status: 404, body: { success: false, message: 'Not Found' } }
  if (method !== 'POST') return { status: 405, body: { success: false, message: 'Method Not Allowed' } }
  return takeIn(read)
}

function takeMessage(body: string, segment: LocalSegment): Answer {
  const message = readMessage(body)
  if (typeof message === 'string') return { status: 400, body: { message } }
  segment.messages = [...segment.messages, message]
  return { status: 200, body: { ok: true } }
}

/** The server's own calls, beside the API. */
function answerLocal(method: string, url: string, segment: LocalSegment): Answer {
  const { statistics, calls, messages } = segment
  if (method === 'GET' && url === '/_local/webhook') return { status: 200, body: messages }
  if (method === 'GET' && url === '/_local/calls') return { status: 200, body: calls }
  if (method === 'GET' && url === '/_local/stats') return { status: 200, body: { ...statistics } }
  if (method === 'POST' && url === '/_local/stats/reset') {
    Object.assign(statistics, noRequests())
    return { status: 200, body: { ...statistics } }
  }
  return { status: 404, body: { message: 'Not Found' } }
}

/** Whether the write key comes as the user name of the header, with an empty password, or in the body. */
function isAuthenticated(writeKey: string, authorization: string | undefined, body: string): boolean {
  if (authorization === undefined) return writeKeyIn(body) === writeKey
  return authorization === `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...ANY_ORIGIN, ...headers })
    .end(JSON.stringify(body))
}

function count({ byStatus }: Statistics, status: number): void {
  byStatus[status] = (byStatus[status] ?? 0) + 1
}

function noRequests(): Statistics {
  return { requests: 0, accepted: 0, repeated: 0, rejected: 0, byStatus: {} }
}
