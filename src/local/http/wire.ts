/** How an answer goes over the connection, faults included. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Answer } from './answer'

const compress = promisify(gzip)

/** What a fault does to a body on its way. */
export interface WireFault {
  /** The body comes in pieces of so many bytes. */
  slow?: { bytes: number; milliseconds: number }
  /**
   * The body stops half-way (after compression, if there is any). `whole`: that is as long as its content-length says.
   * `broken`: it should have been longer by its content-length, and the connection breaks.
   */
  cut?: 'whole' | 'broken'
}

/** Sends an answer, compressed or not, with what a fault does to the body; resolves when all of it is on its way. */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  compressed = false,
  { slow, cut }: WireFault = {}
): Promise<void> {
  if (answer.status === 204) {
    response.writeHead(204, answer.headers).end()
    return
  }
  const whole = compressed ? await compress(answer.body, { level: 1 }) : Buffer.from(answer.body)
  const bytes = cut ? whole.subarray(0, whole.length / 2) : whole
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(cut === 'broken' ? whole.length : bytes.length),
    ...(compressed && { 'content-encoding': 'gzip' }),
    ...answer.headers
  })
  if (slow) {
    for (let sent = 0; sent < bytes.length && !response.destroyed; sent += slow.bytes) {
      response.write(bytes.subarray(sent, sent + slow.bytes))
      await wait(slow.milliseconds, undefined, { ref: false })
    }
  }
  const rest = slow ? '' : bytes
  if (cut === 'broken') response.write(rest, () => response.destroy())
  else response.end(rest)
}

/** Breaks the connection off, as a crash or a proxy would: the other side sees a reset. */
export function breakConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

/** A body has more bytes than may be taken. */
export class BodyTooLarge extends Error {}

/**
 * The whole body of a request.
 * @throws BodyTooLarge as soon as more than `limit` bytes have come
 */
export async function readBody(incoming: IncomingMessage, limit = Infinity): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    bytes += (chunk as Buffer).length
    if (bytes > limit) throw new BodyTooLarge()
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString()
}

/** Whether the client says that it takes gzip. */
export function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(headers['accept-encoding'] ?? ''))
}
