import type { RequestClient } from '@segment/actions-core'
import type { Environment } from '../../src/algolia/api/environment'
import type { Transport } from '../../src/algolia/api/transport'
import type { Profile } from '../../src/local/algolia'
import { personalizationApi } from '../../src/local/algolia/personalization/api'
import { makeUpProfiles } from '../../src/local/algolia/personalization/made-up-profiles'
import { ProfileStore } from '../../src/local/algolia/personalization/profile-store'
import { readRequest } from '../../src/local/algolia/request'
import { applicationOf } from '../../src/local/algolia/server'
import { risingTimestamps } from '../../src/local/algolia/timestamps'

/** A call that was answered, as whoever watches Algolia's door sees it. */
export interface SeenCall {
  /** Who called. */
  readonly by: string
  readonly method: string
  readonly path: string
  readonly sent: string
  readonly answered: string
  /** When it arrived, Unix milliseconds. */
  readonly at: number
}

/**
 * The local Algolia's profiles without sockets, so that calls cross as chance wants: each takes a while to arrive, and its
 * answer a while to come back, by the timers of the test. Time is the test's to advance.
 */
export class AlgoliaInMemory {
  readonly profiles = new ProfileStore(makeUpProfiles({ count: 0, seed: 1, now: 0 }))
  readonly calls: SeenCall[] = []
  readonly application = applicationOf({ rateLimit: false, analyticsRateLimit: false, insightsRateLimit: false })
  private readonly api = personalizationApi({
    application: this.application,
    profiles: this.profiles,
    now: risingTimestamps(() => Date.now())
  })

  /** @param latency milliseconds that a call, or its answer, is on the way */
  constructor(private readonly latency: () => number) {}

  /** Lets a test write profiles whose bytes matter. */
  put(profile: Profile, segments: readonly string[]): void {
    const { segments: _, ...rest } = profile
    this.profiles.putJson(`${JSON.stringify(rest).slice(0, -1)},"segments":[${segments.join(',')}]}`)
  }

  async call(by: string, method: string, path: string, sent = ''): Promise<{ status: number; body: string }> {
    await this.pause()
    const { status, body } = this.api.answer(readRequest(this.api.routes, method, path, sent))
    this.calls.push({ by, method, path, sent, answered: body, at: Date.now() })
    await this.pause()
    return { status, body }
  }

  /** What the package's own commands call through. */
  environment(by: string): Environment {
    const transport: Transport = {
      host: 'algolia.in.memory',
      send: async (path, signal, change) => {
        signal.throwIfAborted()
        const { status, body } = await this.call(by, change?.method ?? 'GET', path, change?.body)
        signal.throwIfAborted()
        return { status, header: () => undefined, body: () => Buffer.from(body) }
      },
      close: () => Promise.resolve()
    }
    const clock = { now: () => Date.now(), sleep: (milliseconds: number) => sleep(milliseconds) }
    return { clock, random: Math.random, createTransport: () => transport }
  }

  /** What a host hands to the destination. */
  requestClient(by: string): RequestClient {
    const request = async (url: string, options: { method?: string; json?: unknown; body?: unknown } = {}) => {
      const { method = 'GET', json, body } = options
      const { pathname, search } = new URL(url)
      const sent = json === undefined ? ((body as string | undefined) ?? '') : JSON.stringify(json)
      const answer = await this.call(by, method.toUpperCase(), pathname + search, sent)
      return { status: answer.status, headers: new Headers(), content: answer.body }
    }
    return request as never
  }

  private pause(): Promise<void> {
    return sleep(this.latency())
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** The entries of a profile's segments, to the letter, in an answer or a body; none of them may hold a brace of its own. */
export function entriesIn(json: string): string[] {
  const [, list = ''] = /"segments":\[(.*?)\]/.exec(json) ?? []
  return list.match(/\{[^}]*\}/g) ?? []
}
