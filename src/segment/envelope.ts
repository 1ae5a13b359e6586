import { packageVersion } from '../version'
import type { SegmentCall } from './calls'

/** What a call says of who sent it (Segment's spec of common fields: `context.library`). */
const CONTEXT = { library: { name: 'segment-algolia-personalization', version: packageVersion() } }

/** @returns a call as it stands in a batch. */
function asSent(call: SegmentCall): object {
  return { ...call, context: CONTEXT }
}

/** @returns the body of `POST /v1/batch`. */
export function bodyOf(calls: readonly SegmentCall[], writeKey: string, sentAt: number): string {
  return JSON.stringify({ batch: calls.map(asSent), writeKey, sentAt: new Date(sentAt).toISOString() })
}

/** @returns the bytes that a call takes in a batch, the comma after it included. */
export function sizeOf(call: SegmentCall): number {
  return Buffer.byteLength(JSON.stringify(asSent(call))) + 1
}
