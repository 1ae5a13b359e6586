/** What calls go through, and what comes back: apart from the HTTP client, which takes a fifth of a second to load. */

/** An answer of the server, whatever its status. */
export interface Answer {
  readonly status: number
  /** A header's value by its name in lower case. */
  readonly header: (name: string) => string | undefined
  /**
   * Unzips the body.
   * @throws NoAnswer when it was cut short on the way
   */
  readonly body: () => Buffer
}

/** No whole answer came: no connection, a broken one, silence, or a body cut short. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** What a request changes, where it isn't a GET. */
export interface Change {
  readonly method: 'PUT' | 'POST' | 'DELETE'
  /** JSON. */
  readonly body?: string
}

/** Sends one request. Rejects with `NoAnswer`, or with the signal's reason once it aborts. */
export interface Transport {
  readonly host: string
  send(path: string, signal: AbortSignal, change?: Change): Promise<Answer>
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
