/**
 * Segment's limits: 32 KB a call and 500 KB a batch, or it answers 400 (Segment's documentation of the HTTP API). They are
 * kept here, as `@segment/analytics-node` 3 reckons sizes far too small: it counts little but characters that a URL would
 * escape. A third limit, 2,500 calls a batch, is out of reach: a page has 1,000 profiles at most, and each two calls.
 */

/** The most that a call may take: 32 KB, read as the smaller of the two things that KB can mean. */
export const CALL_BYTES = 32_000

/** Leaves room for what surrounds a batch; and the library closes a batch at 480 KB by its own reckoning. */
const BATCH_BYTES = 480_000

/** What the library adds to a call: its own name and version, and Node's. About 150 bytes, with some to spare. */
const ADDED_BYTES = 256

/** @returns the bytes that a call takes in a batch, never too few. */
export function sizeOf(call: object): number {
  return Buffer.byteLength(JSON.stringify(call)) + ADDED_BYTES
}

/** @returns the same in their order, in as few batches as their sizes allow. */
export function packed<Item extends { readonly bytes: number }>(items: readonly Item[]): Item[][] {
  const batches: Item[][] = []
  let batch: Item[] = []
  let bytes = 0
  for (const item of items) {
    if (batch.length === 0 || bytes + item.bytes > BATCH_BYTES) {
      batch = []
      batches.push(batch)
      bytes = 0
    }
    batch.push(item)
    bytes += item.bytes
  }
  return batches
}
