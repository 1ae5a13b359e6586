import { createReadStream } from 'node:fs'
import { createHash, type Hash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CsvError, parse } from 'csv-parse'
import { configError, PackageError } from '../errors'
import type { MemberList, Row } from './members'

export interface ListOptions {
  /** By default by the file's name, else by its first byte. */
  readonly format?: 'csv' | 'jsonl' | undefined
  readonly tokenColumn: string
  readonly audienceColumn: string
  readonly memberColumn: string
  /** The audience of all rows, where there is no such column. */
  readonly audience?: string | undefined
}

/** Where a list came from. */
export interface ListOrigin {
  /** SHA-256 of its bytes, hexadecimal. */
  readonly digest: string
  /** The file's time, Unix milliseconds; undefined for standard input. */
  readonly madeAt: number | undefined
}

const BYTE_ORDER_MARK = /^\uFEFF/
const OPENING_BRACE = 0x7b

/** A row of more characters is none: a quote was opened and never closed. */
const LONGEST_ROW = 1 << 20

/**
 * Reads a list of members into memory, row by row: CSV with a header or JSON lines, plain or zipped.
 * @param path a file, or `-` for standard input
 * @throws PackageError (`config`) when it can't be read, or lacks a column; a bad row is only remembered as that
 */
export async function readList(
  path: string,
  stdin: Readable,
  options: ListOptions,
  list: MemberList
): Promise<ListOrigin> {
  const name = nameOfList(path)
  try {
    const madeAt = path === '-' ? undefined : (await stat(path)).mtimeMs
    const hash = createHash('sha256')
    const bytes = hashed(path === '-' ? stdin : createReadStream(path), hash)
    const text = await unzipped(bytes)
    const [first, rest] = await peeked(text)
    const format = options.format ?? formatByName(path) ?? (first[0] === OPENING_BRACE ? 'jsonl' : 'csv')
    await (format === 'csv' ? readCsv(rest, name, options, list) : readJsonLines(rest, options, list))
    return { digest: hash.digest('hex'), madeAt }
  } catch (thrown) {
    if (thrown instanceof PackageError) throw thrown
    const { code, message } = thrown as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : (code ?? message)
    throw configError(
      `The list ${name} can't be read: ${reason}. Check the path, its permissions and that it is whole.`
    )
  }
}

/** @returns a list's name for messages */
export function nameOfList(path: string): string {
  return path === '-' ? 'standard input' : path
}

type Chunks = AsyncIterable<Buffer>

async function* hashed(bytes: AsyncIterable<unknown>, hash: Hash): Chunks & AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk as Uint8Array)
    hash.update(buffer)
    yield buffer
  }
}

/** The first chunk that isn't empty, and all chunks, that one among them. */
async function peeked(chunks: Chunks): Promise<[Buffer, Chunks]> {
  const iterator = chunks[Symbol.asyncIterator]()
  let next = await iterator.next()
  while (!next.done && next.value.length === 0) next = await iterator.next()
  const first = next
  async function* all(): AsyncGenerator<Buffer> {
    for (let chunk = first; !chunk.done; chunk = await iterator.next()) yield chunk.value
  }
  return [first.done ? Buffer.alloc(0) : first.value, all()]
}

/** Unzips what begins as gzip does. */
async function unzipped(bytes: Chunks): Promise<Chunks> {
  const [first, all] = await peeked(bytes)
  if (first[0] !== 0x1f || first[1] !== 0x8b) return all
  // Whoever reads it gets the error of a file that is cut short.
  return pipeline(Readable.from(all), createGunzip(), () => undefined)
}

function formatByName(path: string): 'csv' | 'jsonl' | undefined {
  const [, ending = ''] = /\.(csv|jsonl|ndjson)(?:\.gz)?$/i.exec(path) ?? []
  return ending === '' ? undefined : ending.toLowerCase() === 'csv' ? 'csv' : 'jsonl'
}

/** The parser gives arrays, and no word on where a record stood: told of each, that takes twice the time. */
async function readCsv(text: Chunks, name: string, options: ListOptions, list: MemberList): Promise<void> {
  // A quote that stands where it has no meaning spoils its own row, and not those that follow.
  const parser = parse({ bom: true, max_record_size: LONGEST_ROW, relax_column_count: true, relax_quotes: true })
  const records = pipeline(Readable.from(text), parser, () => undefined)
  let header: readonly string[] | undefined
  let placeOf: ReadonlyMap<string, number> = new Map()
  let line = 1
  try {
    for await (const record of records as AsyncIterable<string[]>) {
      if (isBlank(record)) {
        // As an editor leaves them at the end.
      } else if (header === undefined) {
        checkColumns((header = record), name, options)
        placeOf = new Map(header.map((column, place) => [column, place]))
      } else if (record.length === header.length) {
        list.add(rowOf((column) => record[placeOf.get(column) ?? -1], line, options))
      } else {
        list.unreadable(line, 'it has more or fewer fields than the header')
      }
      line += linesOf(record)
    }
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown
    throw configError(
      `The list ${name} can't be read to its end: a quote that is opened at or after line ${line} is never closed. Close it.`
    )
  }
  if (header !== undefined) return
  throw configError(`The list ${name} is empty. Its first line must name the columns, ${wantedColumns(options)}.`)
}

function isBlank(record: readonly string[]): boolean {
  return record.length === 1 && record[0] === ''
}

/** A quoted field may hold line breaks. */
function linesOf(record: readonly string[]): number {
  return record.reduce((lines, field) => lines + (field.match(/\r\n|\r|\n/g)?.length ?? 0), 1)
}

/** @throws PackageError (`config`) when a column that is needed is missing */
function checkColumns(header: readonly string[], name: string, options: ListOptions): void {
  const { tokenColumn, audienceColumn, audience } = options
  const missing = [tokenColumn, ...(audience === undefined ? [audienceColumn] : [])].filter(
    (column) => !header.includes(column)
  )
  if (missing.length === 0) return
  throw configError(
    `The list ${name} has no column ${missing.join(' and no column ')}. Its first line must name the columns, ${wantedColumns(options)}; --token-column, --audience-column and --member-column name others, and --audience says which audience all rows are about.`
  )
}

function wantedColumns({ tokenColumn, audienceColumn, memberColumn, audience }: ListOptions): string {
  return `${tokenColumn}${audience === undefined ? `, ${audienceColumn}` : ''} and perhaps ${memberColumn}`
}

async function readJsonLines(text: Chunks, options: ListOptions, list: MemberList): Promise<void> {
  const lines = createInterface({ input: Readable.from(text), crlfDelay: Infinity })
  let line = 0
  for await (const written of lines) {
    line += 1
    const json = line === 1 ? written.replace(BYTE_ORDER_MARK, '') : written
    if (json.trim() === '') continue
    const value = parsed(json)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      list.add(rowOf((column) => (value as Record<string, unknown>)[column], line, options))
    } else {
      list.unreadable(line, 'it is not a JSON object')
    }
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** A row, by what gives the value of a column; where all rows are about one audience, a column of that name says nothing. */
function rowOf(valueOf: (column: string) => unknown, line: number, options: ListOptions): Row {
  const { tokenColumn, audienceColumn, memberColumn, audience } = options
  return {
    line,
    userToken: valueOf(tokenColumn),
    audience: audience ?? valueOf(audienceColumn),
    member: valueOf(memberColumn)
  }
}
