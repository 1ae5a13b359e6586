/**
 * Segment's limits: 32 KB a call, 500 KB and 2,500 calls a batch (Segment's documentation of the HTTP API). KB is read as
 * the smaller of the two things that it can mean.
 */

/** The most that a call may take. */
export const CALL_BYTES = 32_000

/** Leaves room for what surrounds the calls of a batch. */
const BATCH_BYTES = 499_000

const BATCH_CALLS = 2_500

/** What goes out together: several calls, or one. */
export interface Sized {
  readonly calls: readonly unknown[]
  /** See `sizeOf`. */
  readonly bytes: number
}

/** @returns the same in their order, in as few batches as the limits allow. */
export function packed<Item extends Sized>(items: readonly Item[]): Item[][] {
  const batches: Item[][] = []
  let batch: Item[] = []
  let [bytes, calls] = [0, 0]
  for (const item of items) {
    if (batch.length === 0 || bytes + item.bytes > BATCH_BYTES || calls + item.calls.length > BATCH_CALLS) {
      batch = []
      batches.push(batch)
      bytes = calls = 0
    }
    batch.push(item)
    bytes += item.bytes
    calls += item.calls.length
  }
  return batches
}
