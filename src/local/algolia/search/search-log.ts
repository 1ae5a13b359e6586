import type { Found } from './engine'

/** A search that was answered. */
export interface AnsweredSearch {
  readonly index: string
  readonly query: string
  readonly userToken?: string
  readonly ruleContexts: readonly string[]
  readonly analyticsTags: readonly string[]
  readonly queryID?: string
  /** The hits of the page, in their order. */
  readonly objectIDs: readonly string[]
  /** The rules that applied. */
  readonly rules: readonly string[]
  /** When: milliseconds since the Unix epoch, by the server's clock. */
  readonly at: number
}

/** How many are kept. */
const kept = 100_000

/** The searches that were answered, in their order. */
export class SearchLog {
  private searches: AnsweredSearch[] = []

  /** At least the last 50,000. */
  get all(): readonly AnsweredSearch[] {
    return this.searches
  }

  add(index: string, { hits, applied, parameters }: Found, queryID: string | undefined, at: number): void {
    if (this.searches.length === kept) this.searches = this.searches.slice(kept / 2)
    const { query, userToken, ruleContexts, analyticsTags } = parameters
    this.searches.push({
      ...{ index, query, ruleContexts, analyticsTags, at },
      ...(userToken !== undefined && { userToken }),
      ...(queryID !== undefined && { queryID }),
      objectIDs: hits.map(({ objectID }) => objectID),
      rules: applied.map(({ objectID }) => objectID)
    })
  }

  clear(): void {
    this.searches = []
  }
}
