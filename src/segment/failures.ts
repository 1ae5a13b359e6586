import { configError, type PackageError, systemError, transientError } from '../errors'

/** How a try to send a batch ended that Segment didn't accept. */
export type FailedTry =
  /** The seconds that it asked to wait, if it did. */
  | { readonly status: number; readonly retryAfter?: number | undefined }
  /** No answer came within so many milliseconds. */
  | { readonly silentFor: number }
  /** No connection, or one that broke: a code such as `ECONNREFUSED`, or a text. */
  | { readonly unreachable: string }
  | 'not sent as a whole'

/** A failed try: whether another one may do, what happened, and the error to end with when none does. */
export interface SegmentFailure {
  readonly mayPass: boolean
  /** A sentence, for a line that goes on with when it is tried again. */
  readonly what: string
  readonly error: PackageError
}

/** How `fetch` puts it that it calls no such port (the Fetch standard, "port blocking"). */
const BLOCKED_PORT = 'bad port'

/** Beside 5xx, what Segment's own libraries send again. 460: a load balancer's client went away. */
const PASSING = [408, 410, 460]

/** Among the 5xx, what they don't send again. */
const LASTING = [501, 505, 511]

/** How a try ended → what it means and what to do. Never holds the write key. */
export function segmentFailure(end: FailedTry, host: string): SegmentFailure {
  if (end === 'not sent as a whole') {
    return final(
      'A batch was not sent to Segment as a whole.',
      'Nothing is lost, the state is kept; please report this.'
    )
  }
  if ('silentFor' in end) {
    const what = `Segment (${host}) did not answer within ${end.silentFor / 1000} s.`
    return passing(what, `${CHECK_NETWORK}, then run again: the state is kept.`, 'no answer')
  }
  if ('unreachable' in end) {
    const { unreachable } = end
    if (unreachable === BLOCKED_PORT) {
      return wrongSettings(
        `Segment (${host}) can't be called: HTTP clients refuse this port.`,
        'Correct SEGMENT_TRACKING_URL, or unset it to use Segment.'
      )
    }
    const what = `Segment (${host}) could not be reached: ${unreachable}.`
    return passing(what, `${CHECK_NETWORK}, then run again: the state is kept.`, unreachable)
  }
  const { status } = end
  if (status === 401 || status === 403) {
    return wrongSettings(
      `Segment refused the write key (${status}).`,
      'Check that it is the one of your source in Segment, and that the region of Segment is the one of your workspace.'
    )
  }
  if (status === 429) {
    const what = 'Segment allows no more requests for now (429).'
    return passing(what, 'Run again later: the state is kept.', `HTTP ${status}`)
  }
  if (status === 400 || status === 413) {
    return final(
      `Segment refused a batch as malformed or too large (${status}).`,
      'Nothing is lost, the state is kept; please report this.'
    )
  }
  if (status < 500 && !PASSING.includes(status)) {
    return wrongSettings(
      `${host} does not answer as Segment's tracking API does (${status}).`,
      'Check the region of Segment and, if SEGMENT_TRACKING_URL is set, that it names the right server.'
    )
  }
  const failure = passing(
    `Segment failed to answer (${status}).`,
    'Run again later: the state is kept.',
    `HTTP ${status}`
  )
  return { ...failure, mayPass: !LASTING.includes(status) }
}

const CHECK_NETWORK = 'Check the network and, if SEGMENT_TRACKING_URL is set, that it names the right server'

function passing(what: string, advice: string, internal: string): SegmentFailure {
  return { mayPass: true, what, error: transientError(`${what} ${advice}`, internal) }
}

function wrongSettings(what: string, advice: string): SegmentFailure {
  return { mayPass: false, what, error: configError(`${what} ${advice}`) }
}

function final(what: string, advice: string): SegmentFailure {
  return { mayPass: false, what, error: systemError(`${what} ${advice}`) }
}
