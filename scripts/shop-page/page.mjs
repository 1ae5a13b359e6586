/* global document, fetch, URL */
/** A shop's page: InstantSearch, search-insights and analytics.js from npm, and what joins them. */
import { AnalyticsBrowser } from '@segment/analytics-next'
import { liteClient } from 'algoliasearch/lite'
import instantsearch from 'instantsearch.js'
import { hits, searchBox } from 'instantsearch.js/es/widgets'
import aa from 'search-insights'
import { algoliaToSegment } from 'segment-algolia-personalization/browser'

/** What the server says: where the stand-ins are, and which keys they take. */
const { appId, apiKey, writeKey, urls, identity, askFirst, typingPause } = await (await fetch('/settings.json')).json()
const { host: searchHost } = new URL(urls.search)
const { host: segmentHost } = new URL(urls.segment)

const searchClient = liteClient(appId, apiKey, {
  hosts: [{ url: searchHost, accept: 'readWrite', protocol: 'http' }]
})
const analytics = AnalyticsBrowser.load(
  // On a real page only the write key: the rest comes from Segment.
  { writeKey, cdnSettings: { integrations: { 'Segment.io': { apiKey: writeKey } } } },
  {
    integrations: {
      'Segment.io': {
        apiHost: `${segmentHost}/v1`,
        protocol: 'http',
        deliveryStrategy: { config: { keepalive: true } }
      }
    }
  }
)
aa('init', { appId, apiKey, host: urls.insights, useCookie: identity === 'algolia' })

const bridge = algoliaToSegment({ analytics, aa, identity, typingPause })

const search = instantsearch({
  indexName: 'products',
  searchClient,
  insights: { insightsClient: bridge.aa }
})
search.use(bridge.middleware)

const cart = []
search.addWidgets([
  searchBox({ container: '#search' }),
  hits({
    container: '#hits',
    templates: {
      item: (hit, { html, sendEvent }) => {
        const add = (event) => {
          event.stopPropagation()
          cart.push(hit)
          const objectData = [{ price: hit.price, quantity: 1, queryID: hit.__queryID }]
          const more = { eventSubtype: 'addToCart', objectData, value: hit.price, currency: 'EUR' }
          sendEvent('conversion', hit, 'Product Added', more)
        }
        return html`<span class="name">${hit.name}</span> ${hit.price} €
          <button class="add" onClick=${add}>Add to cart</button>`
      }
    }
  })
])

const on = (id, act) => document.getElementById(id).addEventListener('click', act)
on('agree', () => bridge.start())
on('withdraw', () => bridge.stop())
on('login', () => analytics.identify('customer-7', { plan: 'gold' }))
on('logout', () => analytics.reset())
on('buy', () => {
  const bought = cart.splice(0)
  bridge.aa('purchasedObjectIDs', {
    index: 'products',
    eventName: 'Order Completed',
    objectIDs: bought.map(({ objectID }) => objectID),
    objectData: bought.map(({ price, __queryID }) => ({ price, quantity: 1, queryID: __queryID })),
    value: bought.reduce((sum, { price }) => sum + price, 0),
    currency: 'EUR'
  })
})

if (!askFirst) await bridge.start()
search.start()
