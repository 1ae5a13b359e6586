import type { InsightsEvent } from './events'

/** An event that was accepted. */
export type AcceptedEvent = InsightsEvent & {
  /** When: milliseconds since the Unix epoch, by the server's clock. */
  readonly receivedAt: number
}

/** How many are kept. */
const kept = 100_000

/** The events that were accepted, in their order. */
export class EventLog {
  private events: AcceptedEvent[] = []
  private readonly tokens = new Set<string>()

  /** At least the last 50,000. */
  get accepted(): readonly AcceptedEvent[] {
    return this.events
  }

  /** The user tokens whose events were deleted, each once. */
  get deletedTokens(): readonly string[] {
    return [...this.tokens]
  }

  add(events: readonly InsightsEvent[], receivedAt: number): void {
    if (this.events.length + events.length > kept) this.events = this.events.slice(kept / 2)
    for (const event of events) this.events.push({ ...event, receivedAt })
  }

  /** Forgets the events of a user token. */
  delete(userToken: string): void {
    this.tokens.add(userToken)
    this.events = this.events.filter(
      (event) => event.userToken !== userToken && event.authenticatedUserToken !== userToken
    )
  }

  clear(): void {
    this.events = []
    this.tokens.clear()
  }
}
