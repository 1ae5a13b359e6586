import { PERSONALIZATION, type Region } from '../algolia/api/apis'
import { type Finding, green, red, skipped, yellow } from './check'
import { grouped } from '../report/words'
import type { Reply } from './calls'

/** The part of the limit below which few calls are left. */
const FEW = 0.2

/**
 * What the first call, a list of one profile, says of the way to Algolia.
 * @param isOverridden the environment variable names the origin
 */
export function checkReach(reply: Reply, host: string, isOverridden: boolean): Finding {
  if (reply.kind === 'no answer') {
    return red(
      `${host} could not be reached: ${reply.reason}.`,
      'Check the network, proxies and firewalls between here and Algolia, and the region.'
    )
  }
  const { status, isAlgolias, words } = reply
  if (status >= 500 && isAlgolias) {
    return red(
      `Algolia failed to answer (${status}: ${words}).`,
      'Look at https://status.algolia.com, and try again later.'
    )
  }
  // A list of profiles is always there: only another API has nothing at its path.
  if (status === 404 && isOverridden) {
    return red(
      `${host} answers, but has no profiles (404: ${words}): it is the address of something else.`,
      `Set ${PERSONALIZATION.originVariable} to the address of ${PERSONALIZATION.product}, or unset it.`
    )
  }
  if (!isAlgolias) {
    return red(
      `${host} answers, but not as Algolia does (${status}: ${words}).`,
      'Something in between answers in its place, a proxy or gateway: let calls to this host through.'
    )
  }
  return green(`${host} answers.`)
}

/** Whether credentials were refused: because of themselves, or because the application lives elsewhere. */
export function isRefused(reply: Reply): boolean {
  return reply.kind === 'answer' && [401, 403, 404].includes(reply.status)
}

/**
 * @param other what the other region answers; undefined where it was not asked
 * @param isOverridden the environment variable names the origin, so the region makes no difference
 */
export function checkRegion(
  reply: Reply,
  {
    region,
    other,
    isOverridden
  }: { region: Region; other: { region: Region; reply: Reply } | undefined; isOverridden: boolean }
): Finding {
  if (isOverridden) {
    return skipped(`${PERSONALIZATION.originVariable} says where calls go, so the region makes no difference.`)
  }
  if (reply.kind === 'no answer') return skipped('Nobody answered.')
  if (!isRefused(reply)) return green(`The application lives in the region ${region}.`)
  if (other?.reply.kind === 'answer' && other.reply.isAlgolias && !isRefused(other.reply)) {
    return red(
      `The application lives in the region ${other.region}, not ${region}.`,
      `Set the region to ${other.region}, here and in the destination.`
    )
  }
  return skipped('Neither region takes these credentials: see the key.')
}

export function checkKey(reply: Reply, isRegionWrong: boolean): Finding {
  if (reply.kind === 'no answer' || isRegionWrong) return skipped('The region has to be right first.')
  const { status, words } = reply
  if (isRefused(reply)) {
    return red(
      `Algolia refuses the credentials (${status}: ${words}).`,
      `Take a key that belongs to this application and has the ACLs ${PERSONALIZATION.acls.join(', ')}.`
    )
  }
  if (status === 429 || status === 421) return skipped('No calls are left to try it.')
  return green(`The key has the ACLs ${PERSONALIZATION.acls.join(', ')}.`)
}

export function checkPlan(reply: Reply): Finding {
  if (reply.kind === 'no answer' || isRefused(reply)) return skipped('The key has to be right first.')
  if (reply.status === 402) {
    return red(
      `The plan of the application does not include Advanced Personalization (${reply.words}).`,
      'Ask Algolia to add it.'
    )
  }
  if (reply.status >= 300) return skipped(`Algolia did not say (${reply.status}).`)
  return green('The plan includes Advanced Personalization.')
}

/** @param replies all so far: the newest that told how many calls are left counts */
export function checkCalls(replies: readonly Reply[]): Finding {
  const answers = replies.flatMap((reply) => (reply.kind === 'answer' ? [reply] : []))
  const todo =
    'See who else calls Algolia for this application, lower their share (smaller batches, fewer runs), or ask Algolia for a higher limit.'
  if (answers.some(({ status }) => status === 429 || status === 421)) {
    return red('No calls are left in this minute: Algolia answered 429.', todo)
  }
  const { limits } = answers.findLast(({ limits }) => limits.remaining !== undefined) ?? {}
  if (limits?.remaining === undefined) return skipped('Algolia did not say how many calls are left.')
  const { remaining, limit = PERSONALIZATION.callsPerMinute } = limits
  const message = `${grouped(remaining)} of ${grouped(limit)} calls are left in this minute.`
  if (remaining === 0) return red(message, todo)
  return remaining < limit * FEW ? yellow(message, todo) : green(message)
}
