import { MAX_BODY_BYTES, MAX_EVENTS } from './insights-event'
import type { InsightsEvent } from './insights-event'
import { refusal } from '../delivery/plan'
import type { Failure } from '../delivery/outcomes'

/** An event of Segment's with all its parts, which no limit and no halving separates: they are accepted together. */
export interface Unit {
  /** Of the event, in the batch. */
  index: number
  /** How many events of Algolia's it is. */
  count: number
  /** The events as JSON, separated by commas. */
  json: string
  bytes: number
}

const BEFORE = '{"events":['
const AFTER = ']}'

/** An event with its parts, or the refusal of one that no request can hold. */
export function unitOf(index: number, parts: InsightsEvent[]): Unit | Failure {
  const json = parts.map((part) => JSON.stringify(part)).join(',')
  const unit = { index, count: parts.length, json, bytes: Buffer.byteLength(json) }
  return fits(unit.count, unit.bytes + BEFORE.length + AFTER.length)
    ? unit
    : refusal(`with its ${unit.count} parts and ${unit.bytes} bytes it is too large for a request to Algolia.`)
}

/**
 * The units in as few requests as hold them in their order: a request ends where the next unit wouldn't have fitted.
 */
export function requestsOf(units: Unit[]): Unit[][] {
  const requests: Unit[][] = []
  let request: Unit[] = []
  let count = 0
  let bytes = BEFORE.length + AFTER.length
  for (const unit of units) {
    // With the comma before it.
    if (request.length > 0 && !fits(count + unit.count, bytes + 1 + unit.bytes)) {
      requests.push(request)
      request = []
      count = 0
      bytes = BEFORE.length + AFTER.length
    }
    bytes += unit.bytes + (request.length > 0 ? 1 : 0)
    count += unit.count
    request.push(unit)
  }
  return request.length > 0 ? [...requests, request] : requests
}

export function bodyOf(units: Unit[]): string {
  return BEFORE + units.map(({ json }) => json).join(',') + AFTER
}

function fits(count: number, bytes: number): boolean {
  return count <= MAX_EVENTS && bytes < MAX_BODY_BYTES
}
