import type { AlgoliaToSegmentOptions, Analytics, PageWindow, Properties, SegmentUser, SourceStep } from './types'

/** `aa`, whatever version of it. */
export type Call = (method: string, ...args: unknown[]) => unknown

/** What Algolia takes as a user token. */
const USER_TOKEN = /^[\w=+/-]{1,129}$/

/** Milliseconds that whoever starts waits for analytics.js, which an ad blocker may keep from ever loading. */
const LONGEST_WAIT = 1_000

/** Ties Algolia's user tokens to Segment's ids, both ways, and tells Segment the token with each call. */
export class Identity {
  /** The user token that searches and events send. */
  private token: string | undefined
  /** What the page itself wants to know of the token: search-insights keeps one listener, and both have to be told. */
  private pageListener: ((token: unknown) => void) | undefined
  private user: SegmentUser | undefined
  /** The one whom Algolia has been told. */
  private userId: string | undefined
  private isRunning = false
  private isRegistered = false

  constructor(
    private readonly analytics: () => Analytics,
    private readonly aa: Call | undefined,
    private readonly lead: NonNullable<AlgoliaToSegmentOptions['identity']>,
    private readonly page: PageWindow
  ) {}

  async start(): Promise<void> {
    this.isRunning = true
    const analytics = this.analytics()
    if (!this.isRegistered) analytics.addSourceMiddleware(this.tell)
    this.isRegistered = true
    analytics.on('identify', this.tie)
    analytics.on('reset', this.tie)
    this.aa?.('onUserTokenChange', this.changed, { immediate: true })
    const tied = this.loadedUser().then((user) => {
      this.user = user
      this.tie()
    })
    const waited = new Promise<void>((resolve) => this.page.setTimeout(resolve, LONGEST_WAIT))
    await Promise.race([tied.catch(() => undefined), waited])
  }

  stop(): void {
    this.isRunning = false
    this.analytics().off('identify', this.tie)
    this.analytics().off('reset', this.tie)
  }

  /** In place of `aa('onUserTokenChange', …)`. */
  onUserTokenChange(listener: unknown, options?: unknown): unknown {
    this.pageListener = listener as typeof this.pageListener
    return this.aa?.('onUserTokenChange', this.changed, options)
  }

  private readonly changed = (token: unknown): void => {
    // In this order, as noting it may set another.
    this.pageListener?.(token)
    this.noteToken(token)
  }

  private async loadedUser(): Promise<SegmentUser> {
    const analytics = this.analytics()
    if (!analytics.user) await new Promise<void>((resolve) => void analytics.ready(() => resolve()))
    return this.analytics().user!()
  }

  private noteToken(token: unknown): void {
    const text = typeof token === 'string' || typeof token === 'number' ? String(token) : ''
    if (!USER_TOKEN.test(text)) return
    this.token = text
    if (this.lead !== 'none') this.tie()
  }

  /** Brings both sides in line: after the start, a login, a logout, or another token. */
  private readonly tie = (): void => {
    const { user, aa } = this
    if (!this.isRunning || !user) return
    const anonymousId = user.anonymousId() ?? ''
    if (this.lead === 'algolia' && this.token && this.token !== anonymousId) this.analytics().setAnonymousId(this.token)
    if (this.lead === 'segment' && this.token !== anonymousId && USER_TOKEN.test(anonymousId)) {
      // Where search-insights has not loaded yet, nobody is told of the change.
      this.token = anonymousId
      aa?.('setUserToken', anonymousId)
    }
    const id = user.id() ?? ''
    const userId = USER_TOKEN.test(id) ? id : undefined
    if (userId !== this.userId) aa?.('setAuthenticatedUserToken', userId)
    this.userId = userId
  }

  /** Runs on every call to Segment, the page's own ones included. */
  private readonly tell = (step: SourceStep): void => {
    try {
      if (this.isRunning && this.token) tellToken(step.payload.obj, this.token)
    } catch {
      // The call goes out without it.
    }
    step.next(step.payload)
  }
}

/** A call as analytics.js is about to send it. */
interface SegmentCall {
  readonly type?: string
  traits?: Properties
  context?: { traits?: Properties; externalIds?: object[] }
}

/** What the page said itself stays as it is. */
function tellToken(call: SegmentCall, id: string): void {
  const context = (call.context ??= {})
  const externalIds = (context.externalIds ??= [])
  const type = 'algolia_user_token'
  if (!externalIds.some((known) => 'type' in known && known.type === type && 'id' in known && known.id === id)) {
    externalIds.push({ id, type, collection: 'users', encoding: 'none' })
  }
  const traits = call.type === 'identify' ? (call.traits ??= {}) : (context.traits ??= {})
  traits.algolia_user_id ??= id
}
