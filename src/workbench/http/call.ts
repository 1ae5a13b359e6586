import type { IncomingHttpHeaders } from 'node:http'

/** A request, as far as a route needs it. */
export interface Call {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** What was sent as JSON; `undefined` when there was no body. */
  readonly body: unknown
  /** Aborts when nobody waits for the answer any longer. */
  readonly gone: AbortSignal
}

/** An answer that is more than a 200 with JSON. */
export class Reply {
  constructor(
    readonly status: number,
    /** A `Buffer` goes out as it is, anything else as JSON, and `undefined` as nothing. */
    readonly body?: unknown,
    readonly headers: Readonly<Record<string, string>> = {}
  ) {}
}

/** An answer that says no: the status, and the message for whoever asked. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string
  ) {
    super(message)
  }
}

/** Answers a call with what is sent as JSON, or with a `Reply`; throws a `Refusal` otherwise. */
export type Handler = (call: Call) => unknown

/** Handlers by method and path, such as `POST /workbench/send`. */
export type Routes = Readonly<Record<string, Handler>>

/** @returns the handler of a call, if there is one; the names of an object's own machinery are none. */
export function handlerOf(routes: Routes, { method, path }: Pick<Call, 'method' | 'path'>): Handler | undefined {
  const name = `${method} ${path}`
  return Object.hasOwn(routes, name) ? routes[name] : undefined
}
