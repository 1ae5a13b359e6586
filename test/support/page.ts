import type * as SearchInsights from 'search-insights'
import { algoliaToSegment, type AlgoliaToSegmentOptions, type Properties } from '../../src/browser'
import type { PageWindow, SourceStep } from '../../src/browser/types'

const { createInsightsClient } = jest.requireActual<typeof SearchInsights>('search-insights')

/** A call that reached analytics.js. */
export interface Tracked {
  readonly event: string
  readonly properties: Properties
  readonly options: { readonly integrations?: object; readonly timestamp?: Date; readonly messageId?: string }
}

/** analytics.js, with a visitor who may log in and out. */
export class FakeAnalytics {
  readonly tracked: Tracked[] = []
  readonly middlewares: ((step: SourceStep) => void)[] = []
  readonly visitor: { userId: string | null; anonymousId: string } = {
    userId: null,
    anonymousId: 'segment-anonymous-1'
  }
  private readonly listeners = new Map<string, Set<() => void>>()

  /** What `track` gives back: when the call has gone out. */
  delivery: Promise<void> = Promise.resolve()

  track(event: string, properties: Properties, options: Tracked['options']): Promise<void> {
    this.tracked.push({ event, properties, options })
    return this.delivery
  }

  on(event: string, listener: () => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener))
  }

  off(event: string, listener: () => void): void {
    this.listeners.get(event)?.delete(listener)
  }

  addSourceMiddleware(middleware: (step: SourceStep) => void): void {
    this.middlewares.push(middleware)
  }

  setAnonymousId(id: string): void {
    this.visitor.anonymousId = id
  }

  ready(callback: () => void): void {
    callback()
  }

  user() {
    return { id: () => this.visitor.userId, anonymousId: () => this.visitor.anonymousId }
  }

  login(userId: string): void {
    this.visitor.userId = userId
    this.listeners.get('identify')?.forEach((listener) => listener())
  }

  logout(): void {
    this.visitor.userId = null
    this.visitor.anonymousId = 'segment-anonymous-2'
    this.listeners.get('reset')?.forEach((listener) => listener())
  }

  /** What a call becomes on its way to Segment. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  sent(call: object): any {
    const payload = { obj: structuredClone(call) }
    for (const middleware of this.middlewares) middleware({ payload, next: () => undefined })
    return payload.obj
  }

  /** The events so far: name and the properties that are asked for. */
  events(...names: string[]): unknown[][] {
    return this.tracked.map(({ event, properties }) => [event, ...names.map((name) => properties[name])])
  }
}

/** The function `aa`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Call = (method: string, ...args: unknown[]) => any

/** A window whose time the test tells. */
export class FakeWindow implements PageWindow {
  time = 1_000_000
  readonly document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  readonly Date = { now: () => this.time }
  readonly Math = { random: () => 0.25 }
  readonly stored = new Map<string, string>()
  readonly localStorage = {
    getItem: (key: string) => this.stored.get(key) ?? null,
    setItem: (key: string, value: string) => void this.stored.set(key, value),
    removeItem: (key: string) => void this.stored.delete(key)
  }
  private readonly target = new EventTarget()
  private readonly timers = new Map<number, { at: number; callback: () => void }>()
  readonly addEventListener = this.target.addEventListener.bind(this.target)
  readonly removeEventListener = this.target.removeEventListener.bind(this.target)

  setTimeout(callback: () => void, milliseconds: number): number {
    const timer = this.timers.size + this.time + Math.random()
    this.timers.set(timer, { at: this.time + milliseconds, callback })
    return timer
  }

  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as number)
  }

  pass(milliseconds: number): void {
    this.time += milliseconds
    for (const [timer, { at, callback }] of this.timers) {
      if (at > this.time) continue
      this.timers.delete(timer)
      callback()
    }
  }

  leave(by = 'pagehide'): void {
    this.target.dispatchEvent(new Event(by))
  }

  hide(): void {
    this.document.visibilityState = 'hidden'
    this.document.dispatchEvent(new Event('visibilitychange'))
  }
}

/** A page with search-insights as it is, and everything else made up. `sent` is what would have gone to Algolia. */
export function openPage(options: Partial<AlgoliaToSegmentOptions> = {}, page = new FakeWindow()) {
  const sent: Properties[] = []
  const aa = createInsightsClient((_url, data) => {
    sent.push(...(data as { events: Properties[] }).events)
    return Promise.resolve(true)
  })
  aa('init', { appId: 'APP', apiKey: 'search-key' })
  const analytics = new FakeAnalytics()
  const bridge = algoliaToSegment({ analytics, ...options, aa: aa as Call }, page)
  return { analytics, page, sent, rawAa: aa as Call, ...bridge }
}

/** A search's answer. */
export function results(query: string, nbHits = 3, more: object = {}) {
  const hits = ['lamp', 'tent', 'map'].slice(0, nbHits)
  return {
    query,
    nbHits,
    index: 'products',
    queryID: 'a'.repeat(32),
    hits: hits.map((objectID) => ({ objectID, name: `The ${objectID}`, price: 7, brand: { odd: true } })),
    ...more
  }
}
