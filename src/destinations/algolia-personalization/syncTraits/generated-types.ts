// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The ID under which Algolia knows the shopper: the same that your website or app sends to Algolia as userToken, with searches and events alike. A segment on a profile that no search names has no effect. By default the trait or property algolia_user_id, else Segment's anonymous ID, else the user ID; for a Reverse ETL row, the model's unique identifier. It must be 1-129 characters of A-Za-z0-9=+/-_; any other ID is refused.
   */
  userToken: string
  /**
   * More user tokens of the same person, such as those of other devices, or of the login beside the anonymous one. The change goes to each distinct token, at most 20 an event. Each costs Algolia calls of its own: two where something changes, else one.
   */
  otherUserTokens?: string[]
  /**
   * The person's external IDs in Segment, as JSON. Those of type algolia_user_token are other user tokens, as above; all others are ignored. Clear this field to use none of them.
   */
  externalIds?: string
  /**
   * Whether a user whom Algolia does not know yet gets a profile. If off, such a user is left alone, and the event counts as delivered.
   */
  createProfiles?: boolean
  /**
   * When the event happened. Of two events about the same thing, the later one counts.
   */
  timestamp?: string
  /**
   * The traits to keep on the profile, each under the name that it has there: loyalty_tier from traits.loyalty_tier, for instance, makes the segment loyalty_tier__gold. A list gives one segment for each member; null or an empty list removes the trait; a trait that the event does not hold stays as it is. At most 20 traits, with 20 values each. Choose traits by which search can be ranked, and no personal data: e-mail addresses and telephone numbers are refused.
   */
  traits?: {
    [k: string]: unknown
  }
  /**
   * Send events to Algolia in batches. A user with several events in a batch costs no more calls than one with a single event, so leave this on unless events are rare.
   */
  enable_batching?: boolean
  /**
   * The largest number of events in a batch, at most 1000.
   */
  batch_size?: number
}
