import { z } from 'zod'

export const SYNC_MODES = ['full_refresh', 'incremental'] as const
export type SyncMode = (typeof SYNC_MODES)[number]

/** A stream as a host knows it. */
export interface Stream {
  readonly name: string
  readonly primaryKey: readonly string[]
  readonly cursorField: string
  /** The shape of its rows, from which its JSON schema is derived. */
  readonly schema: z.ZodType
}

/** A stream that the host wants, and how. */
export interface SelectedStream<Of extends Stream = Stream> {
  readonly stream: Of
  readonly syncMode: SyncMode
}

/** How a field differs from what the source has: left out altogether, or lacking entries. */
export type Change = 'NULLED' | 'TRUNCATED'

/** A field of a stream: all that is known of it. */
export interface Field<Entry> {
  readonly name: string
  readonly schema: z.ZodType
  /** Where it comes from. */
  readonly from: (entry: Entry) => unknown
  /** What becomes of it when a part of what it is made of can't be read: by the part's name, such as `affinities[].score`. */
  readonly unreadable?: Readonly<Record<string, Change>>
}

/** A record's data, and the fields that lack something. */
export interface Row {
  readonly stream: string
  readonly data: Readonly<Record<string, unknown>>
  readonly changes?: readonly RowChange[] | undefined
}

export type RowChange = {
  readonly field: string
  readonly change: Change
  readonly reason: 'SOURCE_SERIALIZATION_ERROR'
}

/** A stream whose rows are made of entries, field by field. */
export interface FieldStream<Entry> extends Stream {
  readonly fields: readonly Field<Entry>[]
}

/** @returns a stream whose shape is derived from its fields. */
export function streamOf<Entry>(stream: Omit<FieldStream<Entry>, 'schema'>): FieldStream<Entry> {
  const shape = Object.fromEntries(stream.fields.map(({ name, schema }) => [name, schema]))
  return { ...stream, schema: z.looseObject(shape) }
}

/** @param unreadable the parts of the entry that can't be read */
export function rowOf<Entry>(
  { name: stream, fields }: FieldStream<Entry>,
  entry: Entry,
  unreadable: readonly string[] = []
): Row {
  const data: Record<string, unknown> = {}
  for (const { name, from } of fields) data[name] = from(entry)
  return unreadable.length === 0 ? { stream, data } : { stream, data, changes: changesOf(fields, unreadable) }
}

function changesOf(fields: readonly Field<never>[], unreadable: readonly string[]): RowChange[] | undefined {
  const changes = fields.flatMap(({ name: field, unreadable: meanings = {} }): RowChange[] => {
    const change = unreadable.flatMap((part) => meanings[part] ?? []).at(-1)
    return change === undefined ? [] : [{ field, change, reason: 'SOURCE_SERIALIZATION_ERROR' }]
  })
  return changes.length > 0 ? changes : undefined
}
