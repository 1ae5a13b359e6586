/** What goes back for a request. */
export interface Answer {
  status: number
  headers: Record<string, string>
  /** Sent as JSON; a text or bytes as they are. */
  body: unknown
}

/** A successful answer. */
export function success(body: unknown): Answer {
  return { status: 200, headers: {}, body }
}

/** An error as Algolia words it. */
export function failure(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { status, message } }
}
