/** What goes back for a request. */
export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** JSON, unless a fault has put something else there. */
  body: string
}

/** A successful answer with a body that is JSON already. */
export function success(body: string): Answer {
  return { status: 200, headers: {}, body }
}

/** An error in the shape of Algolia's. */
export function failure(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: JSON.stringify({ status, message }) }
}

/** The error for a parameter, or a page token, that Algolia can't use. */
export function unprocessable(reason: string): Answer {
  return failure(422, `Unprocessable Entity: ${reason}`)
}
