import type { ModifiedResponse } from '@segment/actions-core'
import { MOST_APPLICATIONS } from '../constants'
import { resetTime, wholeNumber } from './answer'

/** Calls that are left for looks: at least, and at most when they have been refused. */
const RESERVE = { least: 2, most: 50 }

/** How many calls of everybody come on one of ours, at most, and what is added as nobody knows the next moment. */
const SHARE = { most: 16, margin: 1.5 }

/** After so many answers in a period it is known how many calls of everybody come on one of ours. */
const ENOUGH_ANSWERS = 10

/**
 * How many calls an application has left, as all batches of this process know it from its answers. A read is sent only where
 * calls are left for the write that may follow and for the looks at what was written: what can't be looked at has to be
 * sent again, at a read for each.
 */
export class Budget {
  #told: { left: number; resetAt: number | undefined; first: number; answers: number } | undefined
  /** Others use the application, too: each of our calls under way counts for so many. */
  #share = 1
  #reserve = RESERVE.least
  #underWay = 0
  #promised = 0
  #wakers: (() => void)[] = []

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

  /** Whether there are calls left for one more and for those that must follow it; or that is known when others end. */
  allows({ keep, promises }: { keep: number; promises: number }): 'yes' | 'wait' | 'no' {
    const needed = keep + promises
    if (!this.#told || needed === 0) return 'yes'
    // What was promised before comes first, and so do others' promises.
    const spoken = promises > 0 ? this.#share * SHARE.margin * (this.#underWay + this.#promised) : this.#underWay
    if (this.#told.left - spoken > needed) return 'yes'
    return this.#underWay > 0 ? 'wait' : 'no'
  }

  begin(): void {
    this.#underWay += 1
  }

  end(): void {
    this.#underWay -= 1
    const wakers = this.#wakers
    this.#wakers = []
    for (const wake of wakers) wake()
  }

  /** Resolves when a call has ended. */
  nextEnd(): Promise<void> {
    return new Promise((wake) => this.#wakers.push(wake))
  }

  /** So many more calls will follow, or fewer. */
  promise(calls: number): void {
    this.#promised += calls
  }

  /** @returns how many calls the answer says are left */
  learn(response: ModifiedResponse): number | undefined {
    const left = wholeNumber(response, 'x-ratelimit-remaining')
    const resetAt = resetTime(response)
    if (left === undefined) this.#told = undefined
    else if (!this.#told || this.#told.resetAt !== resetAt) this.#told = { left, resetAt, first: left, answers: 0 }
    else {
      const { first, answers } = this.#told
      this.#told = { left: Math.min(left, this.#told.left), resetAt, first, answers: answers + 1 }
      if (answers >= ENOUGH_ANSWERS) this.#share = Math.min(Math.max((first - left) / answers, 1), SHARE.most)
    }
    return left
  }

  /** A look was answered, or there was no call left for it: then more are left for looks. */
  looked(isRefused: boolean): void {
    const { least, most } = RESERVE
    this.#reserve = isRefused ? Math.min(2 * this.#reserve + 1, most) : Math.max(this.#reserve - 1, least)
  }
}

const budgets = new Map<string, Budget>()

/** The calls of an application, one for all batches of this process. */
export function budgetOf(application: string): Budget {
  const budget = budgets.get(application) ?? new Budget()
  budgets.delete(application)
  budgets.set(application, budget)
  for (const name of budgets.keys()) {
    if (budgets.size <= MOST_APPLICATIONS) break
    budgets.delete(name)
  }
  return budget
}
