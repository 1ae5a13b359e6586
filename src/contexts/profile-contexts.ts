import { z } from 'zod'
import { PERSONALIZATION } from '../algolia/api/apis'
import { originOf } from '../algolia/api/connection'
import { type Environment, systemEnvironment } from '../algolia/api/environment'
import { CallBudget } from '../algolia/api/rate-limit'
import { createTransport as createUndiciTransport, type Transport } from '../algolia/api/transport'
import { USER_TOKEN } from '../destinations/algolia-personalization/constants'
import { ContextCache, type Known } from './context-cache'
import { callback, checked, type RuleContextsOptions, ruleShape } from './options'
import { askForProfile, type Problem } from './profile-call'
import { contextsBy } from './rule-contexts'

export interface ProfileContextsOptions extends RuleContextsOptions {
  readonly appId: string
  /** A key with the ACLs search, browse and recommendation. It must never reach a browser. */
  readonly apiKey: string
  readonly region: 'us' | 'eu'
  /** Seconds for which an answer of Algolia is used without asking again; 300 unless told otherwise. */
  readonly freshSeconds?: number
  /** Seconds after which an answer is no longer used; until then it is, while Algolia is asked again. 3600 unless told otherwise. */
  readonly staleSeconds?: number
  /** Milliseconds that a look-up waits for Algolia, where nothing is known yet; 200 unless told otherwise. */
  readonly patience?: number
  /** User tokens that are kept; 20,000 unless told otherwise, which is some 25 MB with ten contexts each. */
  readonly maxProfiles?: number
  /** The part of the calls that Algolia allows in a minute that is left to others; 0.2 unless told otherwise. */
  readonly reserve?: number
  /** Told why contexts are missing, once a minute at most for one reason. Never holds the API key or a user token. */
  readonly onProblem?: (message: string) => void
}

/** Looks up the rule contexts of profiles for a backend that searches. */
export interface ProfileContexts {
  /**
   * The rule contexts to send along with a search of this user. Never rejects: where Algolia doesn't tell in time, there
   * are none. The list is the caller's.
   * @param userToken the one that searches and events send
   */
  lookUp(userToken: string): Promise<string[]>
  /** Ends what is under way. Look-ups from then on give no contexts. */
  close(): Promise<void>
}

const optionsSchema = z
  .strictObject({
    ...ruleShape,
    appId: z.string().regex(/^[A-Za-z0-9]+$/, 'must be letters and digits'),
    apiKey: z.string().regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces'),
    region: z.enum(['us', 'eu']),
    freshSeconds: z.number().min(0).default(300),
    staleSeconds: z.number().min(0).default(3600),
    patience: z.number().min(0).max(60_000).default(200),
    maxProfiles: z.int().min(1).max(10_000_000).default(20_000),
    reserve: z.number().min(0).max(1).default(0.2),
    onProblem: callback<(message: string) => void>().optional()
  })
  .refine(({ freshSeconds, staleSeconds }) => freshSeconds <= staleSeconds, {
    path: ['staleSeconds'],
    message: 'must not be less than freshSeconds'
  })

/** Calls under way at the same time. More wouldn't be answered in time for the search that wants them. */
const MOST_CALLS_UNDER_WAY = 50
const CONNECTIONS = 16

/** Milliseconds after which a call is given up; the look-up has given up waiting long before. */
const CALL_TIMEOUT = 5_000

/** Milliseconds after which a token whose call failed is asked for again. */
const ASK_AGAIN_AFTER_FAILURE = 10_000

/** From so many failures in a row on, nothing is asked for a while, which doubles from the first to the longest. */
const FAILURES_BEFORE_PAUSE = 3
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 60_000

/** Where Algolia says so, it says it to every call, until somebody changes the key or the plan. */
const FINAL: ReadonlySet<number | undefined> = new Set([401, 402, 403])

/** The same problem is told again after so many milliseconds. */
const TELL_AGAIN_AFTER = 60_000

/**
 * Prepares look-ups for an application.
 * @param environment what stands in for the clock and for Algolia's address, in tests; by default the machine's, and the
 * environment variable `ALGOLIA_PERSONALIZATION_URL`
 * @throws `config` error when an option is wrong. What happens later never throws.
 */
export function profileContexts(
  options: ProfileContextsOptions,
  environment: Environment = systemEnvironment()
): ProfileContexts {
  return new Lookup(checked(optionsSchema, options, 'profileContexts'), environment)
}

class Lookup implements ProfileContexts {
  private readonly cache: ContextCache
  private readonly budget = new CallBudget()
  private readonly transport: Transport
  private readonly underWay = new Map<string, Promise<Known>>()
  private isClosed = false
  private readonly toldAt = new Map<string, number>()
  private failuresInARow = 0
  private pausedUntil = 0

  constructor(
    private readonly options: z.output<typeof optionsSchema>,
    private readonly environment: Environment
  ) {
    const { appId, apiKey, region, maxProfiles } = options
    const { createTransport = createUndiciTransport } = environment
    this.cache = new ContextCache(maxProfiles)
    this.transport = createTransport({
      baseUrl: originOf(PERSONALIZATION, region, environment),
      headers: { 'x-algolia-application-id': appId, 'x-algolia-api-key': apiKey },
      connections: CONNECTIONS,
      silenceTimeout: CALL_TIMEOUT
    })
  }

