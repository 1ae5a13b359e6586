import { type PackageError, systemError } from '../errors'
import type { SegmentCall } from './calls'
import type { SegmentClient } from './client'
import type { SegmentFailure } from './failures'
import { packed, type Sized } from './limits'

/** Calls that go out together, and what whoever sends them wants to know them by. */
export interface Item extends Sized {
  readonly calls: readonly SegmentCall[]
}

export interface DeliveryListeners<Taken> {
  /** Told of items that Segment has accepted, batch by batch. The next batch waits for it. */
  readonly onAccepted: (items: readonly Taken[]) => Promise<void>
  /** Told of items that Segment refuses, each alone, while it takes others; and why, in a few words. */
  readonly onRefused: (items: readonly Taken[], reason: string) => Promise<void>
}

/** Batches that are sent at the same time. */
const BATCHES_AT_ONCE = 4

/**
 * After this many items that were refused one after the other, each alone, with none accepted in between, it is not they
 * that are wrong.
 */
const MOST_REFUSED_IN_A_ROW = 16

/**
 * Delivers items to Segment: in as few batches as its limits allow, some at the same time. A batch that is refused without
 * a word on what is wrong in it is halved until the culprits stand alone. They count as refused only once Segment has
 * accepted something: what refuses everything isn't Segment, or is out of order.
 */
export class SegmentDelivery {
  private hasAccepted = false
  private refusedInARow = 0

  constructor(private readonly client: Pick<SegmentClient, 'send'>) {}

  /**
   * Resolves when Segment has accepted all items but those that were refused.
   * @param stop once aborted, what is on its way gets a few seconds to end
   * @throws PackageError when it can't go on; the signal's reason when it was stopped. What was accepted or refused until
   * then has been told.
   */
  async deliver<Taken extends Item>(
    items: readonly Taken[],
    { onAccepted, onRefused }: DeliveryListeners<Taken>,
    stop: AbortSignal
  ): Promise<void> {
    const waiting = packed(items)
    let culprits: { items: Taken[]; failure: SegmentFailure } | undefined

    const tellCulprits = async (): Promise<void> => {
      const known = culprits
      culprits = undefined
      if (known !== undefined) await onRefused(known.items, known.failure.error.internalMessage ?? known.failure.what)
    }
    const sendNext = async (): Promise<void> => {
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
        const end = await this.client.send(
          batch.flatMap(({ calls }) => calls),
          stop
        )
        if (end === 'accepted') {
          this.hasAccepted = true
          this.refusedInARow = 0
          await onAccepted(batch)
          await tellCulprits()
        } else if (batch.length > 1) {
          const middle = Math.ceil(batch.length / 2)
          waiting.unshift(batch.slice(0, middle), batch.slice(middle))
        } else {
          culprits = { items: [...(culprits?.items ?? []), ...batch], failure: end }
          this.refusedInARow += 1
          if (this.refusedInARow >= MOST_REFUSED_IN_A_ROW) throw refusesAll(end)
        }
      }
    }
    const sendAll = async (): Promise<void> => {
      try {
        await sendNext()
      } catch (thrown) {
        // The others end with what they have under way.
        waiting.length = 0
        throw thrown
      }
    }
    const ends = await Promise.allSettled(Array.from({ length: BATCHES_AT_ONCE }, sendAll))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    if (culprits === undefined) return
    if (!this.hasAccepted) throw refusesAll(culprits.failure)
    await tellCulprits()
  }
}

function refusesAll({ what, error }: SegmentFailure): PackageError {
  return systemError(
    `${what} It took none of those that were sent one by one, so it is hardly they that are wrong. Nothing is lost, the state is kept: run again later, and report it if it stays so.`,
    error.internalMessage
  )
}
