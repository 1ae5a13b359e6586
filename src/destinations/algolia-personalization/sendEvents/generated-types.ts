// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * What the shopper did.
   */
  eventType: string
  /**
   * For conversions: what kind. Profiles are made from clicks, and from conversions that are one of these two.
   */
  eventSubtype?: string
  /**
   * The name under which the event appears in Algolia: 1-64 visible ASCII characters.
   */
  eventName: string
  /**
   * The name of the Algolia index that the objects are in. By default the property search_index; where all events are about one index, enter its name here.
   */
  index?: string
  /**
   * The ID under which Algolia knows the shopper: the same that your website or app sends to Algolia as userToken with its searches. By default the trait or property algolia_user_id, else Segment's anonymous ID, else the user ID. It must be 1-129 characters of A-Za-z0-9=+/-_.
   */
  userToken: string
  /**
   * The ID of the shopper who is logged in. One that Algolia would not accept is left out, and the event is sent without it.
   */
  authenticatedUserToken?: string
  /**
   * The products that the event is about. Where there are any, they count in place of Object IDs, Object Data and Positions below. More than 20 go to Algolia as several events.
   */
  products?: {
    /**
     * The objectID of the product's record in Algolia.
     */
    objectID?: string
    /**
     * The final price of one piece, discounts included.
     */
    price?: number
    /**
     * How many pieces, as a whole number.
     */
    quantity?: number
    /**
     * What the price was lowered by.
     */
    discount?: number
    /**
     * The search that the product came from.
     */
    queryID?: string
    /**
     * The product's place in the results, from 1.
     */
    position?: number
  }[]
  /**
   * The records that the event is about, where Products is not mapped.
   */
  objectIDs?: string[]
  /**
   * For conversions: price, quantity, discount and query ID of each of the Object IDs, in their order.
   */
  objectData?: {
    price?: number
    quantity?: number
    discount?: number
    queryID?: string
  }[]
  /**
   * For clicks after a search: the place of each of the Object IDs in the results, in their order. The first place is 1.
   */
  positions?: number[]
  /**
   * The search that led to the event: the queryID of its answer. It joins the event with search analytics, if it comes within an hour.
   */
  queryID?: string
  /**
   * The filters that the event is about, in place of objects: texts such as brand:apple, with the value URL-encoded, or the JSON of objects with attribute (or type) and value, whose values are encoded here.
   */
  filters?: string[]
  /**
   * For an add to cart or a purchase: what it is worth in all.
   */
  value?: number
  /**
   * The currency of value, prices and discounts, as a code of three letters such as EUR.
   */
  currency?: string
  /**
   * When it happened. Algolia takes no events that are older than 30 days.
   */
  timestamp?: string | number
  /**
   * Send events to Algolia in batches. A batch is one request to Algolia, so leave this on.
   */
  enable_batching?: boolean
  /**
   * The largest number of events in a batch, at most 1000.
   */
  batch_size?: number
}
