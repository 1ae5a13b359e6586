import { unseen } from '../api/failures'
import { monotonic, pace } from '../api/pace'
import type { ProfileSegment } from '../audience/profile-segments'
import { LOOK_PATIENCE_MS } from '../constants'
import { isOvertaken, keyOf } from './item'
import type { Item } from './item'
import { distrustLists, look } from './look'
import type { Seen } from './look'
import { isFailure, isRetried } from './outcomes'
import type { Run } from './update'
import { Watched } from './watched'

/** Updates the profiles of some changes, whenever it is their users' turn, and so many milliseconds after that. */
export type Update = (run: Run, items: Item[], pause: number) => Promise<void>

/**
 * Watches what becomes of the changes that this process has made, until it is certain that they stay. Algolia takes a list of
 * segments only as a whole, and documents no condition for a write: another process that had read the profile before, and
 * writes it after, undoes them unseen.
 *
 * A profile that holds the very same list at two moments has held it all the while between them. Where these lie so far apart
 * that every write made of an earlier read has arrived (`pace.untilSettled`), whatever is written later is made of a list
 * that has the change. What is missing is made again, and watched on; what others undo time after time is answered as
 * retryable.
 *
 * It looks for all batches of the process at once, with one call, when nothing is being written; or after a while all the same.
 */
export class Watch {
  readonly #users = new Map<string, Watched>()
  readonly #update: Update
  #updates = 0
  #lookedAt = -Infinity
  #isRunning = false
  #wake: () => void = () => {}

  /** @param update used for what has to be made again, and for what waited */
  constructor(update: Update) {
    this.#update = update
  }

  /** Nothing is uncertain. */
  get isEmpty(): boolean {
    return this.#users.size === 0
  }

  /** Nothing is uncertain, and nothing is being written. */
  get isIdle(): boolean {
    return this.isEmpty && this.#updates === 0
  }

  /** The changes of the user that aren't certain. */
  pending(user: string): Item[] {
    return this.#users.get(user)?.items ?? []
  }

  /** While this goes on, profiles are being written. */
  async during(updates: Promise<void>): Promise<void> {
    this.#updates += 1
    try {
      await updates
    } finally {
      this.#updates -= 1
      this.#wake()
    }
  }

