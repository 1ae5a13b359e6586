import { USER_TOKEN } from '../constants'
import { isFailure } from '../delivery/outcomes'
import type { Failure } from '../delivery/outcomes'
import { refusal } from '../delivery/plan'
import { excerpt, isUserToken } from '../delivery/user-tokens'
import type { Payload } from '../sendEvents/generated-types'
import { filterTexts } from './filters'
import { CURRENCY, EVENT_NAME, MAX_AGE, MEMBERS_OF, OBJECT_QUERY_ID, QUERY_ID } from './insights-event'
import type { EventSubtype, EventType, InsightsEvent, ObjectData } from './insights-event'

import { partsOf } from './parts'
import { toMilliseconds } from './timestamps'

/** What an event of Segment's comes down to. */
export interface Prepared {
  /** One event of Algolia's, or several where there are more than 20 objects or filters. */
  parts: InsightsEvent[]
  /** What the payload held and the event can't, each with the reason. */
  leftOut: string[]
}

/**
 * Makes the event that Algolia takes of a payload, or says why there can be none. What the kind of event doesn't have is
 * left out, and told.
 * @param now Unix milliseconds
 */
export function prepareEvent(payload: Payload, now: number): Prepared | Failure {
  const leftOut: string[] = []
  const head = headOf(payload, now, leftOut)
  if (isFailure(head)) return head
  const objects = objectsOf(payload)
  if (isFailure(objects)) return objects
  const filters = filterTexts(payload.filters ?? [])
  if (isFailure(filters)) return filters
  if (objects.objectIDs.length > 0 && filters.length > 0) {
    return refusal('it holds both objects and filters, and Algolia takes only one of them. Clear one in the mapping.')
  }
  if (objects.objectIDs.length === 0 && filters.length === 0) {
    return refusal(
      'it holds neither objects nor filters. Map Products or Object IDs, or Filters, to where the event holds them.'
    )
  }
  const members = membersOf(payload, objects)
  if (isFailure(members)) return members
  const event: InsightsEvent =
    filters.length > 0
      ? { ...head, ...fitting(members, new Set(), 'an event about filters', leftOut), filters }
      : { ...head, objectIDs: objects.objectIDs, ...fittingObjects(head.eventType, members, objects, leftOut) }
  return { parts: partsOf(event), leftOut }
}

type Head = Pick<
  InsightsEvent,
  'eventType' | 'eventName' | 'index' | 'userToken' | 'authenticatedUserToken' | 'timestamp'
>

/** What every event holds. */
function headOf(payload: Payload, now: number, leftOut: string[]): Head | Failure {
  const { eventType, eventName, index, userToken, authenticatedUserToken } = payload
  if (!isUserToken(userToken)) {
    return refusal(`the user token must be ${USER_TOKEN.rule}, but is ${excerpt(userToken)}.`)
  }
  if (!EVENT_TYPES.has(eventType)) return refusal('the event type must be click, conversion or view.')
  if (!EVENT_NAME.pattern.test(eventName ?? '')) return refusal(`the event name must be ${EVENT_NAME.rule}.`)
  if (!index) {
    return refusal(
      'it names no index. Send the name as the property search_index of the event, or set Index in the mapping.'
    )
  }
  const head: Head = { eventType: eventType as EventType, eventName: eventName, index, userToken }
  if (isUserToken(authenticatedUserToken)) head.authenticatedUserToken = authenticatedUserToken
  else if (authenticatedUserToken) leftOut.push(`authenticatedUserToken (it must be ${USER_TOKEN.rule})`)
  const timestamp = toMilliseconds(payload.timestamp)
  if (timestamp === 'unreadable') return refusal('the timestamp is neither an ISO 8601 time nor a number.')
  if (timestamp !== undefined) {
    if (timestamp < now - MAX_AGE) return refusal('it is older than 30 days, and Algolia takes no such events.')
    head.timestamp = timestamp
  }
  return head
}

const EVENT_TYPES = new Set<unknown>(['click', 'conversion', 'view'])

interface Objects {
  objectIDs: string[]
  /** One entry an object, or none at all. */
  objectData: ObjectData[]
  positions: number[]
}

/** The products where there are any, else the lists. */
function objectsOf(payload: Payload): Objects | Failure {
  const { products = [] } = payload
  if (products.length === 0) {
    const { objectIDs = [], objectData = [], positions = [] } = payload
    if (objectIDs.includes('')) return refusal('an object ID is empty.')
    for (const [name, list] of Object.entries({ objectData, positions })) {
      if (list.length > 0 && list.length !== objectIDs.length) {
        return refusal(`${name} must have one entry for each of the ${objectIDs.length} object IDs.`)
      }
    }
    return { objectIDs, objectData: objectData.map(dataOf), positions }
  }
  const place = products.findIndex(({ objectID }) => !objectID)
  if (place >= 0) {
    return refusal(
      `product ${place + 1} has no ID. Map Products > Object ID to the property that holds the objectID of Algolia's record.`
    )
  }
  const positions = products.map(({ position }) => position)
  return {
    objectIDs: products.map(({ objectID }) => objectID as string),
    objectData: products.map(dataOf),
    positions: positions.every((position) => position !== undefined) ? positions : []
  }
}

