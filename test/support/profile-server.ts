import type { Answer, Transport } from '../../src/algolia/api/transport'
import type { VirtualClock } from './virtual-clock'

/** What `GET /2/users/{userID}` answers, or what it throws; a promise leaves the call under way. */
export interface ProfileAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON unless it is a text. */
  readonly body?: unknown
}

type Script = (userToken: string) => ProfileAnswer | Promise<ProfileAnswer>

/** Single profiles behind a transport, on a clock of the test's own. */
export class ProfileServer implements Transport {
  readonly host = 'profiles.algolia.test'
  /** The tokens that were asked for, in order. */
  readonly asked: string[] = []
  isClosed = false

  constructor(
    readonly clock: VirtualClock,
    public script: Script
  ) {}

  async send(path: string): Promise<Answer> {
    const userToken = decodeURIComponent(path.replace('/2/users/', ''))
    this.asked.push(userToken)
    const { status = 200, headers = {}, body } = await this.script(userToken)
    const content = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {}))
    const all: Record<string, string> = { date: new Date(this.clock.now()).toUTCString(), ...headers }
    return { status, header: (name) => all[name], body: () => content }
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }

  /** What `profileContexts` runs in. */
  get environment() {
    return { clock: this.clock, random: Math.random, createTransport: () => this }
  }
}

/** A profile with these managed segments, as Algolia answers it. */
export function found(userToken: string, ...ids: string[]): ProfileAnswer {
  return { body: { userID: userToken, segments: ids.map((id) => ({ id, source: 'segment' })) } }
}

export const notFound: ProfileAnswer = { status: 404, body: { status: 404, message: 'User not found' } }
