/** Who a call is about. */
export type Identity = { readonly userId: string } | { readonly anonymousId: string }

interface Common {
  /** Segment drops calls with an id that it has seen lately. Less than 100 characters. */
  readonly messageId: string
  /** RFC 3339. */
  readonly timestamp?: string | undefined
  readonly integrations?: Readonly<Record<string, boolean>>
}

export type IdentifyCall = Common & Identity & { readonly type: 'identify'; readonly traits: Record<string, unknown> }
export type TrackCall = Common &
  Identity & { readonly type: 'track'; readonly event: string; readonly properties: Record<string, unknown> }

/** A call of Segment's tracking API, without what goes around each: see `envelope.ts`. */
export type SegmentCall = IdentifyCall | TrackCall