  async lookUp(userToken: string): Promise<string[]> {
    // Whatever else a request says it is has no profile, and costs no call.
    if (typeof userToken !== 'string' || !USER_TOKEN.pattern.test(userToken) || this.isClosed) return []
    const now = this.environment.clock.now()
    const known = this.cache.get(userToken)
    const usable = known !== undefined && now < known.keptUntil ? known : undefined
    if (usable !== undefined && now < usable.askAgainAt) return [...usable.contexts]
    const call = this.ask(userToken, usable, now)
    if (usable !== undefined) return [...usable.contexts]
    return call === undefined ? [] : this.waitFor(call)
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.transport.close().catch(() => undefined)
    await Promise.all(this.underWay.values())
  }

  /** @returns the call for a token, the one that is under way if there is one; undefined when none may be made now. */
  private ask(userToken: string, usable: Known | undefined, now: number): Promise<Known> | undefined {
    const running = this.underWay.get(userToken)
    if (running !== undefined) return running
    if (now < this.pausedUntil || this.underWay.size >= MOST_CALLS_UNDER_WAY) return undefined
    if (!this.budget.leaves(this.options.reserve, now)) {
      this.tell(
        'Few calls are left of those that Algolia allows in a minute: profiles that are not known are not asked for.'
      )
      return undefined
    }
    const call = this.call(userToken, usable).finally(() => this.underWay.delete(userToken))
    this.underWay.set(userToken, call)
    return call
  }

  private async call(userToken: string, usable: Known | undefined): Promise<Known> {
    const { clock } = this.environment
    const { apiKey, freshSeconds, staleSeconds } = this.options
    this.budget.sent(clock.now())
    const timeout = AbortSignal.timeout(CALL_TIMEOUT)
    const { profile, limits, problem } = await askForProfile(this.transport, apiKey, userToken, timeout).catch(
      (): Awaited<ReturnType<typeof askForProfile>> => ({ profile: undefined, limits: {}, problem: UNEXPECTED })
    )
    const now = clock.now()
    this.budget.ended(now, limits)
    if (problem === undefined) this.failuresInARow = 0
    else if (!this.isClosed) this.failed(problem, limits, now)
    const contexts = profile === undefined ? undefined : this.contextsOf(profile)
    const askAgainAt = now + (contexts === undefined ? ASK_AGAIN_AFTER_FAILURE : freshSeconds * 1000)
    const known: Known =
      contexts === undefined
        ? { contexts: usable?.contexts ?? [], askAgainAt, keptUntil: usable?.keptUntil ?? askAgainAt }
        : { contexts, askAgainAt, keptUntil: now + staleSeconds * 1000 }
    this.cache.set(userToken, known)
    return known
  }

  /** A listener's mistake must not cost the contexts, nor reach a search. */
  private contextsOf(profile: object | null): string[] {
    const { onCollision, ...rules } = this.options
    const listener = onCollision && { onCollision: withoutThrowing(onCollision) }
    return contextsBy({ ...rules, ...listener }, profile)
  }

  private failed(
    { concerns, status, message }: Problem,
    limits: Parameters<CallBudget['refused']>[1],
    now: number
  ): void {
    this.tell(message)
    if (status === 429 || status === 421) this.budget.refused(now, limits, ASK_AGAIN_AFTER_FAILURE)
    if (concerns === 'this profile') return
    this.failuresInARow += 1
    const doublings = this.failuresInARow - FAILURES_BEFORE_PAUSE
    if (FINAL.has(status)) this.pausedUntil = now + LONGEST_PAUSE
    else if (doublings >= 0) this.pausedUntil = now + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** doublings)
  }

  private async waitFor(call: Promise<Known>): Promise<string[]> {
    const { clock } = this.environment
    const waiting = new AbortController()
    const tooLong = clock.sleep(this.options.patience, waiting.signal).catch(() => undefined)
    try {
      const known = await Promise.race([call, tooLong])
      return [...(known?.contexts ?? [])]
    } catch {
      return []
    } finally {
      waiting.abort(new Error('The call has ended.'))
    }
  }

  private tell(message: string): void {
    const { onProblem } = this.options
    const now = this.environment.clock.now()
    if (onProblem === undefined || now - (this.toldAt.get(message) ?? -Infinity) < TELL_AGAIN_AFTER) return
    if (this.toldAt.size > 100) this.toldAt.clear()
    this.toldAt.set(message, now)
    withoutThrowing(onProblem)(message)
  }
}

const UNEXPECTED: Problem = { concerns: 'all', message: 'The look-up failed unexpectedly. Please report this.' }

function withoutThrowing<Value>(listener: (value: Value) => void): (value: Value) => void {
  return (value) => {
    try {
      listener(value)
    } catch {
      // What the caller's own function throws is the caller's to find; the search goes on.
    }
  }
}
