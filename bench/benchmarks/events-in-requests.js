const assert = require('node:assert/strict')
const { fetch } = require('undici')
const { deliver } = require('../delivery')
const { withLocalAlgolia } = require('../processes')
const { counted, median, ratios } = require('../statistics')

/** As many requests are under way at the same time where one goes out for each event. */
const CONCURRENCY = 16

/**
 * Events into Insights by Send Events, beside a request for each event, as Segment's own destination for Insights makes
 * them: one after the other, or several at the same time.
 */
module.exports = {
  name: 'events-in-requests',
  async run({ quick, progress }) {
    const figures = []
    for (const latency of quick ? [0, 30] : [0, 30, 100]) {
      for (const count of quick ? [1_000] : [1_000, 10_000]) {
        figures.push(...(await compare({ latency, count, runs: quick || count > 1_000 ? 1 : 3 })))
        progress(`${latency} ms latency, ${counted(count)} events`)
      }
    }
    return figures
  }
}

async function compare({ latency, count, runs }) {
  const events = Array.from({ length: count }, (_, number) => productViewed(number))
  const requests = events.map((event) => ({ events: [insightsEvent(event)] }))
  const tasks = {
    sendEvents: { events, batchSize: 1_000, host: { action: 'sendEvents', mapping: presetMapping() } },
    concurrent: { requests, concurrency: CONCURRENCY },
    // Each takes as long as the one before it, so a hundred tell as much.
    sequential: { requests: requests.slice(0, 100), concurrency: 1 }
  }
  const times = { sendEvents: [], concurrent: [], sequential: [] }
  const made = {}
  for (let run = 0; run < runs; run += 1) {
    for (const [name, task] of Object.entries(tasks)) {
      const { time, calls } = await timeOf(task, latency)
      times[name].push(name === 'sequential' ? (time * count) / 100 : time)
      made[name] = calls
    }
  }
  const id = `events-in-requests/${latency}-ms-${count}`
  const what = `${counted(count)} events, ${latency} ms latency`
  return [
    {
      id: `${id}-requests`,
      what: `Requests for ${what}`,
      samples: [made.sendEvents],
      unit: 'calls',
      beside: `a request for each event ${counted(made.concurrent)}`,
      goal: { atMost: Math.ceil(count / 1_000) }
    },
    {
      id: `${id}-time`,
      what: `Time for ${what}`,
      samples: times.sendEvents.map((time) => time / 1000),
      unit: 's',
      ratios: ratios(times.sendEvents, times.concurrent),
      beside: `a request for each event ${seconds(times.concurrent)} with ${CONCURRENCY} at a time, ${seconds(times.sequential)} one by one`
    }
  ]
}

/** Delivers to a local Algolia that has just been started; resolves when it has accepted every event. */
async function timeOf(task, latency) {
  const flags = ['--profiles', '0', '--latency', String(latency)]
  return withLocalAlgolia(flags, async (algolia) => {
    const { time } = await deliver(algolia, 'bench/programs/deliver-events.js', task)
    const local = async (call) => (await fetch(`${algolia.variables.ALGOLIA_INSIGHTS_URL}/_local/${call}`)).json()
    const [{ calls }, accepted] = await Promise.all([local('stats'), local('events')])
    assert.equal(accepted.length, (task.events ?? task.requests).length, 'Algolia has other events than were sent')
    return { time, calls }
  })
}

const seconds = (times) => `${(median(times) / 1000).toFixed(2)} s`

/** An event of Segment's e-commerce plan. */
function productViewed(number) {
  return {
    type: 'track',
    event: 'Product Viewed',
    messageId: `viewed-${number}`,
    timestamp: new Date(Date.now() - 60_000).toISOString(),
    anonymousId: `shopper-${number % 200}`,
    userId: `user-${number % 200}`,
    properties: {
      product_id: `product-${(number % 100) + 1}`,
      search_index: 'products',
      name: 'A product',
      price: 19.9
    }
  }
}

/** The same as Segment's own destination makes it. */
function insightsEvent({ event, timestamp, anonymousId, userId, properties }) {
  return {
    eventType: 'view',
    eventName: event,
    index: properties.search_index,
    objectIDs: [properties.product_id],
    timestamp: Date.parse(timestamp),
    userToken: anonymousId,
    authenticatedUserToken: userId
  }
}

function presetMapping() {
  const { default: definition } = require('../../dist/destinations/algolia-personalization')
  return definition.presets.find(({ name }) => name === 'Send Product Viewed').mapping
}
