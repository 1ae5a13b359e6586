import type { Answer } from '../http/answer'
import type { RateLimit } from './rate-limit'
import type { Request, RouteTable } from './request'

/** One of Algolia's APIs, as far as the way to an answer differs between them. */
export interface Api {
  readonly routes: RouteTable
  /** Whether browsers may call it, and credentials may come as parameters of the query. */
  readonly forBrowsers?: boolean
  /** Whether its hosts, and with them the application's data, belong to a region. */
  readonly regional?: boolean
  /** What a key must be allowed to do for a call. */
  requiredAcl(request: Request): readonly string[]
  /** The limit that a call counts against. */
  rateLimit(request: Request): RateLimit | false
  /** The answer to credentials that the application doesn't know, or that it doesn't know in this region. */
  readonly unauthenticated: Answer
  /** The answer to a key that lacks ACLs. */
  forbidden(missing: readonly string[]): Answer
  /** The answer to a call that may be made. */
  answer(request: Request): Answer
  /** What the server tells of itself, beside the API, at paths that begin with `/_local/`. */
  readonly local?: Readonly<Record<string, () => unknown>>
}
