const { defaultValues, Destination } = require('@segment/actions-core')
const definition = require('../dist/destinations/algolia-personalization').default
const { CREDENTIALS } = require('./processes')

/** Segment, as far as the destination sees it: the host's own class, with Sync Audience enabled as a customer would. */
class Host {
  #destination = new Destination(definition)
  #settings = {
    ...CREDENTIALS,
    region: 'us',
    subscription: {
      partnerAction: 'syncAudience',
      subscribe: 'type = "track"',
      mapping: defaultValues(definition.actions.syncAudience.fields)
    }
  }

  /** @returns {Promise<{status: number, errormessage?: string}[]>} what became of each event of a batch */
  async deliver(events) {
    const [result] = await this.#destination.onBatch(events, this.#settings)
    return result.multistatus
  }
}

module.exports = { Host }
