import type { Progress } from '../report/display'
import { counted, grouped, minutesInWords } from '../report/words'
import { type AudienceApi, CALLS_AT_ONCE } from './api'
import type { ApplyResult } from './apply'
import type { AudienceCounts } from './comparison'
import { minutesFor } from './estimate'

const COLUMNS: readonly (readonly [keyof AudienceCounts, string])[] = [
  ['id', 'audience'],
  ['wanted', 'wanted'],
  ['present', 'present'],
  ['toAdd', 'to add'],
  ['toRemove', 'to remove'],
  ['withoutProfile', 'without profile'],
  ['changedSince', 'changed since'],
  ['invalid', 'invalid rows']
]

/** The counts of all audiences as a table to read: names on the left, numbers on the right. */
export function tableOf(audiences: readonly AudienceCounts[]): string[] {
  const rows = [
    COLUMNS.map(([, title]) => title),
    ...audiences.map((audience) =>
      COLUMNS.map(([name]) => {
        const value = audience[name]
        return typeof value === 'number' ? grouped(value) : value
      })
    )
  ]
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  )
}

/**
 * How far a plan has been applied: the rate, and the calls and minutes that the rest takes at most. Calls are let go faster
 * in the first half of a minute, so the rate tells how long the rest takes only where more were made than a limit allows.
 */
export function progressOf(
  result: ApplyResult,
  elapsed: number,
  { callsPerMinute, latency }: Pick<AudienceApi, 'callsPerMinute' | 'latency'>
): Progress {
  const { entries, written, rightAlready, changedSince, withoutProfile, failed, calls } = result
  const done = written + rightAlready + changedSince + withoutProfile + failed
  const perMinute = elapsed > 0 ? Math.round((calls * 60_000) / elapsed) : 0
  const callsToGo = 2 * (entries - done)
  const minutesBegun = Math.floor(elapsed / 60_000) + 2
  const isLimited = perMinute === 0 || calls <= callsPerMinute * minutesBegun
  const minutes = isLimited
    ? minutesFor(callsToGo, { callsPerMinute, latency, atOnce: CALLS_AT_ONCE })
    : callsToGo / perMinute
  return {
    line: `${grouped(done)} of ${counted(entries, 'profile')}, ${counted(calls, 'call')}, ${grouped(perMinute)} a minute; ${counted(callsToGo, 'call')} and ${minutesInWords(minutes)} to go.`,
    part: entries > 0 ? done / entries : 1
  }
}

/** What became of a plan's entries, in a sentence. */
export function sentenceOf({
  written,
  rightAlready,
  changedSince,
  withoutProfile,
  failed,
  calls
}: ApplyResult): string {
  return `${counted(written, 'profile')} written, ${grouped(rightAlready)} right already, ${grouped(changedSince)} changed since, ${grouped(withoutProfile)} without a profile, ${grouped(failed)} failed; ${counted(calls, 'call')}.`
}
