import type { PlannedChange } from './comparison'
import { CLOCK_ALLOWANCE, isAfter } from './comparison'

/** What a profile looks like when it is read again. */
export interface ProfileNow {
  readonly exists: boolean
  /** Ids of its managed segments. */
  readonly managed: ReadonlySet<string>
  readonly lastUpdatedAt: string | undefined
}

export interface DecisionOptions {
  /** When the list was made, Unix milliseconds. */
  readonly asOf: number
  /** Write also to profiles that were updated after that. */
  readonly ignoreUpdates: boolean
  readonly createProfiles: boolean
}

/** What to do for one user token. */
export type Decision =
  | { readonly kind: 'write'; readonly add: readonly string[]; readonly remove: readonly string[] }
  /** It is as the list wants it: somebody else saw to it, or an earlier run that was killed. */
  | { readonly kind: 'right already' }
  /** The live events know better. */
  | { readonly kind: 'changed since' }
  | { readonly kind: 'without profile' }

/** What can be decided before a profile is read again: it saves that call. */
export function decideBefore(change: PlannedChange, options: DecisionOptions): Decision | undefined {
  if (change.withoutProfile && !options.createProfiles) return { kind: 'without profile' }
  if (change.changedSince && !options.ignoreUpdates) return { kind: 'changed since' }
  return undefined
}

/** Decides by what the plan saw and what there is now. */
export function decide(change: PlannedChange, now: ProfileNow, options: DecisionOptions): Decision {
  if (!now.exists) {
    if (!options.createProfiles || change.add.length === 0) return { kind: 'without profile' }
    // Had it a profile when it was planned, somebody has deleted that since.
    return change.withoutProfile ? { kind: 'write', add: change.add, remove: [] } : { kind: 'without profile' }
  }
  const add = change.add.filter((id) => !now.managed.has(id))
  const remove = change.remove.filter((id) => now.managed.has(id))
  if (add.length + remove.length === 0) return { kind: 'right already' }
  const isUpdated = change.withoutProfile || isAfter(now.lastUpdatedAt, options.asOf - CLOCK_ALLOWANCE)
  return isUpdated && !options.ignoreUpdates ? { kind: 'changed since' } : { kind: 'write', add, remove }
}
