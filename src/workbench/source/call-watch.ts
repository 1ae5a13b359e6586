import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Api } from '../../algolia/api/apis'

/** What the answers to the source's calls have told so far. */
export interface CallCounts {
  readonly calls: number
  /** Calls that Algolia still allows in the present minute, by the latest answer; absent when none told. */
  readonly left?: number
}

/** What undici publishes of each answer: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
interface Answered {
  request: { origin: string; path: string }
  response: { headers: Buffer[] }
}

const CHANNEL = 'undici:request:headers'

/**
 * Counts the calls that a source makes to its API: it tells of them in its log only, every few seconds, which is too
 * seldom to watch. The destination's calls go through another client.
 */
export class CallWatch {
  private calls = 0
  private left: number | undefined

  constructor(private readonly api: Api) {}

  private readonly note = (message: unknown): void => {
    const { request, response } = message as Answered
    const origins = [process.env[this.api.originVariable], ...Object.values(this.api.origins)]
    if (!origins.includes(request.origin)) return
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
