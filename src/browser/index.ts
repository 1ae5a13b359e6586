/**
 * In the page: what Algolia's search libraries report becomes calls of Segment's e-commerce plan, and Algolia's user token
 * and Segment's ids become one.
 */
import { type Call, Identity } from './identity'
import { watchInstantSearch } from './instantsearch'
import { eventsIn, productOf, segmentEventsOf } from './insights-events'
import { LastCall, type TrackCall } from './last-call'
import { quietly } from './quietly'
import { type Report, ReportedTwice } from './reported-twice'
import { TypedSearch } from './typed-search'
import type {
  AlgoliaToSegment,
  AlgoliaToSegmentOptions,
  Hit,
  InsightsClient,
  PageWindow,
  Properties,
  SearchResults
} from './types'

export type {
  AlgoliaToSegment,
  AlgoliaToSegmentOptions,
  Analytics,
  Hit,
  InsightsClient,
  Properties,
  SearchResults,
  SegmentUser
} from './types'

/** Keeps destinations from sending on to Algolia what the page has sent there itself. */
const integrations = { 'Algolia Personalization (Actions)': false, 'Algolia Insights (Actions)': false }

/** What is to be said of a call beside the event. */
interface Circumstances {
  /** When it happened, if that isn't now. */
  readonly timestamp?: number | string | undefined
  /** The page is about to go. */
  readonly isLast?: boolean | undefined
}

/** Records of the latest searches are kept, to tell of a product what it is called and what found it. */
const MOST_HITS = 1_000

/**
 * Prepares the page. Nothing is sent, tied or listened to before `start()`.
 * @param page the browser's window; tests pass their own
 */
export function algoliaToSegment<Client extends InsightsClient>(
  options: AlgoliaToSegmentOptions<Client>,
  page: PageWindow = globalThis
): AlgoliaToSegment<Client> {
  const { rename = (name) => name, product = productOf, viaSegment = false, typingPause = 1_000 } = options
  const analytics = () => (typeof options.analytics === 'function' ? options.analytics() : options.analytics)
  const identity = new Identity(analytics, options.aa as Call | undefined, options.identity ?? 'segment', page)
  const twice = new ReportedTwice(() => page.Date.now())
  const found = new Map<string, Properties>()
  let isRunning = false

  const call = (it: TrackCall): unknown => analytics().track(...it)
  const lastCall = new LastCall(page, call)

  /** @returns whether it was sent */
  const track = (event: string, properties: Properties, { timestamp, isLast }: Circumstances = {}): boolean =>
    quietly(() => {
      const name = quietly(() => rename(event, properties), event)
      if (!name) return false
      const options = { ...(timestamp && { timestamp: new Date(timestamp) }), ...(viaSegment ? {} : { integrations }) }
      if (isLast) lastCall.make([name, properties, options])
      else call([name, properties, options])
      return true
    }, false)

  const searches = new TypedSearch(page, typingPause, ({ query, nbHits, index, queryID }, isLast) => {
    const name = nbHits === 0 ? 'Search Returned No Results' : 'Products Searched'
    track(name, { query, results: nbHits, search_index: index, queryID }, { isLast })
  })

  const searched = (results: SearchResults): void => {
    if (!isRunning) return
    if (found.size > MOST_HITS) found.clear()
    for (const hit of (results.hits ?? []) as Hit[]) {
      found.set(hit.objectID, { ...quietly(() => product(hit), {}), query: results.query || undefined })
    }
    searches.add(results)
  }

  const reported: Report = (reporter, method, args, hits = []) =>
    quietly(() => {
      const events = isRunning ? eventsIn(method, args) : []
      const told = (objectID: string): Properties => {
        const hit = hits.find((candidate) => candidate.objectID === objectID)
        return { ...found.get(objectID), ...(hit && quietly(() => product(hit), {})) }
      }
      if (events.length > 0) searches.flush()
      const sent = events.map(
        (event) =>
          twice.isSecond(reporter, event) ||
          segmentEventsOf(event, told).filter(({ name, properties }) => track(name, properties, event)).length > 0
      )
      return sent.length > 0 && sent.every(Boolean)
    }, false)

  const aa = new Proxy(options.aa ?? ((() => undefined) as unknown as Client), {
    apply(target, self, [method, ...args]: [unknown, ...unknown[]]): unknown {
      if (method === 'onUserTokenChange') return identity.onUserTokenChange(...(args as [unknown, unknown]))
      if (reported('search-insights', method, args) && viaSegment) return Promise.resolve(true)
      return Reflect.apply(target as unknown as Call, self, [method, ...args])
    }
  })

  const leave = (): void => searches.flush(true)
  const hide = (): void => {
    if (page.document.visibilityState === 'hidden') leave()
  }

  return {
    aa,
    middleware: watchInstantSearch(searched, reported, viaSegment),
    searched,
    async start() {
      if (isRunning) return
      isRunning = true
      page.addEventListener('pagehide', leave)
      page.document.addEventListener('visibilitychange', hide)
      lastCall.makeUp()
      await identity.start()
    },
    stop() {
      if (!isRunning) return
      isRunning = false
      page.removeEventListener('pagehide', leave)
      page.document.removeEventListener('visibilitychange', hide)
      searches.drop()
      lastCall.forget()
      found.clear()
      identity.stop()
    }
  }
}
