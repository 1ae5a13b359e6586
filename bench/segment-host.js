const { defaultValues, Destination } = require('@segment/actions-core')
const definition = require('../dist/destinations/algolia-personalization').default
const { CREDENTIALS } = require('./processes')

/** Segment, as far as the destination sees it: the host's own class, with one action enabled as a customer would. */
class Host {
  #destination = new Destination(definition)
  #settings

  /**
   * @param {object} [options]
   * @param {string} [options.action]
   * @param {string} [options.subscribe] the events that it is enabled for, in the host's query language
   * @param {object} [options.mapping] in place of defaults
   */
  constructor({ action = 'syncAudience', subscribe = 'type = "track"', mapping = {} } = {}) {
    const subscription = {
      partnerAction: action,
      subscribe,
      mapping: { ...defaultValues(definition.actions[action].fields), ...mapping }
    }
    this.#settings = { ...CREDENTIALS, region: 'us', subscription }
  }

  /** @returns {Promise<{status: number, errormessage?: string}[]>} what became of each event of a batch */
  async deliver(events) {
    const [result] = await this.#destination.onBatch(events, this.#settings)
    return result.multistatus
  }

  /** Delivers batches, one after the other. @throws {Error} when an event isn't delivered */
  async deliverAll(batches) {
    for (const batch of batches) {
      const failure = (await this.deliver(batch)).find(({ status }) => status !== 200)
      if (failure) throw new Error(failure.errormessage)
    }
  }
}

module.exports = { Host }
