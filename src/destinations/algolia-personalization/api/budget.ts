import type { ModifiedResponse } from '@segment/actions-core'
import { MOST_APPLICATIONS } from '../constants'
import { remember } from '../remember'
import { resetTime, serverTimeOf, wholeNumber } from './answer'
import { monotonic } from './pace'

/**
 * Calls that are left for looks, each process's own: at least, and at most when they have been refused. A process looks twice
 * when the calls run out, and others may have sent some more than is known. A look that can't be made costs a read for each
 * user that was written.
 */
const RESERVE = { least: 6, most: 50 }

/** No more than this part of a period's calls is left for looks, however many processes there seem to be. */
const MOST_RESERVED = 1 / 4

/**
 * How many calls of everybody come on one of ours: from so many on we aren't alone, and at most. An average, in which each
 * answer weighs so much; where it was higher lately, so much of that is left with each further answer.
 */
const SHARE = { others: 1.1, most: 16, weight: 1 / 16, forgetting: 0.995 }

/**
 * How many times the calls that are spoken for must be left. Alone, more than one, as nobody knows the next moment. With
 * others, so many that no process has many users under way at once: the calls of a minute are used up within a second or two
 * all the same, and processes that have the same users at work undo each other's writes. Simulated with four processes, 500
 * calls a minute, calls of 200 ms: 1.13 times the calls of an engine that doesn't look with 1.5, 1.09 with 3.
 */
const MARGIN = { alone: 1.5, withOthers: 3 }

/** Where others use the calls, too, what is known of these is believed for so long while nothing is under way. */
const FRESH_MS = 25

/** How often a call is sent to see whether the period is over, and how long the others wait for its answer. */
const ASK_EVERY_MS = 1_000

/** The longest that what an answer has said is believed without asking. */
const LONGEST_PERIOD_MS = 60_000

/** What the answers of a period have told. */
interface Told {
  left: number
  /** How many the period has, if that was told. */
  limit: number
  /** When the next period begins, Unix seconds. */
  resetAt: number | undefined
  /** By when this one is over, by {@link monotonic}'s clock. */
  endsAt: number
  /** When it was told. */
  at: number
}

/**
 * How many calls an application has left, as all batches of this process know it from its answers. A read is sent only where
 * calls are left for the write that may follow and for the looks at what was written: what can't be looked at has to be
 * sent again, at a read for each.
 *
 * Other processes do the same with the same calls. So each counts what the others do beside it, and none begins with many
 * calls at once on what it knew some time ago: after a pause one call goes ahead. When too few are left, nothing is sent
 * until the period is over.
 */
export class Budget {
  #told: Told | undefined
  /** Others use the application, too: each of our calls under way counts for so many. */
  #share = 1
  #averageShare = 1
  #reserve = RESERVE.least
  #underWay = 0
  #promised = 0
  /** When a call was last sent to see how many are left. */
  #askedAt = -Infinity
  readonly #wakers: (() => void)[] = []
  #alarm: NodeJS.Timeout | undefined

  /** Calls that reads leave for looks. */
  get reserve(): number {
    return this.#reserve
  }

  /** Calls that were promised and are still to come: none, when nothing is under way. */
  get promised(): number {
    return this.#promised
  }

  /** When the next period begins, in Unix seconds, if the last answer told it. */
  get resetAt(): number | undefined {
    return this.#told?.resetAt
  }

