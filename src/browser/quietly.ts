/** A mistake in what is done on the side must never break the page's search. */
export function quietly<Result>(attempt: () => Result, otherwise: Result): Result {
  try {
    return attempt()
  } catch {
    return otherwise
  }
}
