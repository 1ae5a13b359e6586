// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The ID that identifies the user to Algolia, the same that your website or app sends as userToken with its Algolia events: 1-129 characters of A-Za-z0-9=+/-_. Users with any other ID are rejected.
   */
  userToken: string
  /**
   * The ID under which the audience appears on Algolia profiles, and by which search rules and recommendations refer to it.
   */
  segmentId: string
  /**
   * The name of the event: Audience Entered and Audience Exited say what happened to the user.
   */
  eventName?: string
  /**
   * Send events to Algolia in batches. A user with several events in a batch costs no more calls than one with a single event, so leave this on unless events are rare.
   */
  enable_batching?: boolean
  /**
   * The largest number of events in a batch, at most 250. Algolia allows 500 calls a minute for an application and a user whose audiences change costs two, so a smaller batch leaves more calls to others who use the application.
   */
  batch_size?: number
}