/** What is there of an object's data; the host hands over nothing else of a number field than numbers. */
function dataOf({ queryID, price, quantity, discount }: ObjectData): ObjectData {
  return {
    ...(queryID && { queryID }),
    ...(isNumber(price) && { price }),
    ...(isNumber(quantity) && { quantity }),
    ...(isNumber(discount) && { discount })
  }
}

interface Members {
  eventSubtype?: EventSubtype
  queryID?: string
  positions?: number[]
  objectData?: ObjectData[]
  value?: number
  currency?: string
}

/** What the payload holds beside the objects, each by its own rule. */
function membersOf(payload: Payload, { objectData, positions }: Objects): Members | Failure {
  const { eventSubtype, queryID, value, currency } = payload
  if (eventSubtype && !SUBTYPES.has(eventSubtype)) return refusal('the event subtype must be addToCart or purchase.')
  if (queryID && !QUERY_ID.pattern.test(queryID)) return refusal(`the query ID must be ${QUERY_ID.rule}.`)
  if (objectData.some((data) => data.queryID && !OBJECT_QUERY_ID.pattern.test(data.queryID))) {
    return refusal(`a product's query ID must be ${OBJECT_QUERY_ID.rule}.`)
  }
  if (objectData.some(({ quantity = 1 }) => !Number.isInteger(quantity) || Math.abs(quantity) > MAX_QUANTITY)) {
    return refusal("a product's quantity must be a whole number.")
  }
  if (positions.some((position) => !Number.isInteger(position) || position < 1)) {
    return refusal('positions are whole numbers, and the first is 1.')
  }
  if (currency && !CURRENCY.pattern.test(currency)) return refusal(`the currency must be ${CURRENCY.rule}.`)
  return {
    ...(eventSubtype && { eventSubtype: eventSubtype as EventSubtype }),
    ...(queryID && { queryID }),
    ...(positions.length > 0 && { positions }),
    ...(objectData.some((data) => Object.keys(data).length > 0) && { objectData }),
    ...(isNumber(value) && { value }),
    ...(currency && { currency })
  }
}

const SUBTYPES = new Set<unknown>(['addToCart', 'purchase'])

/** A quantity is a 32-bit whole number. */
const MAX_QUANTITY = 2 ** 31 - 1

/** The members that an event about objects may hold, after what belongs elsewhere has been moved there. */
function fittingObjects(eventType: EventType, given: Members, { objectIDs }: Objects, leftOut: string[]): Members {
  const members = { ...given }
  if (eventType !== 'conversion') drop(members, 'eventSubtype', `a ${eventType} has none`, leftOut)
  const kind = members.eventSubtype ?? eventType
  if (kind === 'purchase') moveIntoData(members, objectIDs.length, leftOut)
  else if (MEMBERS_OF[kind]?.has('queryID')) members.queryID ??= commonQueryID(members.objectData)
  // Only an add to cart or a purchase has data; what the others take from it is the query ID, so leaving it out is no news.
  if (!MEMBERS_OF[kind]?.has('objectData') && (members.objectData ?? []).every(holdsOnlyQueryID)) {
    if (members.queryID) delete members.objectData
  }
  if (kind === 'click') {
    if (!members.positions) drop(members, 'queryID', 'a click after a search needs positions, too', leftOut)
    if (!members.queryID) drop(members, 'positions', 'a click with positions needs a query ID, too', leftOut)
  }
  if (members.value !== undefined && !members.currency) drop(members, 'value', 'it needs a currency', leftOut)
  return fitting(members, MEMBERS_OF[kind] ?? new Set(), `this kind of event (${kind})`, leftOut)
}

/** A purchase tells for each object which search it came from. */
function moveIntoData(members: Members, objects: number, leftOut: string[]): void {
  const { queryID, objectData = Array.from({ length: objects }, () => ({})) } = members
  if (!queryID) return
  if (!OBJECT_QUERY_ID.pattern.test(queryID)) {
    drop(members, 'queryID', `in a purchase it must be ${OBJECT_QUERY_ID.rule}`, leftOut)
    return
  }
  delete members.queryID
  members.objectData = objectData.map((data) => ({ queryID, ...data }))
}

/** The query ID of all objects, if they came from one search. */
function commonQueryID(objectData: ObjectData[] = []): string | undefined {
  const [first] = objectData
  return objectData.every(({ queryID }) => queryID === first?.queryID) ? first?.queryID : undefined
}

function holdsOnlyQueryID({ queryID: _, ...others }: ObjectData): boolean {
  return Object.keys(others).length === 0
}

function fitting(members: Members, allowed: ReadonlySet<string>, kind: string, leftOut: string[]): Members {
  for (const name of Object.keys(members) as (keyof Members)[]) {
    if (!allowed.has(name)) drop(members, name, `${kind} has none`, leftOut)
  }
  return members
}

function drop(members: Members, name: keyof Members, reason: string, leftOut: string[]): void {
  if (members[name] === undefined) return
  delete members[name]
  leftOut.push(`${name} (${reason})`)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
