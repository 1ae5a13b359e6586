import { LOOK_DELAY_MS, MAX_LOOKS } from '../constants'
import { undone, unseen } from '../api/failures'
import { look } from './look'
import type { Looking, Seen } from './look'
import { isFailure, isRetried } from './outcomes'
import type { Change } from './plan'
import { applied, fail, isOvertaken, pace, settle } from './update'
import type { Item, Run } from './update'

/** What confirming needs beside the run. */
export interface Confirming<C extends Change> extends Omit<Looking, 'isAsWritten' | 'api'> {
  /** Updates the profiles again: whenever it is their users' turn. */
  repair: (groups: Item<C>[][]) => Promise<void>
  isAborted: () => boolean
}

/**
 * Looks at what became of the changes that are written, until all updates have ended and nothing is left to look at. Algolia
 * takes a list of segments only as a whole, and documents no condition for a write: another process that had read the
 * profile before and wrote it after has undone them. They are made again, and looked at again; what others undo time after
 * time is answered as retryable.
 *
 * It looks when nothing has been written for a while: once for a batch whose calls are answered, and not only at the end where
 * some users keep it waiting.
 */
export async function confirm<C extends Change>(
  run: Run<C>,
  groups: Item<C>[][],
  updates: Promise<void>,
  confirming: Confirming<C>
): Promise<void> {
  let haveEnded = false
  const end = updates.finally(() => (haveEnded = true))
  while (!confirming.isAborted()) {
    const written = groups.map((items) => items.filter(isWritten)).filter(({ length }) => length > 0)
    if (haveEnded && written.length === 0) return end
    const delay = delayOf(pace.slowest)
    const left = run.lastWrite + delay - Date.now()
    if (written.length === 0) await Promise.race([end, pause(delay)])
    else if (left > 0) await pause(left)
    else await lookAndRepair(run, written, confirming)
  }
  return end
}

/** Whether a change was written, and nobody has looked at it yet. */
function isWritten(item: Item): boolean {
  return item.result !== undefined && !isOvertaken(item)
}

async function lookAndRepair<C extends Change>(
  run: Run<C>,
  groups: Item<C>[][],
  { repair, ...looking }: Confirming<C>
): Promise<void> {
  const items = groups.flat()
  const seen = await look({ ...looking, api: run.api, isAsWritten: judgeOf(run, items) }, tokensOf(items))
  for (const item of items) if (isWritten(item)) decide(run, item, seen.get(item.change.userToken))
  const undoneGroups = groups.map((group) => group.filter(isWritten)).filter(({ length }) => length > 0)
  for (const item of undoneGroups.flat()) {
    item.looks = (item.looks ?? 0) + 1
    if (item.looks === MAX_LOOKS) fail(item, undone())
  }
  await repair(undoneGroups)
}

function decide<C extends Change>(run: Run<C>, item: Item<C>, seen: Seen | undefined): void {
  const isGone = seen === 'no profile'
  if (seen === undefined || (isGone && item.result === 'profile updated')) fail(item, undone())
  else if (!isGone && isFailure(seen)) fail(item, isRetried(seen.status) ? seen : unseen(seen))
  else if (!applied(run, item, isGone ? [] : seen)) settle(item, item.result ?? 'profile unchanged')
}

function judgeOf<C extends Change>(run: Run<C>, open: Item<C>[]): Looking['isAsWritten'] {
  return (userToken, segments) =>
    open.filter(({ change }) => change.userToken === userToken).every((item) => !applied(run, item, segments))
}

function tokensOf(items: Item[]): string[] {
  return [...new Set(items.map(({ change }) => change.userToken))].sort()
}

/** Long enough for another process that read before these writes to have written: measured by how long it took here. */
function delayOf(slowest: number): number {
  const { least, most } = LOOK_DELAY_MS
  // By chance a little more, so that two processes that undo each other's writes fall out of step.
  return Math.min(Math.max(2 * slowest, least) * (1 + Math.random() / 4), most) + 1
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
