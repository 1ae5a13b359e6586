import type { PageWindow, SearchResults } from './types'

/** Somebody types, and each letter is a search: the last one counts, once the typing has paused. */
export class TypedSearch {
  private pending: SearchResults | undefined
  private counted: string | undefined
  private timer: unknown

  constructor(
    private readonly page: PageWindow,
    private readonly pause: number,
    private readonly count: (results: SearchResults, isLast: boolean) => void
  ) {}

  /** A further page of what was searched for, or other filters on it, is no other search; neither is an empty text. */
  add(results: SearchResults): void {
    this.drop()
    const key = keyOf(results)
    if (key === this.counted) return
    if (key) {
      this.pending = results
      // Only while there is something to lose: some browsers keep no page at hand that listens to this.
      this.page.addEventListener('beforeunload', this.leave)
      this.timer = this.page.setTimeout(() => this.flush(), this.pause)
    } else {
      this.counted = undefined
    }
  }

  /** Counts what is pending now, as the shopper has found something, or leaves. */
  flush(isLast = false): void {
    const { pending } = this
    this.drop()
    if (pending === undefined) return
    this.counted = keyOf(pending)
    this.count(pending, isLast)
  }

  /** The last moment at which analytics.js, which takes one more, is sure to send: the page is still there. */
  private readonly leave = (): void => this.flush(true)

  drop(): void {
    this.page.clearTimeout(this.timer)
    this.page.removeEventListener('beforeunload', this.leave)
    this.pending = undefined
  }
}

function keyOf({ query, index }: SearchResults): string | undefined {
  const text = query?.trim()
  return text ? `${index}\n${text}` : undefined
}
