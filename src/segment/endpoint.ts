import { configError } from '../errors'

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
  if (override === undefined || override === '') return ORIGINS[region]
  const url = URL.canParse(override) ? new URL(override) : undefined
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  if (isOrigin) return url.origin
  throw configError(
    'The environment variable SEGMENT_TRACKING_URL must be an origin, such as http://127.0.0.1:4020. Correct it, or unset it to use Segment.'
  )
}
