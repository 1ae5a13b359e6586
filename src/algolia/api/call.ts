import type { Change } from './answer'
import type { FailureTable } from './failures'
import type { Place } from './rate-limit'

/** What a body holds, or why it isn't what was asked for. */
export type Read<Value> = { readonly value: Value } | { readonly unreadable: string }

/** One call, and what its answer has to be. */
export interface Call<Value> {
  readonly path: string
  readonly query?: URLSearchParams
  /** What it changes; by default nothing, it is a GET. It may be sent again, unless it is to be sent once. */
  readonly change?: Change
  /** It ends with the first failure, whichever: before it is sent again, its caller has to look at what became of it. */
  readonly isSentOnce?: true
  /**
   * Whether another call has to go out right after it (`keeps`), whatever waits then, or it is that other one (`isKept`).
   * Who keeps a place has to make that call or give it back; with a failure, the place is given back by itself.
   */
  readonly place?: Place
  /** It must not go out later than this, by the client's clock: then it fails instead. */
  readonly notAfter?: number
  /** Told each time that it goes out, by the client's clock. */
  readonly onSent?: (at: number) => void
  /** What an answer without a body means, where that is a success. */
  readonly whenEmpty?: Value
  /** What the answer should be, in an error: such as "a page of profiles". */
  readonly what: string
  /** Reads the body of a 200. Without side effects, as it is called again with the body of another try. */
  readonly read: (body: Buffer) => Read<Value>
  /** What statuses mean for this call, where that differs from what they mean for the API. */
  readonly failures?: FailureTable
}

/**
 * A reader of bodies that are JSON.
 * @param read what the JSON holds
 */
export function jsonReader<Value>(read: (json: unknown) => Read<Value>): (body: Buffer) => Read<Value> {
  return (body) => {
    let json: unknown
    try {
      json = JSON.parse(body.toString('utf8'))
    } catch {
      return { unreadable: 'it is not JSON' }
    }
    return read(json)
  }
}
