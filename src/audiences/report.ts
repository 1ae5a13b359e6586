import type { AudienceCounts } from './comparison'

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
        return typeof value === 'number' ? value.toLocaleString('en-US') : value
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
