/** Segment's analytics.js, as much of it as is used: what `AnalyticsBrowser.load` gives, or `window.analytics`. */
export interface Analytics {
  track(event: string, properties?: object, options?: object): unknown
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
  setAnonymousId(id?: string): unknown
  addSourceMiddleware(middleware: (step: SourceStep) => void): unknown
  ready(callback?: () => void): unknown
  /** The snippet's stand-in has none before analytics.js has loaded. */
  user?(): SegmentUser | PromiseLike<SegmentUser>
}

/** What a middleware of analytics.js is given, and hands on. */
export interface SourceStep {
  readonly payload: { obj: object }
  next(payload: SourceStep['payload'] | null): void
}

export interface SegmentUser {
  id(): string | null | undefined
  anonymousId(): string | null | undefined
}

/** The function `aa` of search-insights, loaded or its snippet's queue. */
export type InsightsClient = (...args: never[]) => unknown

/** A record as a search answers it. */
export interface Hit {
  readonly objectID: string
  readonly [attribute: string]: unknown
}

/** The answer to a search, as much of it as is used. */
export interface SearchResults {
  readonly query?: string
  readonly nbHits?: number
  readonly index?: string
  readonly queryID?: string
  readonly hits?: readonly { readonly objectID: string }[]
}

export type Properties = Record<string, unknown>

export interface AlgoliaToSegmentOptions<Client extends InsightsClient = InsightsClient> {
  /** analytics.js; a function where what it gives changes, as with the snippet: `() => window.analytics`. */
  readonly analytics: Analytics | (() => Analytics)
  /** The function `aa` of search-insights: without it there are no events of its own, and no user token is tied. */
  readonly aa?: Client
  /**
   * Whose id the two use: Segment's anonymous id becomes Algolia's user token (`segment`, the default), Algolia's user token
   * becomes Segment's anonymous id (`algolia`), or each keeps its own (`none`).
   */
  readonly identity?: 'segment' | 'algolia' | 'none'
  /**
   * Yes: Algolia gets the events from Segment's destination, and the page doesn't send them as well. No, the default: the
   * page sends them, and Segment's calls don't go on to Algolia.
   */
  readonly viaSegment?: boolean
  /** The name under which an event is sent, which it gets with its properties (they may be changed); nothing drops it. */
  readonly rename?: (event: string, properties: Properties) => string | null | undefined | false
  /** What to tell of a product beside its id, made of the record that was found. */
  readonly product?: (hit: Hit) => Properties
  /** Milliseconds without a new search after which the last one counts as what was searched for; 1000 by default. */
  readonly typingPause?: number
}

/** InstantSearch, as much of it as is used. */
export interface SearchInstance {
  sendEventToInsights: (event: never) => void
  mainIndex: unknown
  on(event: string, listener: () => void): unknown
  removeListener(event: string, listener: () => void): unknown
}

export interface AlgoliaToSegment<Client extends InsightsClient = InsightsClient> {
  /** `aa` for the page to use in place of the one that was given. */
  readonly aa: Client
  /** For InstantSearch: `search.use(middleware)`. */
  readonly middleware: (step: { instantSearchInstance: SearchInstance }) => {
    subscribe(): void
    started(): void
    unsubscribe(): void
    onStateChange(): void
  }
  /** For pages without InstantSearch: to be told of the answer to each search. */
  readonly searched: (results: SearchResults) => void
  /** From now on events are sent and ids are tied. Resolves once they are, or after a second. */
  readonly start: () => Promise<void>
  /** From now on nothing is sent or tied. What was pending is dropped. */
  readonly stop: () => void
}

/** The browser's window, as much of it as is used. */
export interface PageWindow {
  readonly document: { readonly visibilityState: string; addEventListener: Listen; removeEventListener: Listen }
  addEventListener: Listen
  removeEventListener: Listen
  setTimeout(callback: () => void, milliseconds: number): unknown
  clearTimeout(timer: unknown): void
  readonly Date: { now(): number }
  readonly Math: { random(): number }
  readonly localStorage: {
    getItem(key: string): string | null
    setItem(key: string, value: string): void
    removeItem(key: string): void
  }
}

type Listen = (event: string, listener: () => void) => void
