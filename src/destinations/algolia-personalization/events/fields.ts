import type { ActionDefinition } from '@segment/actions-core'
import { USER_TOKEN } from '../constants'
import { batchFields, firstOf, whoFields } from '../fields'
import { MAX_EVENTS } from './insights-event'

/** A product's members as Segment's e-commerce events have them; the browser module of this package sends them so, too. */
export const PRODUCT = {
  objectID: firstOf('$.objectID', '$.product_id'),
  price: firstOf('$.price'),
  quantity: firstOf('$.quantity'),
  discount: firstOf('$.discount'),
  queryID: firstOf('$.queryID', '$.query_id'),
  position: firstOf('$.position')
}

/** The fields of Send Events: all that an event of the Insights API has, under the names that it has there. */
export const fields: ActionDefinition<unknown>['fields'] = {
  eventType: {
    label: 'Event Type',
    description: 'What the shopper did.',
    type: 'string',
    required: true,
    choices: [
      { value: 'view', label: 'View' },
      { value: 'click', label: 'Click' },
      { value: 'conversion', label: 'Conversion' }
    ]
  },
  eventSubtype: {
    label: 'Event Subtype',
    description:
      'For conversions: what kind. Profiles are made from clicks, and from conversions that are one of these two.',
    type: 'string',
    required: false,
    choices: [
      { value: 'addToCart', label: 'Add to cart' },
      { value: 'purchase', label: 'Purchase' }
    ]
  },
  eventName: {
    label: 'Event Name',
    description: 'The name under which the event appears in Algolia: 1-64 visible ASCII characters.',
    type: 'string',
    required: true,
    default: { '@path': '$.event' }
  },
  index: {
    label: 'Index',
    description:
      'The name of the Algolia index that the objects are in. By default the property search_index; where all events are about one index, enter its name here.',
    type: 'string',
    // Not required: the action itself says where to set it.
    required: false,
    default: { '@path': '$.properties.search_index' }
  },
  userToken: {
    ...whoFields.userToken,
    label: 'User Token',
    description: `The ID under which Algolia knows the shopper: the same that your website or app sends to Algolia as userToken with its searches. By default the trait or property algolia_user_id, else Segment's anonymous ID, else the user ID. It must be ${USER_TOKEN.rule}.`,
    type: 'string',
    required: true
  },
  authenticatedUserToken: {
    label: 'Authenticated User Token',
    description:
      'The ID of the shopper who is logged in. One that Algolia would not accept is left out, and the event is sent without it.',
    type: 'string',
    required: false,
    default: { '@path': '$.userId' }
  },
  products: {
    label: 'Products',
    description:
      'The products that the event is about. Where there are any, they count in place of Object IDs, Object Data and Positions below. More than 20 go to Algolia as several events.',
    type: 'object',
    multiple: true,
    required: false,
    defaultObjectUI: 'keyvalue',
    additionalProperties: false,
    properties: {
      objectID: { label: 'Object ID', description: "The objectID of the product's record in Algolia.", type: 'string' },
      price: { label: 'Price', description: 'The final price of one piece, discounts included.', type: 'number' },
      quantity: { label: 'Quantity', description: 'How many pieces, as a whole number.', type: 'integer' },
      discount: { label: 'Discount', description: 'What the price was lowered by.', type: 'number' },
      queryID: { label: 'Query ID', description: 'The search that the product came from.', type: 'string' },
      position: { label: 'Position', description: "The product's place in the results, from 1.", type: 'integer' }
    },
    default: { '@arrayPath': ['$.properties.products', PRODUCT] }
  },
  objectIDs: {
    label: 'Object IDs',
    description: 'The records that the event is about, where Products is not mapped.',
    type: 'string',
    multiple: true,
    required: false
  },
  objectData: {
    label: 'Object Data',
    description: 'For conversions: price, quantity, discount and query ID of each of the Object IDs, in their order.',
    type: 'object',
    multiple: true,
    required: false,
    defaultObjectUI: 'arrayeditor',
    additionalProperties: false,
    properties: {
      price: { label: 'Price', type: 'number' },
      quantity: { label: 'Quantity', type: 'integer' },
      discount: { label: 'Discount', type: 'number' },
      queryID: { label: 'Query ID', type: 'string' }
    }
  },
  positions: {
    label: 'Positions',
    description:
      'For clicks after a search: the place of each of the Object IDs in the results, in their order. The first place is 1.',
    type: 'integer',
    multiple: true,
    required: false
  },
  queryID: {
    label: 'Query ID',
    description:
      'The search that led to the event: the queryID of its answer. It joins the event with search analytics, if it comes within an hour.',
    type: 'string',
    required: false,
    default: firstOf(
      '$.properties.query_id',
      '$.properties.queryID',
      '$.integrations.Algolia Insights (Actions).query_id'
    )
  },
  filters: {
    label: 'Filters',
    description:
      'The filters that the event is about, in place of objects: texts such as brand:apple, with the value URL-encoded, or the JSON of objects with attribute (or type) and value, whose values are encoded here.',
    type: 'string',
    multiple: true,
    required: false
  },
  value: {
    label: 'Value',
    description: 'For an add to cart or a purchase: what it is worth in all.',
    type: 'number',
    required: false,
    default: firstOf('$.properties.value', '$.properties.revenue', '$.properties.total')
  },
  currency: {
    label: 'Currency',
    description: 'The currency of value, prices and discounts, as a code of three letters such as EUR.',
    type: 'string',
    required: false,
    default: { '@path': '$.properties.currency' }
  },
  timestamp: {
    label: 'Timestamp',
    description: 'When it happened. Algolia takes no events that are older than 30 days.',
    type: 'datetime',
    required: false,
    default: { '@path': '$.timestamp' }
  },
  ...batchFields({
    size: MAX_EVENTS,
    largest: MAX_EVENTS,
    cost: 'A batch is one request to Algolia, so leave this on.'
  })
}
