/** Events as the Insights API takes them: what its published description demands of each, in its own words. */

/** An event that was taken. */
export interface InsightsEvent {
  readonly eventType: 'click' | 'conversion' | 'view' | 'instantsearch'
  readonly eventSubtype?: 'addToCart' | 'purchase'
  readonly eventName: string
  readonly index: string
  readonly userToken: string
  readonly authenticatedUserToken?: string
  readonly objectIDs?: readonly string[]
  readonly filters?: readonly string[]
  readonly positions?: readonly number[]
  readonly queryID?: string
  readonly objectData?: readonly Readonly<Record<string, unknown>>[]
  readonly value?: number | string
  readonly currency?: string
  /** Milliseconds since the Unix epoch. */
  readonly timestamp?: number
}

/** Any object: what an event may be before it is checked. */
type Candidate = Readonly<Record<string, unknown>>

/** What is wrong with something that should be an event; undefined when nothing is. `now` is in milliseconds. */
export function flawOf(input: unknown, now: number): string | undefined {
  if (!isObject(input)) return 'Invalid payload'
  for (const rule of rules) {
    const flaw = rule(input, now)
    if (flaw !== undefined) return flaw
  }
  return undefined
}

const daysKept = 30
const userToken = /^[A-Za-z0-9_=/+-]{1,129}$/
const queryID = /^(?:[0-9a-f]{32}|message_[!-~]+)$/
const searchQueryID = /^[0-9a-f]{32}$/

/** In the order in which they are looked at. */
const rules: readonly ((event: Candidate, now: number) => string | undefined)[] = [
  ...[
    'eventName',
    'eventType',
    'eventSubtype',
    'index',
    'userToken',
    'authenticatedUserToken',
    'queryID',
    'currency'
  ].map((field) => (event: Candidate) => {
    return event[field] === undefined || typeof event[field] === 'string'
      ? undefined
      : wrongType(field, 'string', event)
  }),
  ...['objectIDs', 'filters', 'positions', 'objectData'].map((field) => (event: Candidate) => {
    return event[field] === undefined || Array.isArray(event[field]) ? undefined : wrongType(field, 'array', event)
  }),
  ({ eventType }) => (eventType ? undefined : 'EventType is required'),
  ({ eventType }) =>
    ['click', 'conversion', 'view', 'instantsearch'].includes(eventType as string)
      ? undefined
      : 'EventType must be one of "click", "conversion", "view" or "instantsearch"',
  ({ eventName }) => (eventName ? undefined : 'EventName is required'),
  ({ eventName }) =>
    /^[\x20-\x7E]{1,64}$/.test(eventName as string)
      ? undefined
      : 'EventName must contain only visible ASCII characters, and be between 1 and 64 characters long',
  (event) => (event.userToken === undefined ? 'The userToken field is required' : undefined),
  (event) => (userToken.test(event.userToken as string) ? undefined : tokenFlaw('UserToken')),
  ({ authenticatedUserToken: token }) =>
    token === undefined || userToken.test(token as string) ? undefined : tokenFlaw('AuthenticatedUserToken'),
  ({ timestamp }) =>
    timestamp === undefined || Number.isInteger(timestamp) ? undefined : wrongType('timestamp', 'int64', { timestamp }),
  ({ timestamp }, now) =>
    timestamp !== undefined && (timestamp as number) < now - daysKept * 86_400_000
      ? 'The timestamp is too far in the past'
      : undefined,
  (event) => (event.eventType === 'instantsearch' ? undefined : flawOfContent(event))
]

/** What only events about objects or filters have. */
function flawOfContent(event: Candidate): string | undefined {
  if (!event.index) return 'The index field is required'
  const objectIDs = (event.objectIDs ?? []) as readonly unknown[]
  const filters = (event.filters ?? []) as readonly unknown[]
  if (objectIDs.length > 0 && filters.length > 0) return 'Event should specify ObjectIDs or Filters, but not both'
  if (objectIDs.length === 0 && filters.length === 0)
    return 'Event should specify either some ObjectIDs or some Filters'
  if (objectIDs.length > 20) return 'Event should not have more than 20 ObjectIDs'
  if (filters.length > 20) return 'Event should not have more than 20 Filters'
  if (!objectIDs.every((id) => typeof id === 'string' && id !== '')) return 'ObjectIDs must be non-empty strings'
  if (!filters.every((filter) => typeof filter === 'string' && /^[^:]+:./.test(filter))) {
    return 'Filters must have the format ${attribute}:${value}'
  }
  return flawOfQueryID(event) ?? flawOfPositions(event, objectIDs.length) ?? flawOfPurchase(event, objectIDs.length)
}

