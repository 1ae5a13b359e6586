import { readRules, type Rules, type RuleContextsOptions } from './options'
import { MAX_ID_LENGTH, safeId } from './safe-id'

/** As much of a profile as contexts are made of; whatever else it holds is not looked at. */
export interface ProfileWithSegments {
  readonly segments?: readonly { readonly id?: unknown; readonly source?: unknown }[] | null
}

/**
 * The rule contexts of a profile: what a search sends along so that the rules for its segments apply. The same profile
 * segments give the same contexts, in whatever order Algolia lists them.
 * @param profile as `GET /2/users/{userID}` answers it; one without segments, or none, has no contexts
 * @throws `config` error when an option is wrong
 */
export function ruleContextsOf(
  profile: ProfileWithSegments | null | undefined,
  options: RuleContextsOptions = {}
): string[] {
  return contextsBy(readRules(options), profile)
}

/** As `ruleContextsOf`, for options that have been checked before. */
export function contextsBy(rules: Rules, profile: unknown): string[] {
  const ids = [...new Set(idsOf(profile, rules.sources))].sort(byRank(rules.priority))
  const byContext = new Map<string, string[]>()
  for (const id of ids) {
    const context = rules.prefix + safeId(id, MAX_ID_LENGTH - rules.prefix.length)
    const sharing = byContext.get(context)
    if (sharing === undefined) byContext.set(context, [id])
    else sharing.push(id)
  }
  for (const [context, sharing] of byContext) if (sharing.length > 1) rules.onCollision?.({ context, ids: sharing })
  return [...byContext.keys()].slice(0, rules.limit)
}

/** What can't be read as a profile segment has no context; it is no reason to go without the others. */
function idsOf(profile: unknown, sources: readonly string[] | undefined): string[] {
  const { segments } = (profile ?? {}) as { segments?: unknown }
  if (!Array.isArray(segments)) return []
  return segments.flatMap((entry: unknown) => {
    const { id, source } = (entry ?? {}) as { id?: unknown; source?: unknown }
    if (typeof id !== 'string' || id === '') return []
    return sources === undefined || sources.some((wanted) => wanted === source) ? [id] : []
  })
}

/** First by the place of the first entry that names the id, then by the id, character by character. */
function byRank(priority: readonly string[]): (one: string, other: string) => number {
  const ranks = new Map<string, number>()
  const rankOf = (id: string): number => {
    const known = ranks.get(id)
    if (known !== undefined) return known
    const place = priority.findIndex((entry) =>
      entry.endsWith('*') ? id.startsWith(entry.slice(0, -1)) : entry === id
    )
    const rank = place < 0 ? priority.length : place
    ranks.set(id, rank)
    return rank
  }
  return (one, other) => rankOf(one) - rankOf(other) || (one < other ? -1 : 1)
}
