import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** What the answers to the source's calls have told so far. */
export interface CallCounts {
  readonly calls: number
  /** Calls that Algolia still allows in the present minute, by the latest answer; absent when none told. */
  readonly left?: number
}

/** What undici publishes of each answer: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
interface Answered {
  request: { path: string }
  response: { headers: Buffer[] }
}

const CHANNEL = 'undici:request:headers'

/**
 * Counts the calls for pages of profiles that this process makes, whoever makes them: the source tells of its calls in
 * its log only, every few seconds, which is too seldom to watch.
 */
export class CallWatch {
  private calls = 0
  private left: number | undefined

  private readonly note = (message: unknown): void => {
    const { request, response } = message as Answered
    if (!request.path.startsWith('/2/users?')) return
    this.calls += 1
    const names = response.headers.map((text) => text.toString('latin1').toLowerCase())
    const value = names[names.indexOf('x-ratelimit-remaining') + 1]
    if (names.includes('x-ratelimit-remaining') && value !== undefined) this.left = Number(value)
  }

  start(): void {
    subscribe(CHANNEL, this.note)
  }

  stop(): void {
    unsubscribe(CHANNEL, this.note)
  }

  get counts(): CallCounts {
    return { calls: this.calls, ...(this.left !== undefined && { left: this.left }) }
  }
}
