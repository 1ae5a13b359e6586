import type * as Core from '@segment/actions-core'
import type { RequestOptions } from '@segment/actions-core'
import type Definition from '../../src/destinations/algolia-personalization'

interface Timer {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/**
 * Time for everything in the test at once: clocks and timers are those of the simulation, and whenever nobody has anything to
 * do, it jumps to the next timer. Minutes take milliseconds, and what happens is the same each time.
 */
export class SimulatedTime {
  now = 0
  #timers: Timer[] = []
  #order = 0
  readonly #begin = Date.UTC(2026, 2, 1)
  readonly #true = {
    setTimeout,
    clearTimeout,
    setImmediate,
    now: Date.now.bind(Date),
    monotonic: performance.now.bind(performance)
  }

  /** Takes the place of the true time, until {@link restore}. */
  install(): void {
    globalThis.setTimeout = ((run: () => void, milliseconds = 0) => this.after(milliseconds, run)) as never
    globalThis.clearTimeout = ((timer: Timer) => this.#remove(timer)) as never
    Date.now = () => this.date()
    performance.now = () => this.now
  }

  restore(): void {
    Object.assign(globalThis, { setTimeout: this.#true.setTimeout, clearTimeout: this.#true.clearTimeout })
    Date.now = this.#true.now
    performance.now = this.#true.monotonic
  }

  /** Unix milliseconds. */
  date(): number {
    return this.#begin + Math.floor(this.now)
  }

  after(milliseconds: number, run: () => void): Timer {
    const timer = { at: this.now + Math.max(0, milliseconds), order: (this.#order += 1), run }
    let [low, high] = [0, this.#timers.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#timers[middle] as Timer).at <= timer.at) low = middle + 1
      else high = middle
    }
    this.#timers.splice(low, 0, timer)
    return timer
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.after(milliseconds, resolve))
  }

  /** Lets time pass until the work has ended. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    const end = work.finally(() => (isOver = true))
    end.catch(() => {})
    for (;;) {
      await new Promise((resolve) => this.#true.setImmediate(resolve))
      if (isOver) return end
      const next = this.#timers.shift()
      if (!next) throw new Error('everybody waits, and nothing will ever happen')
      this.now = next.at
      next.run()
    }
  }

  #remove(timer: Timer): void {
    const place = this.#timers.indexOf(timer)
    if (place >= 0) this.#timers.splice(place, 1)
  }
}

/** How calls fare. */
export interface Network {
  /** Milliseconds that a call takes, most of the time. */
  latency: number
  /** How often a process stands still with an answer in its hands, 0-1. */
  stalls: number
  /** Calls allowed in each period of so many milliseconds. */
  limit?: { calls: number; period: number } | undefined
}

export interface SimulatedCall {
  method: string
  path: string
}

interface SimulatedProfile {
  segments: string[]
  updatedAt: number
}

/** A write lands within this, or the destination's assumption doesn't hold. */
const LONGEST_WRITE = 340

/** Algolia's profiles, as far as the destination calls them, for several processes at once. */
export class SimulatedProfiles {
  readonly profiles = new Map<string, SimulatedProfile>()
  calls = 0
  refused = 0
  /** Called when a call has been carried out, before its answer leaves. */
  onCall: (call: SimulatedCall) => Promise<void> | void = () => {}
  #period = { number: -1, calls: 0 }

  constructor(
    private readonly time: SimulatedTime,
    private readonly network: Network,
    private readonly random: () => number
  ) {}

  /** The request client of one process. */
  readonly request = async (url: string, { method = 'get', body, searchParams }: RequestOptions = {}) => {
    const { latency, stalls } = this.network
    const isWrite = method !== 'get'
    const there = latency * (0.5 + this.random()) + (this.random() < stalls ? this.random() * 2_000 : 0)
    await this.time.sleep(isWrite ? Math.min(there, LONGEST_WRITE) : there)
    const { pathname } = new URL(url)
    const answer = this.answer(method, pathname, body as string, searchParams as Record<string, string>)
    await this.onCall({ method, path: pathname })
    await this.time.sleep(latency * 0.2 * this.random() + (this.random() < stalls ? this.random() * 3_000 : 0))
    return answer
  }

  put(user: string, segments: string[]): void {
    this.profiles.set(user, { segments, updatedAt: this.time.date() })
  }

  private answer(method: string, pathname: string, body: string, query: Record<string, string> | undefined) {
    this.calls += 1
    const headers = new Headers({ date: new Date(this.time.date()).toUTCString(), ...this.limitHeaders() })
    const reply = (status: number, content: string) => ({ ok: status < 300, status, headers, content })
    if (headers.get('x-ratelimit-refused')) {
      this.refused += 1
      return reply(429, '{"status":429,"message":"Too Many Requests"}')
    }
    if (pathname === '/2/users') {
      return reply(200, this.page(Date.parse(query?.startDate ?? '')))
    }
    const user = decodeURIComponent(pathname.split('/')[3] ?? '')
    if (method === 'put') {
      this.put(user, /^\{"segments":\[(.*)\]\}$/.exec(body)?.[1]?.match(/\{[^}]*\}/g) ?? [])
      return reply(200, '{}')
    }
    const profile = this.profiles.get(user)
    return profile ? reply(200, profileText(user, profile)) : reply(404, '{"status":404,"message":"User not found"}')
  }

  private page(after: number): string {
    const changed = [...this.profiles].filter(([, { updatedAt }]) => updatedAt > after)
    const users = changed.map(([user, profile]) => profileText(user, profile))
    return `{"users":[${users.join(',')}]}`
  }

  private limitHeaders(): Record<string, string> {
    const { limit } = this.network
    if (!limit) return {}
    const number = Math.floor(this.time.date() / limit.period)
    if (this.#period.number !== number) this.#period = { number, calls: 0 }
    this.#period.calls += 1
    return {
      'x-ratelimit-limit': String(limit.calls),
      'x-ratelimit-remaining': String(Math.max(0, limit.calls - this.#period.calls)),
      'x-ratelimit-reset': String(Math.ceil(((number + 1) * limit.period) / 1000)),
      ...(this.#period.calls > limit.calls && { 'x-ratelimit-refused': 'yes' })
    }
  }
}

function profileText(user: string, { segments, updatedAt }: SimulatedProfile): string {
  const lastUpdatedAt = new Date(updatedAt).toISOString()
  return `{"userID":"${user}","affinities":[],"segments":[${segments.join(',')}],"lastUpdatedAt":"${lastUpdatedAt}"}`
}

/** An audience event, and when it comes to which process. */
export interface TimedEvent {
  user: string
  audience: string
  entered: boolean
  /** Milliseconds from the start. */
  at: number
  process: number
}

const settings = { appId: 'SIMULATED', apiKey: 'key', region: 'us' }

/** Processes that share nothing but the host's core: each has the destination's modules, its locks and memory, for itself. */
export function loadProcesses(count: number): (typeof Definition)[] {
  const core = jest.requireActual<typeof Core>('@segment/actions-core')
  return Array.from({ length: count }, () => {
    let loaded: typeof Definition | undefined
    jest.isolateModules(() => {
      jest.doMock('@segment/actions-core', () => core)
      loaded = jest.requireActual<{ default: typeof Definition }>(
        '../../src/destinations/algolia-personalization'
      ).default
    })
    return loaded as typeof Definition
  })
}

/** Then an event is given up. */
const MOST_ATTEMPTS = 60

export interface Told {
  delivered: TimedEvent[]
  /** Users of batches: what a read and a write each is reckoned for. */
  updates: number
  retried: number
  /** Milliseconds from a batch's arrival to its answer, the longest. */
  longest: number
  /** Events that were given up. */
  left: number
}

/**
 * Delivers the events: what comes to a process within a tenth of a second is a batch. What is to be retried comes again some
 * time later, half a second or so if nothing else is said, at whichever process.
 */
export async function deliverAll(
  time: SimulatedTime,
  algolia: SimulatedProfiles,
  processes: (typeof Definition)[],
  events: readonly TimedEvent[],
  random: () => number,
  retryAfter = 500
): Promise<Told> {
  const told: Told = { delivered: [], updates: 0, retried: 0, longest: 0, left: 0 }
  const start = time.now
  const deliver = async (process: number, batch: readonly TimedEvent[], attempt: number): Promise<void> => {
    const payload = batch.map(({ user, audience, entered }) => ({
      userToken: user,
      segmentId: audience,
      eventName: entered ? 'Audience Entered' : 'Audience Exited',
      timestamp: new Date(time.date()).toISOString()
    }))
    const begun = time.now
    const action = processes[process % processes.length]?.actions.syncAudience
    const answer = (await action?.performBatch?.(algolia.request as never, { payload, settings } as never)) as {
      getAllResponses(): { value(): { status: number } }[]
    }
    told.longest = Math.max(told.longest, time.now - begun)
    const statuses = answer.getAllResponses().map((response) => response.value().status)
    const again = batch.filter((event, index) => {
      if (statuses[index] === 200) told.delivered.push(event)
      return statuses[index] !== 200
    })
    if (again.length === 0) return
    if (attempt === MOST_ATTEMPTS) {
      told.left += again.length
      return
    }
    told.retried += again.length
    await time.sleep(retryAfter * (0.5 + random()))
    await deliver(Math.floor(random() * processes.length), again, attempt + 1)
  }
  const batches = new Map<string, TimedEvent[]>()
  for (const event of events) {
    const name = `${event.process} ${Math.floor(event.at / 100)}`
    batches.set(name, [...(batches.get(name) ?? []), event])
  }
  await Promise.all(
    [...batches].map(async ([name, batch]) => {
      const [process = 0, slot = 0] = name.split(' ').map(Number)
      await time.sleep(start + (slot + 1) * 100 - time.now)
      told.updates += new Set(batch.map(({ user }) => user)).size
      await deliver(process, batch, 1)
    })
  )
  return told
}
