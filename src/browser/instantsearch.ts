import { quietly } from './quietly'
import type { Report } from './reported-twice'
import type { AlgoliaToSegment, Hit, SearchResults } from './types'

/** What a widget of InstantSearch reports. */
interface WidgetEvent {
  readonly insightsMethod?: string
  readonly payload: unknown
  readonly hits?: readonly Hit[]
  readonly eventType: string
  readonly eventModifier?: string
}

/** A widget `index` of InstantSearch. */
interface Index {
  getResults(): SearchResults | null
  getWidgets(): readonly { readonly $$type?: string }[]
}

/**
 * A middleware of InstantSearch that is told of the results it shows, and of the events of its widgets.
 * @param viaSegment whether InstantSearch keeps to itself what was reported
 */
export function watchInstantSearch(
  searched: (results: SearchResults) => void,
  reported: Report,
  viaSegment: boolean
): AlgoliaToSegment['middleware'] {
  return ({ instantSearchInstance: search }) => {
    let send: (event: WidgetEvent) => void = () => undefined
    let latest: SearchResults | undefined
    const rendered = (): void => {
      const results = quietly(() => resultsOf(search.mainIndex as Index), undefined)
      if (!results || results === latest) return
      latest = results
      searched(results)
    }
    const sendAndReport = (event: WidgetEvent): void => {
      const { insightsMethod, payload, hits, eventModifier, eventType } = event
      const isAutomatic = eventModifier === 'internal' && eventType === 'view'
      const isTold = !isAutomatic && reported('instantsearch', insightsMethod, [payload], hits)
      if (!isTold || !viaSegment) send(event)
    }
    const property = { configurable: true, enumerable: true }
    return {
      subscribe: () => undefined,
      onStateChange: () => undefined,
      started() {
        // The insights middleware sets it, before this one or after, and again when Algolia switches it on by itself.
        send = search.sendEventToInsights as typeof send
        const accessors = { get: () => sendAndReport, set: (other: typeof send) => (send = other) }
        Object.defineProperty(search, 'sendEventToInsights', { ...property, ...accessors })
        search.on('render', rendered)
      },
      unsubscribe() {
        Object.defineProperty(search, 'sendEventToInsights', { ...property, writable: true, value: send })
        search.removeListener('render', rendered)
      }
    }
  }
}

/** The results of the first index that has any: InstantSearch's own, or one that stands below it. */
function resultsOf(index: Index): SearchResults | undefined {
  const own = index.getResults()
  if (own) return own
  for (const widget of index.getWidgets()) {
    const results = widget.$$type === 'ais.index' ? resultsOf(widget as unknown as Index) : undefined
    if (results) return results
  }
  return undefined
}
