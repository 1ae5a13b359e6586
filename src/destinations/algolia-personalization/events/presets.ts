import { defaultValues } from '@segment/actions-core'
import type { Preset } from '@segment/actions-core'
import { fields, PRODUCT } from './fields'

const { objectID, price, quantity, discount, queryID, position } = PRODUCT

/** An event about one product has its properties on top, one about several in a list. */
const oneProduct = (members: object) => ({ products: { '@arrayPath': ['$.properties', members] } })
const products = (members: object) => ({ products: { '@arrayPath': ['$.properties.products', members] } })

/** Whatever a list of filters holds, each entry as JSON: the action tells texts from objects. */
const filters = {
  filters: { '@arrayPath': ['$.properties.filters', { '@json': { mode: 'encode', value: { '@path': '$.' } } }] }
}

/** What every event has; the others that stand below are those that its kind can hold, so that nothing is left out. */
const EVERY = [
  'eventName',
  'index',
  'userToken',
  'authenticatedUserToken',
  'timestamp',
  'enable_batching',
  'batch_size'
]

const view = { eventType: 'view' }
const click = { eventType: 'click' }
const addToCart = { eventType: 'conversion', eventSubtype: 'addToCart' }
const purchase = { eventType: 'conversion', eventSubtype: 'purchase' }

/**
 * Segment's e-commerce events, each as the Insights event that it is. Engage spaces send no such events, and the host has
 * no event slug for them, so they are of type `automatic`.
 */
export const eventPresets: Preset[] = [
  preset('Product Viewed', { ...view, ...oneProduct({ objectID }) }),
  preset('Product List Viewed', { ...view, ...products({ objectID }) }),
  preset('Product List Filtered', { ...view, ...filters }),
  preset('Product Clicked', { ...click, ...oneProduct({ objectID, position }) }, ['queryID']),
  preset('Product Added', { ...addToCart, ...oneProduct({ objectID, price, quantity, discount }) }, [
    'queryID',
    'value',
    'currency'
  ]),
  preset('Order Completed', { ...purchase, ...products({ objectID, price, quantity, discount, queryID }) }, [
    'queryID',
    'value',
    'currency'
  ])
]

/** @param others fields whose defaults the mapping has as well */
function preset(event: string, own: Record<string, unknown>, others: string[] = []): Preset {
  const names = [...EVERY, ...others]
  const defaults = Object.entries(defaultValues(fields)).filter(([name]) => names.includes(name))
  return {
    name: `Send ${event}`,
    partnerAction: 'sendEvents',
    subscribe: `type = "track" and event = "${event}"`,
    mapping: { ...Object.fromEntries(defaults), ...own } as Preset['mapping'],
    type: 'automatic'
  }
}
