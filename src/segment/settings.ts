import { z } from 'zod'
import { SEGMENT_REGIONS } from './endpoint'

/** The part of a configuration that says where calls are sent. */
export const segmentShape = {
  /** The write key of a source in Segment. It travels as the user name of HTTP's basic scheme, which a colon ends. */
  segmentWriteKey: z
    .string()
    .regex(/^[\x21-\x39\x3b-\x7e]+$/, 'must be printable characters without spaces and colons'),
  /** Where the Segment workspace stands. */
  segmentRegion: z.enum(SEGMENT_REGIONS).default('us')
}
