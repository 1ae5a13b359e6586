import { configError, type PackageError, transientError } from '../../errors'

/** The ACLs that a key needs, as Algolia's API description lists them for every call (`x-acl`). */
const ACLS = 'search, browse and recommendation'

/**
 * What a failed call means.
 * - `retry`: it may pass by itself; try again after a pause.
 * - `wait`: no calls are left; try again when Algolia allows calls again.
 * - `restart`: the page token was refused; the window has to be read anew.
 * - `give up`: it won't pass by itself.
 */
export type Verdict = 'retry' | 'wait' | 'restart' | 'give up'

/** A failed call: what to do about it, and the error to end with when that doesn't help. */
export interface Failure {
  readonly verdict: Verdict
  readonly error: PackageError
}

/** What is known of a call whose status isn't 200. */
export interface FailedAnswer {
  readonly status: number
  /** What it says. */
  readonly detail: string
  /** Whether a page token was sent. */
  readonly withPageToken: boolean
}

/** Status → what it means and what to do. Facts: Algolia's API description, and `402` and `421` of its error table. */
export function failureOf({ status, detail, withPageToken }: FailedAnswer): Failure {
  const internal = `HTTP ${status}: ${detail}`
  const final = (message: string): Failure => ({ verdict: 'give up', error: configError(message, internal) })
  const passing = (verdict: Verdict, message: string): Failure => ({
    verdict,
    error: transientError(message, internal)
  })
  switch (status) {
    case 401:
    case 403:
      return final(
        `Algolia refused the credentials (${status}). Check that the API key belongs to this application ID, that it has the ACLs ${ACLS}, and that the region matches the application.`
      )
    case 402:
      return final(
        'The plan of this Algolia application does not include Advanced Personalization (402). Ask Algolia to enable it, or use another application.'
      )
    case 429:
    case 421:
      return passing(
        'wait',
        `Algolia allows no more calls for now (${status}): the 500 calls a minute of this application are used up. Run again later, or let fewer things use the API at the same time.`
      )
    case 400:
    case 404:
    case 410:
    case 422:
      if (withPageToken) {
        return {
          verdict: 'restart',
          error: transientError(
            `Algolia refused a page token (${status}), also after its window was started anew. Run again: the state is kept.`,
            internal
          )
        }
      }
      return final(
        `Algolia refused the request (${status}: ${detail}). Check the start date, the indices and the affinities in the configuration.`
      )
    case 408:
      return passing('retry', 'Algolia gave up waiting for a request (408). Run again: the state is kept.')
  }
  if (status >= 500 && status !== 501) {
    return passing('retry', `Algolia failed to answer (${status}). Run again later: the state is kept.`)
  }
  return final(
    `Algolia gave an answer that is not understood (${status}: ${detail}). Check the region and, if ALGOLIA_PERSONALIZATION_URL is set, that it names the right server.`
  )
}

/** A connection that couldn't be made, broke, or stayed silent. */
export function connectionFailure(host: string, reason: string): Failure {
  return {
    verdict: 'retry',
    error: transientError(
      `${host} could not be reached or stopped answering (${reason}). Check the network and the region, then run again: the state is kept.`,
      reason
    )
  }
}

/**
 * A body that isn't a whole page. Never to be taken for an empty one.
 * @param text what it says instead
 */
export function unreadablePage(reason: string, text: string): Failure {
  return {
    verdict: 'retry',
    error: transientError(
      `Algolia's answer is not a page of profiles (${reason}). Nothing was taken from it. Run again later: the state is kept.`,
      `${reason}: ${text}`
    )
  }
}
