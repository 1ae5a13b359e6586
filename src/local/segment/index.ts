/**
 * A stand-in for Segment's tracking API: a small HTTP server that takes batches as Segment's documentation says, limits
 * and repeats included, with faults that can be switched on.
 */
export { startLocalSegment, type Fault, type LocalSegment, type LocalSegmentOptions, type Statistics } from './server'
export type { WebhookMessage } from './webhook'
export { LIMITS, type SegmentCall } from './intake'
