import { counted, grouped } from '../report/words'
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

/** @returns which audiences would lose too many members, in a sentence; undefined where none would */
export function tooManyRemovalsInWords(counts: readonly AudienceCounts[], most: MostRemovals): string | undefined {
  const tooMany = tooManyRemovals(counts, most)
  if (tooMany.length === 0) return undefined
  const list = tooMany.map(
    ({ id, toRemove, present }) => `${id} (${grouped(toRemove)} of ${counted(present, 'member')})`
  )
  return `Too many members would be removed from ${list.join(', ')}.`
}
