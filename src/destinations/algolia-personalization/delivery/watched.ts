import { aborted, undone } from '../api/failures'
import { monotonic, pace } from '../api/pace'
import type { ProfileSegment } from '../audience/profile-segments'
import { ENOUGH_LOOKS, MAX_REPAIRS } from '../constants'
import { fail, isOvertaken, settle } from './item'
import type { Item } from './item'
import type { Failure } from './outcomes'
import type { Run } from './update'

/** How far the watch over one change has come. */
interface Progress {
  /** When it was made, or last found there. */
  countedAt: number
  /** How often in a row it was found there. */
  seen: number
  repairs: number
  isUnderRepair: boolean
  release: () => void
  breakOff: (error: unknown) => void
}

/** Changes that wait for the next look at their user. */
export interface Waiting {
  run: Run
  items: Item[]
  release: () => void
}

/** A user some of whose changes aren't certain yet. */
export class Watched {
  /** What the profile held when it was last seen or written, and since when it has surely held just that. */
  segments: readonly ProfileSegment[] = []
  seenAt = 0
  readonly #items = new Map<Item, Progress>()
  #list: string | undefined
  /** What it held before something else was seen. */
  #before: string | undefined
  #waiting: Waiting[] = []

  constructor(readonly userToken: string) {}

  /** The changes that aren't certain. */
  get items(): Item[] {
    return [...this.#items.keys()].filter((item) => !isOvertaken(item))
  }

  /** Later changes have to wait: for these, or behind others that wait. */
  get isWaitedFor(): boolean {
    return this.items.length > 0 || this.#waiting.length > 0
  }

  /** This process has written the profile. */
  get isWritten(): boolean {
    return this.items.some(({ result }) => result === 'profile updated')
  }

  /** When the change was made, or last found there, that has been waiting longest. */
  get oldest(): number {
    return Math.min(...[...this.#items.values()].map(({ countedAt }) => countedAt))
  }

  isAsWritten(segments: readonly ProfileSegment[]): boolean {
    return this.items.every((item) => !item.applied(segments))
  }

  add(item: Item): void {
    if (this.#items.has(item)) return
    item.watched = new Promise((release, breakOff) => {
      const progress = { countedAt: monotonic(), seen: 0, repairs: 0, isUnderRepair: false }
      this.#items.set(item, { ...progress, release, breakOff })
    })
    // Whoever waits is told; that nobody does yet is no fault.
    item.watched.catch(() => {})
  }

  /** These wait until somebody has looked. */
  defer(run: Run, items: Item[]): Promise<void> {
    return new Promise((release) => this.#waiting.push({ run, items, release }))
  }

  /** The profile was written so, with these changes. */
  wrote(segments: readonly ProfileSegment[], items: readonly Item[]): void {
    const now = monotonic()
    Object.assign(this, { segments, seenAt: now })
    this.#list = textOf(segments)
    this.#before = undefined
    for (const item of items) Object.assign(this.#items.get(item) ?? {}, { countedAt: now, seen: 0 })
  }

  /** Whether the profile was last seen otherwise, and this is what it held before. */
  isAsBefore(segments: readonly ProfileSegment[]): boolean {
    return this.#before === textOf(segments)
  }

  /**
   * Takes note of what the profile was seen to hold. What has stayed long enough is certain.
   * @returns the changes that are missing
   */
  judge(segments: readonly ProfileSegment[], sentAt: number, answeredAt: number): Item[] {
    const settling = pace.untilSettled()
    const list = textOf(segments)
    const isSame = list === this.#list
    const isStill = isSame && sentAt - this.seenAt >= settling
    if (!isSame) {
      this.#before = this.#list
      this.#list = list
      Object.assign(this, { segments, seenAt: answeredAt })
    }
    const missing: Item[] = []
    for (const [item, progress] of this.#items) {
      if (isOvertaken(item)) continue
      if (item.applied(segments)) {
        missing.push(item)
        progress.seen = 0
        continue
      }
      if (sentAt - progress.countedAt >= settling) {
        progress.seen += 1
        progress.countedAt = answeredAt
      }
      if (isStill || progress.seen >= ENOUGH_LOOKS) settle(item, item.result ?? 'profile unchanged')
    }
    return missing
  }

  /** Of the missing changes those that are to be made again: what was made again too often, or already is, isn't among them. */
  toRepair(missing: readonly Item[]): Item[] {
    return missing.filter((item) => {
      const progress = this.#items.get(item)
      if (!progress || progress.isUnderRepair) return false
      progress.repairs += 1
      if (progress.repairs <= MAX_REPAIRS) return true
      fail(item, undone())
      return false
    })
  }

  setUnderRepair(items: readonly Item[], isUnderRepair: boolean): void {
    for (const item of items) Object.assign(this.#items.get(item) ?? {}, { isUnderRepair })
  }

  /** What waited until somebody has looked. */
  takeWaiting(): Waiting[] {
    return this.#waiting.splice(0)
  }

  fail(failure: Failure): void {
    for (const item of this.items) fail(item, failure)
  }

  /** There is no profile any more: whoever deleted it doesn't want it back at once. */
  isGone(): void {
    for (const item of this.items) if (item.result === 'profile updated') fail(item, undone())
  }

  /** Something went wrong here: whoever waits for these changes is told. */
  breakOff(error: unknown): void {
    for (const progress of this.#items.values()) progress.breakOff(error)
    for (const { release } of this.#waiting) release()
  }

  /** Lets go of what has ended. @returns whether anything is left */
  sweep(): boolean {
    for (const [item, { release }] of this.#items) {
      if (!item.outcome && item.run.isAborted()) fail(item, aborted())
      if (!isOvertaken(item)) continue
      this.#items.delete(item)
      release()
    }
    return this.#items.size > 0
  }
}

/** Profiles that hold the same entries, in whatever order, have the same text. */
function textOf(segments: readonly ProfileSegment[]): string {
  return segments
    .map(({ id, source }) => JSON.stringify([id, source]))
    .sort()
    .join()
}
