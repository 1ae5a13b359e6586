import { configError, type ErrorKind, PackageError, transientError } from '../errors'

/** How a try to send a batch ended that Segment didn't take. */
export type FailedTry =
  /** The seconds that it asked to wait, if it did; what it said, if that was a short text. */
  | { readonly status: number; readonly retryAfter?: number | undefined; readonly message?: string | undefined }
  /** No answer came within so many milliseconds. */
  | { readonly silentFor: number }
  /** No connection, or one that broke: a code such as `ECONNREFUSED`, or a text. */
  | { readonly unreachable: string }

/**
 * What to do about a failed try.
 * - `retry`: it may pass; try again after a pause.
 * - `halve`: something in the batch is not to Segment's liking, and it doesn't say what.
 * - `give up`: it won't pass by itself.
 */
export type Verdict = 'retry' | 'halve' | 'give up'

export interface SegmentFailure {
  readonly verdict: Verdict
  /** A sentence, for a line that goes on with when it is tried again. */
  readonly what: string
  /** The error to end with when nothing helps. Never holds the write key. */
  readonly error: PackageError
}

interface Meaning {
  /** The statuses, or the first and the last of a range. */
  readonly statuses: readonly number[] | { readonly from: number; readonly to: number }
  readonly verdict: Verdict
  readonly kind: ErrorKind
  /** `STATUS` and `HOST` stand for what they say. */
  readonly what: string
  readonly todo: string
}

const CHECK_NETWORK = 'Check the network and, if SEGMENT_TRACKING_URL is set, that it names the right server'
const LATER = 'Run again later: the state is kept.'

/**
 * Status → what it means, who acts, what to say. The first that fits holds. What is tried again is what Segment's own
 * libraries try again; 460 is a load balancer whose client went away.
 */
const MEANINGS: readonly Meaning[] = [
  {
    statuses: { from: 200, to: 299 },
    verdict: 'retry',
    kind: 'transient',
    what: "HOST answered STATUS, but not as Segment does (`success: true`): it isn't Segment's answer, and nothing counts as sent.",
    todo: `${CHECK_NETWORK}; a proxy in between may have answered. Then run again: the state is kept.`
  },
  {
    statuses: [400, 413, 422],
    verdict: 'halve',
    kind: 'system',
    what: 'Segment refused events as malformed or too large (STATUS).',
    todo: 'Run again later, and report it if it stays so: the state is kept.'
  },
  {
    statuses: [401, 403],
    verdict: 'give up',
    kind: 'config',
    what: 'Segment refused the write key (STATUS).',
    todo: 'Check that it is the one of your source in Segment, and that the region of Segment is the one of your workspace.'
  },
  {
    statuses: [429],
    verdict: 'retry',
    kind: 'transient',
    what: 'Segment allows no more requests for now (STATUS).',
    todo: LATER
  },
  {
    statuses: [501, 505, 511],
    verdict: 'give up',
    kind: 'transient',
    what: 'Segment failed to answer (STATUS).',
    todo: LATER
  },
  {
    statuses: [408, 410, 460],
    verdict: 'retry',
    kind: 'transient',
    what: 'Segment failed to answer (STATUS).',
    todo: LATER
  },
  {
    statuses: { from: 500, to: 599 },
    verdict: 'retry',
    kind: 'transient',
    what: 'Segment failed to answer (STATUS).',
    todo: LATER
  },
  {
    statuses: { from: 0, to: 999 },
    verdict: 'give up',
    kind: 'config',
    what: "HOST does not answer as Segment's tracking API does (STATUS).",
    todo: 'Check the region of Segment and, if SEGMENT_TRACKING_URL is set, that it names the right server.'
  }
]

/** How `fetch` puts it that it calls no such port (the Fetch standard, "port blocking"). */
const BLOCKED_PORT = 'bad port'

/** How a try ended → what it means and what to do. */
export function segmentFailure(end: FailedTry, host: string): SegmentFailure {
  if ('status' in end) {
    const {
      statuses: _,
      verdict,
      kind,
      what: pattern,
      todo
    } = MEANINGS.find(({ statuses }) => includes(statuses, end.status))!
    const what = pattern.replace('STATUS', String(end.status)).replace('HOST', host)
    const said = end.message === undefined ? '' : `: ${end.message}`
    return { verdict, what, error: new PackageError(`${what} ${todo}`, kind, `HTTP ${end.status}${said}`) }
  }
  if ('unreachable' in end && end.unreachable === BLOCKED_PORT) {
    const what = `Segment (${host}) can't be called: HTTP clients refuse this port.`
    const error = configError(`${what} Correct SEGMENT_TRACKING_URL, or unset it to use Segment.`)
    return { verdict: 'give up', what, error }
  }
  const [what, internal] =
    'silentFor' in end
      ? [`Segment (${host}) did not answer within ${end.silentFor / 1000} s.`, 'no answer']
      : [`Segment (${host}) could not be reached: ${end.unreachable}.`, end.unreachable]
  const error = transientError(`${what} ${CHECK_NETWORK}, then run again: the state is kept.`, internal)
  return { verdict: 'retry', what, error }
}

function includes(statuses: Meaning['statuses'], status: number): boolean {
  return 'from' in statuses ? statuses.from <= status && status <= statuses.to : statuses.includes(status)
}