function flawOfQueryID({ queryID: id, eventSubtype }: Candidate): string | undefined {
  if (id === undefined) return undefined
  if (typeof id !== 'string' || id.length > 128 || !queryID.test(id)) {
    return 'Query ID must be a search query ID (32 characters hexadecimal string)'
  }
  return eventSubtype === 'purchase' ? 'Purchase events should specify queryIDs in objectData' : undefined
}

function flawOfPositions(
  { eventType, positions, queryID: id, filters }: Candidate,
  objects: number
): string | undefined {
  if (positions === undefined) {
    if (eventType !== 'click' || id === undefined || filters) return undefined
    return 'Event of type click should have the same number of ObjectIDs and Positions'
  }
  if (eventType !== 'click') return 'Only event of type click should specify the positions attribute'
  if (id === undefined) return 'Event of type click with positions should specify a queryID'
  const places = positions as readonly unknown[]
  if (places.length !== objects) return 'Event of type click should have the same number of ObjectIDs and Positions'
  return places.every((place) => Number.isInteger(place) && (place as number) > 0)
    ? undefined
    : 'Event of type click may only have strictly positive positions'
}

function flawOfPurchase({ eventType, eventSubtype, ...event }: Candidate, objects: number): string | undefined {
  if (eventSubtype !== undefined) {
    if (eventType !== 'conversion') return 'Only event of type conversion should specify the eventSubtype attribute'
    if (eventSubtype !== 'addToCart' && eventSubtype !== 'purchase') {
      return 'EventSubtype must be one of "addToCart" or "purchase"'
    }
  }
  const { objectData, value, currency } = event
  if (objectData !== undefined) {
    const data = objectData as readonly unknown[]
    if (data.length !== objects) return 'Event should have the same number of ObjectIDs and ObjectData'
    const flaw = data.map(flawOfObjectData).find(Boolean)
    if (flaw) return flaw
  }
  if (value !== undefined && !isAmount(value)) return 'Value must be a number'
  if (typeof value === 'string' && value.length > 16) return 'Value must not be longer than 16 characters'
  if (value !== undefined && currency === undefined) return 'Currency is required with a value'
  return currency === undefined || /^[A-Za-z]{3}$/.test(currency as string)
    ? undefined
    : 'Currency must be a three-letter code'
}

function flawOfObjectData(input: unknown): string | undefined {
  if (!isObject(input)) return 'Invalid payload'
  const { queryID: id, price, quantity, discount, ...others } = input
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return `Unknown field objectData.${unknown}`
  if (id !== undefined && !(typeof id === 'string' && searchQueryID.test(id))) {
    return 'Query ID must be a search query ID (32 characters hexadecimal string)'
  }
  for (const [field, amount] of Object.entries({ price, discount })) {
    if (amount !== undefined && !isAmount(amount))
      return wrongType(`objectData.${field}`, 'number', { [field]: amount })
  }
  const whole = quantity === undefined || (Number.isInteger(quantity) && Math.abs(quantity as number) < 2 ** 31)
  return whole ? undefined : wrongType('objectData.quantity', 'int32', { quantity })
}

/** Amounts may be numbers, or texts that are. */
function isAmount(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value))
}

function wrongType(field: string, expected: string, event: Candidate): string {
  const value = event[field.slice(field.indexOf('.') + 1)]
  const got = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return `Invalid type for field ${field}: expected ${expected}, got ${got}`
}

function tokenFlaw(field: string): string {
  return `${field} must contain only alphanumeric, equal, plus, slash, hyphen, or underscore characters, and be between 1 and 128 characters long`
}

function isObject(value: unknown): value is Candidate {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