  /**
   * Whether there are calls left for one more and for those that must follow it; or that is known when others end. Whoever
   * is told so must {@link begin} at once.
   */
  allows({ keep, promises }: { keep: number; promises: number }): 'yes' | 'wait' | 'no' {
    const told = this.#told
    if (!told || keep + promises === 0) return 'yes'
    if (promises === 0) return this.#isEnough(told.left - this.#underWay > keep)
    const isAnswered = told.at >= this.#askedAt || monotonic() - this.#askedAt >= ASK_EVERY_MS
    if (!isAnswered && this.#underWay > 0) return 'wait'
    // What was promised before comes first, and so do others' promises and looks.
    const isAlone = this.#share <= SHARE.others
    const margin = isAlone ? MARGIN.alone : MARGIN.withOthers
    const spoken = this.#share * margin * (this.#underWay + this.#promised)
    const kept = Math.min(keep * this.#share, told.limit * MOST_RESERVED)
    const isEnough = told.left - spoken > kept + promises
    const isOld = !isAlone && monotonic() - told.at > FRESH_MS
    if (isEnough && isOld) this.#askedAt = monotonic()
    return this.#isEnough(isEnough)
  }

  #isEnough(isEnough: boolean): 'yes' | 'wait' | 'no' {
    if (isEnough) return 'yes'
    if (this.#underWay > 0) return 'wait'
    return this.#mayAsk() ? 'yes' : 'no'
  }

  /**
   * What was known may have passed, so a call is sent to see. Where none are left that takes none away from anybody; but not
   * one of those that are kept, as long as the period isn't over.
   */
  #mayAsk(): boolean {
    const { left, endsAt } = this.#told ?? { left: 0, endsAt: 0 }
    const now = monotonic()
    if (left > 0 && (now < endsAt || now - this.#askedAt < ASK_EVERY_MS)) return false
    this.#askedAt = now
    return true
  }

  begin(): void {
    this.#underWay += 1
  }

  end(): void {
    this.#underWay -= 1
    this.#wakeAll()
  }

  /** Resolves when a call has ended, or after a while all the same: nobody waits for long for one that isn't answered. */
  nextEnd(): Promise<void> {
    this.#alarm ??= setTimeout(() => this.#wakeAll(), ASK_EVERY_MS)
    return new Promise((wake) => this.#wakers.push(wake))
  }

  #wakeAll(): void {
    clearTimeout(this.#alarm)
    this.#alarm = undefined
    for (const wake of this.#wakers.splice(0)) wake()
  }

  /** So many more calls will follow, or fewer. */
  promise(calls: number): void {
    this.#promised += calls
  }

  /** @returns how many calls the answer says are left */
  learn(response: ModifiedResponse): number | undefined {
    const left = wholeNumber(response, 'x-ratelimit-remaining')
    const before = this.#told
    this.#told = left === undefined ? undefined : toldBy(response, left)
    if (!this.#told || !before || this.#told.resetAt !== before.resetAt) return left
    // Answers may overtake each other, where there are several.
    if (this.#underWay > 1) this.#told.left = Math.min(this.#told.left, before.left)
    this.#told.endsAt = Math.min(this.#told.endsAt, before.endsAt)
    // Where none were left, nobody knows how many others asked.
    if (before.left > 0) this.#learnShare(Math.max(before.left - this.#told.left, 0))
    return left
  }

  #learnShare(used: number): void {
    this.#averageShare += (Math.min(used, SHARE.most) - this.#averageShare) * SHARE.weight
    this.#share = Math.max(1, this.#averageShare, this.#share * SHARE.forgetting)
  }

  /** A look was answered, or there was no call left for it: then more are left for looks. */
  looked(isRefused: boolean): void {
    const { least, most } = RESERVE
    this.#reserve = isRefused ? Math.min(2 * this.#reserve + 1, most) : Math.max(this.#reserve - 1, least)
  }
}

function toldBy(response: ModifiedResponse, left: number): Told {
  const at = monotonic()
  const resetAt = resetTime(response)
  const serverTime = serverTimeOf(response)
  const isKnown = resetAt !== undefined && serverTime !== undefined
  // The server's clock told whole seconds, and some time ago: by then the period is surely over.
  const endsAt = at + (isKnown ? Math.min(resetAt * 1000 - serverTime, LONGEST_PERIOD_MS) : 0)
  return { left, limit: wholeNumber(response, 'x-ratelimit-limit') ?? Infinity, resetAt, endsAt, at }
}

const budgets = new Map<string, Budget>()

/** The calls of an application, one for all batches of this process. */
export function budgetOf(application: string): Budget {
  const budget = budgets.get(application) ?? new Budget()
  remember(budgets, application, budget, MOST_APPLICATIONS)
  return budget
}
