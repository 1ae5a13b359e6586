/**
 * What Segment's `/v1/batch` and its like make of a body, as its documentation of the HTTP API tells. Where "KB" could mean two
 * things, the smaller one holds, so that what passes here passes there.
 */

/** A call in a batch: `identify`, `track` and so on, with whatever else it carries. */
export type SegmentCall = Readonly<Record<string, unknown>> & { readonly type: string; readonly messageId: string }

/** Bytes of a request's body, of one call in it, and calls in a batch, at most. */
export const LIMITS = { batchBytes: 500_000, callBytes: 32_000, calls: 2_500, messageIdLength: 100 } as const

/** What comes of a request. */
export interface Intake {
  readonly status: number
  readonly message: string
  /** Calls that pass; whether they came before is not looked at yet. */
  readonly calls: readonly SegmentCall[]
  /** Why other calls of the batch don't pass, although the answer is a 200: a reason for each. */
  readonly rejected: readonly string[]
}

/** Reads the body of a request whose credentials are in order. */
export function readBatch(body: string): Intake {
  const size = Buffer.byteLength(body)
  if (size > LIMITS.batchBytes) return refused(`a batch of ${size} bytes is larger than ${LIMITS.batchBytes}`)
  const batch = callsOf(body)
  if (batch === undefined) return refused('the body is not JSON with a list "batch"')
  const largest = Math.max(0, ...batch.map((call) => Buffer.byteLength(JSON.stringify(call))))
  if (largest > LIMITS.callBytes) return refused(`a call of ${largest} bytes is larger than ${LIMITS.callBytes}`)
  if (batch.length > LIMITS.calls) {
    return taken(
      [],
      batch.map(() => `it comes in a batch of more than ${LIMITS.calls}`)
    )
  }
  const calls: SegmentCall[] = []
  const rejected: string[] = []
  for (const call of batch) {
    const flaw = flawOf(call)
    if (flaw === undefined) calls.push(call as SegmentCall)
    else rejected.push(flaw)
  }
  return taken(calls, rejected)
}

/** Reads the body of a request that is one call, as `/v1/track` and its like take it. */
export function readCall(type: string, body: string): Intake {
  try {
    const call = JSON.parse(body) as unknown
    if (typeof call === 'object' && call !== null) return readBatch(JSON.stringify({ batch: [{ ...call, type }] }))
  } catch {
    // The same as other JSON than an object.
  }
  return refused('the body is not a JSON object')
}

/** @returns the write key in a body, which stands in for the header where there is none. */
export function writeKeyIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { writeKey?: unknown } | null)?.writeKey
  } catch {
    return undefined
  }
}

function callsOf(body: string): unknown[] | undefined {
  try {
    const { batch } = JSON.parse(body) as { batch?: unknown }
    return Array.isArray(batch) ? batch : undefined
  } catch {
    return undefined
  }
}

/** The types of calls; analytics.js writes their first letters in an address. */
export const TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias']

function flawOf(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return 'it is no object'
  const call = input as Record<string, unknown>
  if (!TYPES.includes(call.type as string)) return 'it has no type'
  if (!isText(call.userId) && !isText(call.anonymousId)) return 'it has neither userId nor anonymousId'
  if (call.type === 'track' && !isText(call.event)) return 'it has no event'
  if (!isText(call.messageId) || call.messageId.length >= LIMITS.messageIdLength)
    return 'its messageId is no short text'
  if (call.timestamp !== undefined && !isTime(call.timestamp)) return 'its timestamp is no time'
  return undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTime(value: unknown): boolean {
  return isText(value) && !Number.isNaN(Date.parse(value))
}

function refused(message: string): Intake {
  return { status: 400, message, calls: [], rejected: [] }
}

function taken(calls: readonly SegmentCall[], rejected: readonly string[]): Intake {
  return { status: 200, message: '', calls, rejected }
}