  /**
   * Has changes wait for the next look where their user has changes that aren't certain: what is missing of these is then made
   * again with them, by one read and one write.
   * @returns what to wait for, or `undefined` if there is nothing to wait for
   */
  defer(run: Run, items: Item[]): Promise<void> | undefined {
    const watched = items.map(({ user }) => this.#users.get(user)).find((user) => user?.isWaitedFor)
    return watched?.defer(run, items)
  }

  /** Watches a change that was made. What the profile held must be told next, with {@link saw} or {@link wrote}. */
  add(item: Item): void {
    const { user, change } = item
    const watched = this.#users.get(user) ?? new Watched(change.userToken)
    this.#users.set(user, watched)
    watched.add(item)
    if (this.#isRunning) return
    this.#isRunning = true
    void this.#run().catch((error: unknown) => {
      this.#isRunning = false
      for (const one of this.#users.values()) one.breakOff(error)
      this.#users.clear()
    })
  }

  /** The profile was written so. @param remade changes that were made again by the way */
  wrote(user: string, segments: readonly ProfileSegment[], items: readonly Item[], remade: readonly Item[]): void {
    for (const item of items) this.add(item)
    this.#users.get(user)?.wrote(segments, [...items, ...remade])
  }

  /** The profile was read so; the read was sent at this moment. */
  saw(user: string, segments: readonly ProfileSegment[], sentAt: number): void {
    const watched = this.#users.get(user)
    if (!watched) return
    // What was seen since was a list, which lags behind.
    if (watched.isAsBefore(segments)) for (const { run } of watched.items) distrustLists(run)
    watched.judge(segments, sentAt, monotonic())
  }

  /** Looks until nothing is left to look at. */
  async #run(): Promise<void> {
    // What the profile held is told right after the change was added.
    await Promise.resolve()
    this.#lookedAt = monotonic()
    for (;;) {
      this.#sweep()
      if (this.#users.size === 0) break
      const wait = this.#nextLook() - monotonic()
      if (wait > 0) await this.#pause(wait)
      else await this.#look()
    }
    this.#isRunning = false
  }

  /** When all profiles have stood long enough; but events don't wait for ever for others that are being written. */
  #nextLook(): number {
    let [oldest, latest] = [Infinity, 0]
    for (const watched of this.#users.values()) {
      latest = Math.max(latest, watched.seenAt)
      oldest = Math.min(oldest, watched.oldest)
    }
    const patience = Math.max(this.#lookedAt, oldest) + LOOK_PATIENCE_MS
    return this.#updates > 0 ? patience : Math.min(patience, latest + pace.untilSettled())
  }

  async #look(): Promise<void> {
    const watched = [...this.#users.values()]
    const runs = new Set(watched.flatMap(({ items }) => items.map(({ run }) => run)))
    const active = [...runs].filter((run) => !run.isAborted())
    const run = active.filter(({ api }) => !api.isStopped()).at(-1) ?? active.at(-1)
    // The next sweep sees to those that are aborted.
    if (!run) return
    const since = Math.min(...active.map(({ api }) => api.startedAt() ?? Infinity))
    const seen = await look(run, watched, since)
    this.#lookedAt = monotonic()
    if (run.isAborted()) return
    for (const one of watched) {
      const found = seen.get(one.userToken)
      if (found) this.#decide(one, found)
    }
  }

  #decide(watched: Watched, { profile, sentAt, answeredAt }: Seen): void {
    // Written since: this says nothing of it.
    if (watched.seenAt > sentAt) return
    if (profile === 'not listed') this.#goOn(watched, watched.judge(watched.segments, sentAt, answeredAt))
    else if (profile === 'no profile') {
      watched.isGone()
      this.#goOn(watched, watched.judge([], sentAt, answeredAt))
    } else if (isFailure(profile)) {
      watched.fail(isRetried(profile.status) ? profile : unseen(profile))
      this.#goOn(watched, [])
    } else this.#goOn(watched, watched.judge(profile, sentAt, answeredAt))
  }

  /** Makes again what is missing, and now what has waited. */
  #goOn(watched: Watched, missing: readonly Item[]): void {
    const waiting = watched.takeWaiting()
    const inTime = waiting.flatMap((one) => one.items).sort((one, other) => one.change.time - other.change.time)
    const newest = new Map(inTime.map((item) => [keyOf(item), item]))
    const isNewest = (item: Item): boolean => newest.get(keyOf(item)) === item
    const older = inTime.filter((item) => !isNewest(item))
    const toRepair = watched.toRepair(missing).filter((item) => !newest.has(keyOf(item)))
    const items = [...toRepair, ...inTime.filter(isNewest)]
    const run = [...waiting.map((one) => one.run), ...toRepair.map((item) => item.run)].find((one) => !one.isAborted())
    watched.setUnderRepair(toRepair, true)
    // Processes that look at the same time would undo each other's writes again.
    const pause = Math.random() * pace.spread()
    const update = async (): Promise<void> => {
      if (!run || items.length === 0) return
      await this.#update(run, items, pause)
      for (const item of older) {
        const { mark } = newest.get(keyOf(item)) ?? {}
        if (mark) item.overtakenBy ??= mark
      }
      // Where the newest couldn't be made.
      const left = older.filter((item) => !isOvertaken(item))
      if (left.length > 0) await this.#update(run, left, 0)
    }
    const end = (): void => {
      watched.setUnderRepair(toRepair, false)
      for (const { release } of waiting) release()
    }
    void this.during(update()).then(end, end)
  }

  /** Lets go of what has ended. */
  #sweep(): void {
    for (const [user, watched] of this.#users) {
      if (watched.sweep()) continue
      this.#users.delete(user)
      this.#goOn(watched, [])
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timeout = setTimeout(resolve, milliseconds)
      this.#wake = () => {
        clearTimeout(timeout)
        resolve()
      }
    })
  }
}
