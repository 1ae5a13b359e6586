import type { AudienceCounts } from './comparison'

/** How many members an audience may lose at once: a part of them, or a number. */
export type MostRemovals = { readonly part: number } | { readonly count: number }

/**
 * The audiences that would lose more members than allowed. A part is counted of the managed members as they were listed, for
 * each audience by itself, and rounded up.
 */
export function tooManyRemovals(counts: readonly AudienceCounts[], most: MostRemovals): AudienceCounts[] {
  return counts.filter(({ present, toRemove }) => {
    return toRemove > ('part' in most ? Math.ceil(present * most.part - 1e-9) : most.count)
  })
}
