// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The user token whose segments are handed on: that of the login, to which your audiences are written. 1-129 characters of A-Za-z0-9=+/-_.
   */
  fromUserToken?: string
  /**
   * The user token that gets them: that of the browser or app in which the shopper has just logged in, which its searches send. 1-129 characters of A-Za-z0-9=+/-_.
   */
  toUserToken?: string
  /**
   * Whether a user whom Algolia does not know yet gets a profile. If off, such a user is left alone, and the event counts as delivered.
   */
  createProfiles?: boolean
  /**
   * When the event happened. Of two events about the same thing, the later one counts.
   */
  timestamp?: string
  /**
   * Send events to Algolia in batches. In a batch each user token is read once, so leave this on.
   */
  enable_batching?: boolean
  /**
   * The largest number of events in a batch, at most 1000.
   */
  batch_size?: number
}
