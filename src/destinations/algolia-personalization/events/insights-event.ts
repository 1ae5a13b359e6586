/**
 * Algolia's published rules for an event of the Insights API. Source: the description of the Insights API, `POST
 * /1/events`. Its `oneOf` can't be satisfied literally, so the rules are what its texts and error messages say.
 */

/** Extra information on one object of an add to cart or a purchase, in units of the event's `currency`. */
export interface ObjectData {
  /** The search that this object came from: 32 hexadecimal digits. */
  queryID?: string
  price?: number
  quantity?: number
  discount?: number
}

/** An event as it is sent. */
export interface InsightsEvent {
  eventType: EventType
  eventSubtype?: EventSubtype
  eventName: string
  index: string
  userToken: string
  authenticatedUserToken?: string
  /** Unix milliseconds. */
  timestamp?: number
  queryID?: string
  /** Exactly one of `objectIDs` and `filters` is there. */
  objectIDs?: string[]
  objectData?: ObjectData[]
  positions?: number[]
  filters?: string[]
  value?: number
  currency?: string
}

export type EventType = 'click' | 'conversion' | 'view'
export type EventSubtype = 'addToCart' | 'purchase'

/** Most objects, or filters, in one event. */
export const MAX_OBJECTS = 20

/** Most events in one request. */
export const MAX_EVENTS = 1000

/** A body has to be smaller than this, in bytes: 2 MB. */
export const MAX_BODY_BYTES = 2_000_000

/** An event may be this old, in milliseconds: 30 days, less a minute for the way to Algolia. */
export const MAX_AGE = 30 * 24 * 60 * 60_000 - 60_000

export const EVENT_NAME = { pattern: /^[\x20-\x7e]{1,64}$/, rule: '1-64 visible ASCII characters' }
export const QUERY_ID = {
  pattern: /^(?=.{1,128}$)([0-9a-f]{32}|message_[!-~]+)$/,
  rule: '32 hexadecimal digits, as the search answers them, or message_ and what follows it'
}
/** In `objectData`, and so wherever a purchase carries it, only the id of a search counts. */
export const OBJECT_QUERY_ID = { pattern: /^[0-9a-f]{32}$/, rule: '32 hexadecimal digits, as the search answers them' }
export const CURRENCY = { pattern: /^[A-Za-z]{3}$/, rule: 'a code of three letters, such as EUR' }

/** What a kind of event may hold beside its objects. An event about filters holds nothing more. */
export const MEMBERS_OF: Record<string, ReadonlySet<string>> = {
  view: new Set(),
  click: new Set(['queryID', 'positions']),
  conversion: new Set(['queryID']),
  addToCart: new Set(['eventSubtype', 'queryID', 'objectData', 'value', 'currency']),
  purchase: new Set(['eventSubtype', 'objectData', 'value', 'currency'])
}
