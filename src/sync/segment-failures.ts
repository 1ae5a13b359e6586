import { configError, SourceError, transientError } from '../sources/algolia-profiles/errors'

/** How the last try to send a batch ended: with a status, or without an answer. */
export type LastTry = { readonly status: number } | { readonly reason: string }

/** Status → what it means and what to do. Never holds the write key. */
export function segmentFailure(last: LastTry | undefined, host: string): SourceError {
  if (last === undefined) {
    return new SourceError(
      'A batch was not sent to Segment as a whole. Nothing is lost, the state is kept; please report this.',
      'system_error'
    )
  }
  if ('reason' in last) {
    return transientError(
      `${host} could not be reached or did not answer (${last.reason}). Check the network, then run again: the state is kept.`,
      last.reason
    )
  }
  const { status } = last
  if (status === 401 || status === 403) {
    return configError(
      `Segment refused the write key (${status}). Check that it is the one of your source in Segment, and that the region of Segment is the one of your workspace.`
    )
  }
  if (status === 429) {
    return transientError(
      'Segment allows no more requests for now (429). Run again later: the state is kept.',
      `HTTP ${status}`
    )
  }
  if (status === 400 || status === 413) {
    return new SourceError(
      `Segment refused a batch as malformed or too large (${status}). Nothing is lost, the state is kept; please report this.`,
      'system_error'
    )
  }
  if (status < 500 && status !== 408) {
    return configError(
      `${host} does not answer as Segment's tracking API does (${status}). Check the region of Segment and, if SEGMENT_TRACKING_URL is set, that it names the right server.`
    )
  }
  return transientError(`Segment failed to answer (${status}). Run again later: the state is kept.`, `HTTP ${status}`)
}
