import { originIn } from '../input/origin'

/**
 * Origins of Segment's tracking API (Segment's documentation, "Regional Segment"). A workspace in the EU must be sent to
 * through the second: the first would answer 200 and drop everything.
 */
const ORIGINS = { us: 'https://api.segment.io', eu: 'https://events.eu1.segmentapis.com' } as const

export type SegmentRegion = keyof typeof ORIGINS

export const SEGMENT_REGIONS = ['us', 'eu'] as const satisfies readonly SegmentRegion[]

/**
 * @param override stands in for Segment: an origin such as `http://127.0.0.1:4020`
 * @throws PackageError (`config`) when the override is no origin
 */
export function segmentOriginOf(region: SegmentRegion, override: string | undefined): string {
  return originIn('SEGMENT_TRACKING_URL', override, 'http://127.0.0.1:4020') ?? ORIGINS[region]
}
