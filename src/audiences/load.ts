import type { Readable } from 'node:stream'
import {
  isProfileSegmentId,
  PROFILE_SEGMENT_ID_RULE
} from '../destinations/algolia-personalization/audience/profile-segments'
import { configError } from '../errors'
import { counted, grouped } from '../report/words'
import { type ListOptions, nameOfList, readList } from './list-rows'
import { MemberList } from './members'

export interface LoadOptions extends ListOptions {
  /** A file, or `-` for standard input. */
  readonly path: string
  readonly stdin: Readable
  /** Ids of audiences for which the list is the whole truth. */
  readonly complete: readonly string[]
  /** Ids of audiences that nobody is to have. */
  readonly retire: readonly string[]
  readonly maxBad?: { readonly part: number } | { readonly count: number } | undefined
  /** When the list was made, Unix milliseconds, where that is told. */
  readonly asOf?: number | undefined
  /** Unix milliseconds. */
  readonly now: number
  readonly warn: (message: string) => void
}

/** A list of members, as it is compared with profiles. */
export interface LoadedList {
  readonly list: MemberList
  /** Places of the audiences for which it is the whole truth. */
  readonly complete: ReadonlySet<number>
  readonly asOf: number
  readonly digest: string
}

/** A list with a larger part of bad rows is refused, unless told otherwise. */
const MOST_BAD = { part: 0.01 }

/**
 * Reads a list and judges whether it can be gone by.
 * @throws PackageError (`config`) when it can't be read, has no rows, too much of it is bad, or an audience that it should be the whole
 * truth for isn't in it
 */
export async function loadList(options: LoadOptions): Promise<LoadedList> {
  const { path, stdin, complete, retire, now, warn } = options
  for (const id of [...complete, ...retire, ...(options.audience === undefined ? [] : [options.audience])]) {
    if (isProfileSegmentId(id)) continue
    throw configError(`The audience ${JSON.stringify(id)} must be ${PROFILE_SEGMENT_ID_RULE}.`)
  }
  const list = new MemberList(options.audience)
  const { digest, madeAt } = await readList(path, stdin, options, list)
  judgeBadRows(list, options)
  judgeCompleteness(list, options)
  const asOf = options.asOf ?? madeAt
  if (asOf === undefined) {
    warn(
      'Nobody knows when the list on standard input was made: profiles that are updated from now on are left alone. --as-of tells it.'
    )
  }
  const places = [...complete, ...retire].map((id) => list.placeOf(id))
  return { list, complete: new Set(places), asOf: Math.min(asOf ?? now, now), digest }
}

function judgeBadRows(list: MemberList, { complete, retire, maxBad, warn }: LoadOptions): void {
  const { badRowCount, badRows, rowCount } = list
  if (badRowCount === 0) return
  for (const { line, reason } of badRows) warn(`Line ${line}: ${reason}.`)
  const untold = badRowCount - badRows.length
  if (untold > 0) warn(`${counted(untold, 'further bad row')}.`)
  const isWhole = complete.length + retire.length > 0
  const most = maxBad ?? (isWhole ? { count: 0 } : MOST_BAD)
  if (badRowCount <= ('part' in most ? rowCount * most.part : most.count)) return
  const why = isWhole && !maxBad ? ' A list that is the whole truth must have none.' : ''
  throw configError(
    `${counted(badRowCount, 'row')} of ${grouped(rowCount)} ${badRowCount === 1 ? 'is' : 'are'} bad, which is too many.${why} Correct the list, or allow it with --max-bad.`
  )
}

/** An audience that the list doesn't name was misspelt, as a rule: taken at its word, everybody would be removed. */
function judgeCompleteness(list: MemberList, { path, complete, retire }: LoadOptions): void {
  if (list.rowCount === 0 && retire.length === 0) {
    const meant =
      complete.length === 0 ? '' : ` If nobody is to be a member any more, say --retire ${complete.join(',')}.`
    throw configError(
      `The list ${nameOfList(path)} has no rows, so there is nothing to compare. Check how it is made.${meant}`
    )
  }
  const unnamed = complete.filter((id) => !retire.includes(id) && !list.isNamed(list.placeOf(id)))
  if (unnamed.length === 0) return
  throw configError(
    `The list names no member of ${unnamed.join(', ')}, so everybody would be removed from it. Check the spelling; if that is meant, say --retire ${unnamed.join(',')}.`
  )
}
